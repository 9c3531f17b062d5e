import { cronFields, type Field } from './cronFields.js';
import { valuesByCronParser } from './cronParserValues.js';
import { remember } from './remember.js';
import type { Values } from './values.js';

/** What one item of a field's list means. `day`, `nearest` and `nth` need the month, `hash` needs the job. */
export type CronItem =
  | { readonly kind: 'values'; readonly values: Values }
  | { readonly kind: 'hash'; readonly from: number; readonly to: number; readonly step: number | null }
  | { readonly kind: 'lastDay' }
  | { readonly kind: 'lastMonToFri' }
  | { readonly kind: 'nearest'; readonly day: number }
  | { readonly kind: 'nth'; readonly weekday: number; readonly n: number }
  | { readonly kind: 'lastWeekday'; readonly weekday: number }
  | { readonly kind: 'fault'; readonly message: string };

// Each pattern reads its text once from left to right: no repetition inside a repetition.
const plainItem = /^(?:\*|([0-9A-Z]{1,3})(?:-([0-9A-Z]{1,3}))?)(?:\/(\d{1,6}))?$/;
const hashItem = /^H(?:\(([0-9A-Z]{1,3})-([0-9A-Z]{1,3})\))?(?:\/(\d{1,6}))?$/;
const nearestItem = /^(\d{1,2})W$/;
const nthItem = /^(\d{1,2}|[A-Z]{3})#([1-5])$/;
const lastWeekdayItem = /^(\d{1,2}|[A-Z]{3})L$/;
const number = /^\d{1,2}$/;

/** Reads one item of field number `index`, upper case. Items repeat from expression to expression, so their readings are kept. */
export const cronItem = (index: number, text: string): CronItem => rememberedItem(`${index}${text}`);

const rememberedItem = remember(2048, (key): CronItem => {
  const field = cronFields[Number(key.charAt(0))];
  if (field === undefined) throw new RangeError(`No field ${key}`);
  return read(field, key.slice(1));
});

const read = (field: Field, text: string): CronItem => {
  if (field.name === 'day' && text === 'L') return { kind: 'lastDay' };
  if (field.name === 'day' && text === 'LW') return { kind: 'lastMonToFri' };
  const nearest = field.name === 'day' && nearestItem.exec(text);
  if (nearest) return withValue(field, nearest[1], (day) => ({ kind: 'nearest', day }));
  const nth = field.name === 'weekday' && nthItem.exec(text);
  if (nth) return withValue(field, nth[1], (weekday) => ({ kind: 'nth', weekday: weekday % 7, n: Number(nth[2]) }));
  const last = field.name === 'weekday' && lastWeekdayItem.exec(text);
  if (last) return withValue(field, last[1], (weekday) => ({ kind: 'lastWeekday', weekday: weekday % 7 }));
  const hash = hashItem.exec(text);
  if (hash) return hashed(field, text, hash[1], hash[2], hash[3]);
  const plain = plainItem.exec(text);
  if (plain) return listed(field, text, plain[1], plain[2], plain[3]);
  return fault(field, `"${text.slice(0, 40)}" is not understood; ${examples(field)}`);
};

const withValue = (field: Field, text: string | undefined, use: (value: number) => CronItem): CronItem => {
  const value = readValue(field, text);
  return value === null ? unknownValue(field, text) : use(value);
};

const hashed = (field: Field, text: string, from: string | undefined, to: string | undefined, step: string | undefined): CronItem => {
  const [first, last] = from === undefined ? field.hash : [readValue(field, from), rangeEnd(field, to)];
  if (first === null) return unknownValue(field, from);
  if (last === null) return unknownValue(field, to);
  if (first > last) return fault(field, `"${text}" runs backwards; write the smaller value first`);
  const every = step === undefined ? null : Number(step);
  if (every !== null && (every < 1 || every > field.size)) return wrongStep(field, text, every);
  return { kind: 'hash', from: first, to: last, step: every };
};

const listed = (field: Field, text: string, from: string | undefined, to: string | undefined, step: string | undefined): CronItem => {
  const every = step === undefined ? 1 : Number(step);
  const wholeField = field.name === 'weekday' ? 6 : field.max;
  const first = from === undefined ? field.min : readValue(field, from);
  if (first === null) return unknownValue(field, from);
  if (every < 1 || every > field.size) return wrongStep(field, text, every);
  if (from === undefined) return values(field, field.min, wholeField, every);
  if (to !== undefined) {
    const last = rangeEnd(field, to);
    if (last === null) return unknownValue(field, to);
    return first > last ? reversed(field, text, first, last, every) : values(field, first, last, every);
  }
  if (step === undefined) return values(field, first, first, 1);
  return values(field, field.name === 'weekday' ? first % 7 : first, wholeField, every);
};

const values = (field: Field, from: number, to: number, step: number): CronItem => ({
  kind: 'values',
  values: valuesByCronParser(field.name, from, to, step),
});

const readValue = (field: Field, text: string | undefined): number | null => {
  if (text === undefined) return null;
  if (!number.test(text)) {
    const place = field.names.indexOf(text);
    return place < 0 ? null : field.min + place;
  }
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : null;
};

const rangeEnd = (field: Field, text: string | undefined): number | null =>
  field.name === 'weekday' && text === 'SUN' ? 7 : readValue(field, text);

const fault = (field: Field, message: string): CronItem => ({ kind: 'fault', message: `${field.name}: ${message}` });

const unknownValue = (field: Field, text: string | undefined): CronItem =>
  fault(field, `"${text}" is no value of this field; ${examples(field)}`);

const examples = (field: Field): string => {
  const named = field.names.length > 0 ? ` or ${field.names[0]}-${field.names.at(-1)}` : '';
  const special = field.name === 'day' ? ', L, LW and 15W' : field.name === 'weekday' ? ', 1#2 (second Monday) and 5L (last Friday)' : '';
  return `write ${field.min}-${field.max}${named}, lists, ranges, steps and H${special}`;
};

const wrongStep = (field: Field, text: string, step: number): CronItem => {
  const remedy =
    step < 1 || field.unit === undefined
      ? `write a step from 1 to ${field.size}`
      : `write a step from 1 to ${field.size}, or use interval: { value: ${step}, unit: '${field.unit}' } instead of a cron expression`;
  return fault(field, `the step of "${text}" does not fit; ${remedy}`);
};

const reversed = (field: Field, text: string, first: number, last: number, step: number): CronItem => {
  const top = field.max;
  const bottom = field.name === 'weekday' ? 1 : field.min;
  const byName = /[A-Z]/.test(text);
  const write = (value: number): string => (byName && field.names[(value - field.min) % field.names.length]) || String(value);
  const range = (from: number, to: number): string => (from === to ? write(from) : `${write(from)}-${write(to)}`);
  const remedy =
    step === 1
      ? [range(first, top), ...(last < bottom ? [] : [range(bottom, last)])].join(',')
      : wrapped(field, first, last, step).map(write).join(',');
  return fault(field, `the range "${text}" runs backwards; write ${remedy}`);
};

/** The values a stepped range would have if it went past the end of the field and on from its beginning. */
const wrapped = (field: Field, first: number, last: number, step: number): readonly number[] => {
  const found: number[] = [];
  for (let v = first; v <= last + field.size; v += step) found.push(v < field.min + field.size ? v : v - field.size);
  return found.sort((a, b) => a - b);
};
