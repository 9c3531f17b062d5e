export const bytes = (count: number): string => {
  if (count < 1_024) return `${count} B`;
  if (count < 1_048_576) return `${Math.round(count / 1_024)} KiB`;
  return `${(count / 1_048_576).toFixed(1)} MiB`;
};
