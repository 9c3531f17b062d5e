const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long something took, in the two largest units. */
export const duration = (ms: number): string => {
  if (ms < 1) return '0 ms';
  if (ms < second) return `${Math.round(ms)} ms`;
  if (ms < 10 * second) return `${(ms / second).toFixed(2).replace(/\.?0+$/, '')} s`;
  if (ms < minute - 50) return `${(ms / second).toFixed(1).replace(/\.0$/, '')} s`;
  const [whole, part] = ms < hour ? pair(ms, minute, second) : ms < day ? pair(ms, hour, minute) : pair(ms, day, hour);
  const [large, small] = ms < hour ? ['min', 's'] : ms < day ? ['h', 'min'] : ['d', 'h'];
  return part === 0 ? `${whole} ${large}` : `${whole} ${large} ${part} ${small}`;
};

/** How long something has taken so far, in full seconds: what ticks once a second shows no parts of one. */
export const elapsed = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / second));
  return seconds < 60 ? `${seconds} s` : duration(seconds * second);
};

/** How long it still takes, as a clock that counts down in full seconds. */
export const countdown = (ms: number): string => {
  const left = Math.max(0, Math.ceil(ms / second));
  if (left < 60) return `${left} s`;
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  if (hours < 1) return `${minutes}:${two(seconds)}`;
  if (hours < 24) return `${hours}:${two(minutes)}:${two(seconds)}`;
  return duration(ms);
};

const pair = (ms: number, unit: number, part: number): readonly [number, number] => {
  const parts = Math.round(ms / part);
  const ratio = unit / part;
  return [Math.floor(parts / ratio), parts % ratio];
};

const two = (n: number): string => String(n).padStart(2, '0');
