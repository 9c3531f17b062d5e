/** A set of whole numbers 0..59 in two words of thirty bits. */
export type Values = { readonly low: number; readonly high: number };

export const valuesOf = (members: Iterable<number>): Values => {
  let low = 0;
  let high = 0;
  for (const member of members) {
    if (member < 30) low |= 1 << member;
    else high |= 1 << (member - 30);
  }
  return { low, high };
};

export const union = (a: Values, b: Values): Values => ({ low: a.low | b.low, high: a.high | b.high });
export const size = ({ low, high }: Values): number => bitCount(low) + bitCount(high);

/** Smallest member from `value` (0..60) up, or -1. */
export const firstFrom = ({ low, high }: Values, value: number): number => {
  if (value < 30) {
    const rest = low & (-1 << value);
    if (rest !== 0) return lowestBit(rest);
    return high === 0 ? -1 : 30 + lowestBit(high);
  }
  const rest = high & (-1 << (value - 30));
  return rest === 0 ? -1 : 30 + lowestBit(rest);
};

/** Largest member from `value` (-1..59) down, or -1. */
export const lastUpTo = ({ low, high }: Values, value: number): number => {
  if (value < 0) return -1;
  const rest = value < 30 ? 0 : high & ((2 << (value - 30)) - 1);
  if (rest !== 0) return 30 + highestBit(rest);
  const below = value < 30 ? low & ((2 << value) - 1) : low;
  return below === 0 ? -1 : highestBit(below);
};

export const members = (values: Values): readonly number[] => {
  const list: number[] = [];
  for (let v = firstFrom(values, 0); v >= 0; v = firstFrom(values, v + 1)) list.push(v);
  return list;
};

/** Position of the lowest and of the highest bit set; `word` must not be 0. */
export const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);
export const highestBit = (word: number): number => 31 - Math.clz32(word);
const bitCount = (word: number): number => {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
};
