import { duration } from './duration.js';

export const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Building a format costs more than using it a thousand times. */
const format = (zone: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${name} ${zone}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: isZone(zone) ? zone : 'UTC' });
  formats.set(key, made);
  return made;
};

/** The zone data of a browser may be older than the server's. */
const isZone = (zone: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en-GB', { timeZone: zone }));
  } catch {
    return false;
  }
};

const dateAndTime = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
} as const;

/** `Mon 2 Mar 2026, 09:00:00`. */
export const absolute = (ms: number, zone: string = viewerZone): string => {
  const part = partsOf(format(zone, 'absolute', dateAndTime), ms);
  return `${part('weekday')} ${part('day')} ${part('month')} ${part('year')}, ${part('hour')}:${part('minute')}:${part('second')}`;
};

/** `2 Mar, 09:00`: where a year would only repeat itself. */
export const short = (ms: number, zone: string = viewerZone): string => {
  const part = partsOf(format(zone, 'absolute', dateAndTime), ms);
  return `${part('day')} ${part('month')}, ${part('hour')}:${part('minute')}`;
};

/** `2 Mar 2020, 09:00`. */
export const shortWithYear = (ms: number, zone: string = viewerZone): string => {
  const part = partsOf(format(zone, 'absolute', dateAndTime), ms);
  return `${part('day')} ${part('month')} ${part('year')}, ${part('hour')}:${part('minute')}`;
};

export const yearOf = (ms: number, zone: string = viewerZone): string => partsOf(format(zone, 'absolute', dateAndTime), ms)('year');

export const clockTime = (ms: number, zone: string = viewerZone): string => {
  const part = partsOf(format(zone, 'absolute', dateAndTime), ms);
  return `${part('hour')}:${part('minute')}:${part('second')}`;
};

export const dayOf = (ms: number, zone: string = viewerZone): string => {
  const part = partsOf(format(zone, 'absolute', dateAndTime), ms);
  return `${part('weekday')} ${part('day')} ${part('month')}`;
};

/** `UTC+01:00`; browsers differ in how they write that there is none. */
export const offsetOf = (ms: number, zone: string): string => {
  const name = partsOf(format(zone, 'offset', { timeZoneName: 'longOffset' }), ms)('timeZoneName').replace('GMT', 'UTC');
  return name === 'UTC' ? 'UTC+00:00' : name;
};

/** `in 3 min`, `12 s ago`: the largest unit only. */
export const relative = (ms: number, now: number): string => {
  const distance = Math.abs(ms - now);
  if (distance < 1_000) return 'now';
  const [words] = /^\S+ \S+/.exec(duration(distance < 60_000 ? Math.floor(distance / 1_000) * 1_000 : distance)) ?? [''];
  const whole = words.replace(/\.\d+/, '');
  return ms > now ? `in ${whole}` : `${whole} ago`;
};

/** What a clock in a zone shows, as date inputs of browsers write it: `2026-03-02T09:00:00`. */
export const wallClock = (ms: number, zone: string): string => {
  const part = partsOf(
    format(zone, 'wall', {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
    ms,
  );
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}`;
};

/** The instant at which a clock in a zone shows this; of two, the first; one that clocks go forward over is as much later. Null if unreadable. */
export const instantOf = (wall: string, zone: string): number | null => {
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return null;
  const offsetAt = (ms: number): number => Date.parse(`${wallClock(ms, zone)}Z`) - Math.floor(ms / 1_000) * 1_000;
  const before = asUtc - offsetAt(asUtc - dayMs);
  const later = asUtc - offsetAt(asUtc + dayMs);
  return [Math.min(before, later), Math.max(before, later)].find((at) => wallClock(at, zone) === wallClock(asUtc, 'UTC')) ?? before;
};

const dayMs = 86_400_000;

const partsOf = (formatter: Intl.DateTimeFormat, ms: number): ((type: Intl.DateTimeFormatPartTypes) => string) => {
  const parts = formatter.formatToParts(ms);
  return (type) => parts.find((part) => part.type === type)?.value ?? '';
};
