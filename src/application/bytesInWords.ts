const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size in bytes for people, the same wherever it is told: `512 B`, `93.3 KiB`, `256 KiB`, `1.5 MiB`. */
export const bytesInWords = (count: number): string => {
  let [size, unit] = [count, 0];
  while (Math.round(size) >= 1_024 && unit < units.length - 1) {
    size /= 1_024;
    unit++;
  }
  return `${unit === 0 || size >= 99.95 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
};
