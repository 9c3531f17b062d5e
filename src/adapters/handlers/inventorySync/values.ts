import { type Instant, instant } from '../../../domain/instant.js';

/** A value of a row that is not what its field needs. */
export class WrongValue extends Error {
  constructor(
    readonly field: string,
    fault: string,
  ) {
    super(`${field} ${fault}`);
  }
}

const most = 1e12;
const longestShown = 40;
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}...` : text;
};

const isEmpty = (value: unknown): boolean => value === null || (typeof value === 'string' && value.trim() === '');

/** Null for an empty cell. Thousands are never separated: whether 1,234 is one or a thousand is not ours to guess. */
export const numberIn = (field: string, value: unknown, decimalComma: boolean): number | null => {
  if (isEmpty(value)) return null;
  const text = typeof value === 'string' ? value.trim() : '';
  const pattern = decimalComma ? /^[-+]?\d{1,15}(,\d{1,15})?$/ : /^[-+]?\d{1,15}(\.\d{1,15})?$/;
  const number = typeof value === 'number' ? value : pattern.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
  if (!Number.isFinite(number)) throw new WrongValue(field, `is ${shown(value)}, which is not a number`);
  if (Math.abs(number) > most) throw new WrongValue(field, `is ${shown(value)}, which is too large`);
  return number;
};

/** Null for an empty cell; one line, without the spaces around it. */
export const textIn = (field: string, value: unknown, longest: number): string | null => {
  if (isEmpty(value)) return null;
  if (typeof value !== 'string' && typeof value !== 'number') throw new WrongValue(field, `is ${shown(value)}, which is not a text`);
  const text = String(value).trim().normalize();
  if (text.length > longest) throw new WrongValue(field, `has more than ${longest} characters`);
  if (/\p{Cc}|\p{Cs}|\u2028|\u2029/u.test(text)) throw new WrongValue(field, `is ${shown(text)}, which has control characters`);
  return text;
};

/** Null for an empty cell. A day alone begins in UTC. */
export const instantIn = (field: string, value: unknown): Instant | null => {
  if (isEmpty(value)) return null;
  const text = typeof value === 'string' ? value.trim() : '';
  const isIso = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/.test(text);
  const epochMs = typeof value === 'number' ? value : isIso ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isFinite(epochMs) && Math.abs(epochMs) <= 8.64e15) return instant(epochMs);
  throw new WrongValue(field, `is ${shown(value)}, which is not a date such as 2026-03-01T08:00:00Z`);
};
