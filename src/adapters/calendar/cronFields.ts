import type { IntervalUnit } from '../../domain/schedule/schedule.js';

export type FieldName = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'weekday';
export type Field = {
  readonly name: FieldName;
  readonly min: number;
  readonly max: number;
  /** The longest step: how many values there are. */
  readonly size: number;
  /** Names in order, the first one for `min`; Sunday ends a range as 7. */
  readonly names: readonly string[];
  /** What bare `H` draws from. */
  readonly hash: readonly [from: number, to: number];
  /** The unit of the interval to use instead of a step that is too long. */
  readonly unit?: IntervalUnit;
};

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export const cronFields: readonly Field[] = [
  { name: 'second', min: 0, max: 59, size: 60, names: [], hash: [0, 59], unit: 'seconds' },
  { name: 'minute', min: 0, max: 59, size: 60, names: [], hash: [0, 59], unit: 'minutes' },
  { name: 'hour', min: 0, max: 23, size: 24, names: [], hash: [0, 23], unit: 'hours' },
  { name: 'day', min: 1, max: 31, size: 31, names: [], hash: [1, 28], unit: 'days' },
  { name: 'month', min: 1, max: 12, size: 12, names: months, hash: [1, 12], unit: 'months' },
  { name: 'weekday', min: 0, max: 7, size: 7, names: weekdays, hash: [0, 6] },
];

export const macros: ReadonlyMap<string, string> = new Map([
  ['@YEARLY', '0 0 1 1 *'],
  ['@ANNUALLY', '0 0 1 1 *'],
  ['@MONTHLY', '0 0 1 * *'],
  ['@WEEKLY', '0 0 * * 0'],
  ['@DAILY', '0 0 * * *'],
  ['@MIDNIGHT', '0 0 * * *'],
  ['@HOURLY', '0 * * * *'],
  ['@MINUTELY', '* * * * *'],
  ['@SECONDLY', '* * * * * *'],
  ['@WEEKDAYS', '0 0 * * 1-5'],
  ['@WEEKENDS', '0 0 * * 0,6'],
]);
