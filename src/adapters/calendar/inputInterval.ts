import type { IntervalUnit } from '../../domain/schedule/schedule.js';
import { described, type Issues, isWholeNumber, readFields } from './input.js';
import { intervalLimits } from './interval.js';

export type IntervalInput = { readonly value: number; readonly unit: IntervalUnit };

const units: ReadonlyMap<unknown, IntervalUnit> = new Map<string, IntervalUnit>([
  ['second', 'seconds'],
  ['seconds', 'seconds'],
  ['minute', 'minutes'],
  ['minutes', 'minutes'],
  ['hour', 'hours'],
  ['hours', 'hours'],
  ['day', 'days'],
  ['days', 'days'],
  ['week', 'weeks'],
  ['weeks', 'weeks'],
  ['month', 'months'],
  ['months', 'months'],
]);

/** `{ value, unit }` within the limits of schedule-semantics 4; undefined if it is wrong. */
export const readInterval = (input: unknown, path: string, issues: Issues): IntervalInput | undefined => {
  const fields = readFields(input, path, ['value', 'unit'], issues);
  if (fields === null) return undefined;
  const unit = units.get(fields.get('unit'));
  if (unit === undefined)
    issues.add(`${path}.unit`, `must be seconds, minutes, hours, days, weeks or months; got ${described(fields.get('unit'))}`);
  const value = fields.get('value');
  const most = unit === undefined ? Number.MAX_SAFE_INTEGER : intervalLimits[unit];
  if (!isWholeNumber(value, 1, most)) {
    const upTo = unit === undefined ? '' : ` to ${most} (100 years)`;
    issues.add(`${path}.value`, `must be a whole number from 1${upTo}; got ${described(value)}`);
    return undefined;
  }
  return unit === undefined ? undefined : { value, unit };
};
