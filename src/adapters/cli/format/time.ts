import type { InstantInput } from '../../../application/api/types.js';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Each unit up to the count at which the next one reads better. */
const units = [
  { name: 's', ms: second, most: 59 },
  { name: 'min', ms: minute, most: 59 },
  { name: 'h', ms: hour, most: 47 },
  { name: 'd', ms: day, most: 59 },
  { name: 'mo', ms: 30.4375 * day, most: 23 },
  { name: 'y', ms: 365.25 * day, most: Number.POSITIVE_INFINITY },
] as const;

/** `in 3 min`, `2 h ago`, or `now`: rounded to one unit. */
export const relative = (at: Date, now: Date): string => {
  const distance = Math.abs(at.getTime() - now.getTime());
  const unit = units.find(({ ms, most }) => Math.round(distance / ms) <= most);
  if (unit === undefined || distance < second / 2) return 'now';
  const length = `${Math.round(distance / unit.ms)} ${unit.name}`;
  return at > now ? `in ${length}` : `${length} ago`;
};

/** ISO 8601 in UTC as `--at` takes it, without a fraction that is zero. */
export const absolute = (at: InstantInput): string => (typeof at === 'string' ? at : at.toISOString().replace('.000Z', 'Z'));

/** `in 3 min (2026-08-05T12:03:20Z)` */
export const both = (at: Date, now: Date): string => `${relative(at, now)} (${absolute(at)})`;

/** To the second, as people read it: `2026-08-05 12:03:20Z`. */
export const readable = (at: Date): string =>
  at
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');

/** Time of day in UTC: `12:03:20Z`. */
export const timeOfDay = (at: Date): string => readable(at).slice('2026-08-05 '.length);

/** `12 ms`, `1.2 s`, `34 s`, `1 min 3 s`, `2 h 5 min`, `3 d 4 h`. */
export const duration = (ms: number): string => {
  if (Math.round(ms) < second) return `${Math.round(ms)} ms`;
  if (Math.round(ms / 100) < 100) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / second);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return parts(seconds, 60, 'min', 's');
  const minutes = Math.round(ms / minute);
  if (minutes < 48 * 60) return parts(minutes, 60, 'h', 'min');
  return parts(Math.round(ms / hour), 24, 'd', 'h');
};

const parts = (total: number, per: number, large: string, small: string): string => {
  const rest = total % per;
  return `${Math.floor(total / per)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
};

/** What the clocks of a zone show, with the day of the week: `Mon 2026-08-10 09:00:00 GMT+2`. */
export const wallClock = (at: Date, timeZone: string): string => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
  const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const of = (type: Intl.DateTimeFormatPartTypes): string => part.get(type) ?? '';
  return `${of('weekday')} ${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')} ${of('timeZoneName')}`;
};
