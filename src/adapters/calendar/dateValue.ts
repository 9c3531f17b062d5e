import { type Instant, instant } from '../../domain/instant.js';
import { dayMs, daysFromCivil, daysInMonth, firstInstant, hourMs, lastInstant, minuteMs, secondMs } from './civil.js';

/** The time of anything that really is a Date, without running code of the value; null for all else. */
export const epochOf = (value: unknown): number | null => {
  if (typeof value !== 'object' || value === null) return null;
  try {
    const at = Date.prototype.getTime.call(value);
    return Number.isNaN(at) ? null : at;
  } catch {
    return null;
  }
};

export type ReadInstant = { readonly ok: true; readonly at: Instant } | { readonly ok: false; readonly fault: string };

const example = 'such as 2025-01-31T09:00:00Z or 2025-01-31T09:00:00+02:00';
const isoInstant = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z)|([+-])(\d\d)(?::?(\d\d))?)?$/;
const longestInstant = 40;

/** A `Date`, or an ISO 8601 instant with `Z` or an offset whose date exists; finer fractions than milliseconds are cut off. */
export const readInstant = (value: unknown): ReadInstant => {
  const epoch = typeof value === 'string' ? null : epochOf(value);
  if (epoch !== null) return supported(epoch);
  const match = typeof value === 'string' && value.length <= longestInstant ? isoInstant.exec(value) : null;
  if (match === null) return { ok: false, fault: `must be a valid Date or an ISO 8601 instant, ${example}` };
  const [, date = '', hours, minutes, seconds = '0', fraction = '', zulu, sign, offsetHours = '0', offsetMinutes = '0'] = match;
  if (zulu === undefined && sign === undefined)
    return { ok: false, fault: `has no offset to UTC; write Z or an offset at its end, ${example}` };
  const day = readDay(date);
  if (day === null) return { ok: false, fault: `has a date that does not exist: ${date}` };
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59 || Number(offsetHours) > 23 || Number(offsetMinutes) > 59)
    return { ok: false, fault: 'has a time or an offset that does not exist; hours go to 23, minutes and seconds to 59' };
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHours) * hourMs + Number(offsetMinutes) * minuteMs);
  const time =
    Number(hours) * hourMs + Number(minutes) * minuteMs + Number(seconds) * secondMs + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return supported(day * dayMs + time - offset);
};

const supported = (epoch: number): ReadInstant =>
  epoch >= firstInstant && epoch <= lastInstant
    ? { ok: true, at: instant(epoch) }
    : { ok: false, fault: 'must lie between 1970-01-01 and 9999-12-31 (UTC)' };

/** Days since 1970-01-01 of `YYYY-MM-DD`; null for a date that does not exist. */
export const readDay = (text: string): number | null => {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  const [year = 0, month = 0, day = 0] = (match ?? []).slice(1).map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) ? daysFromCivil(year, month, day) : null;
};
