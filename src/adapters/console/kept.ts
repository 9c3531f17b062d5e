/** A setting that the browser remembers, where it lets us. */
export const kept = (name: string, storage: () => Storage = () => localStorage) => {
  const key = `nexus-scheduler.${name}`;
  return {
    get: (): string | null => permitted(() => storage().getItem(key)) ?? null,
    set: (value: string | null): void => {
      permitted(() => (value === null ? storage().removeItem(key) : storage().setItem(key, value)));
    },
  };
};

/** Browsers refuse storage in private windows and under some policies, by throwing. */
const permitted = <T>(use: () => T): T | undefined => {
  try {
    return use();
  } catch {
    return undefined;
  }
};
