/** A list and one more at its end. Most begin empty, and a list made by spreading has room for sixteen more, which rows would keep. */
export const appended = <T>(list: readonly T[], item: T): readonly T[] => (list.length === 0 ? [item] : [...list, item]);
