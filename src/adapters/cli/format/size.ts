const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const step = 1_024;

/** Bytes for people, in powers of 1,024, to three digits or so: `93.3 KiB`, `121 KiB`. */
export const bytesText = (bytes: number): string => {
  const power = units.findIndex((_, index) => index === units.length - 1 || Math.round(bytes / step ** index) < step);
  const value = bytes / step ** power;
  return `${power === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
};
