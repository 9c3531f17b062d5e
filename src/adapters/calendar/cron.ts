import { hash32 } from '../../domain/hash.js';
import { cronDays } from './cronDays.js';
import { type CronExpression, type CronField, longestExpression, readCron } from './cronExpression.js';
import { cronFields } from './cronFields.js';
import type { Passes, WallTimes } from './dstRule.js';
import { fieldTimes } from './fieldTimes.js';
import { remember } from './remember.js';
import { size, union, type Values, valuesOf } from './values.js';

/** A cron expression as the wall times at which it is due, and what a clock change does to them. */
export type Cron = { readonly walls: WallTimes; readonly passes: Passes };

/** What is wrong with the expression; empty for a good one. */
export const cronFaults = (expression: string): readonly string[] => {
  const { read } = expression.length > longestExpression ? reading(expression) : rememberedReading(expression);
  return read.ok ? [] : read.faults;
};

/** `jobId` decides what `H` means. Throws for an expression with faults. */
export const cronOf = (expression: string, jobId: string): Cron => {
  const { read, cron } = rememberedReading(expression);
  if (cron !== null) return cron;
  if (!read.ok) throw new Error(`Not a cron expression: ${read.faults.join('; ')}`);
  return compile(read.fields.map((field, index) => withoutHash(field, index, jobId)));
};

/** `cron` is there unless the expression is wrong or contains `H`. */
type Reading = { readonly read: CronExpression; readonly cron: Cron | null };

const reading = (expression: string): Reading => {
  const read = readCron(expression);
  return { read, cron: read.ok && !read.hashed ? compile(read.fields) : null };
};
const rememberedReading = remember(2048, reading);

const compile = (fields: readonly CronField[]): Cron => {
  const [seconds = none, minutes = none, hours = none, days = none, months = none, weekdays = none] = fields;
  const hourValues = valuesIn(hours);
  return {
    walls: fieldTimes({
      seconds: valuesIn(seconds),
      minutes: valuesIn(minutes),
      hours: hourValues,
      daysIn: cronDays(days, valuesIn(months).low, weekdays),
    }),
    passes: size(hourValues) === 24 ? 'everyPass' : 'once',
  };
};

const none: CronField = { open: true, items: [] };
const valuesIn = (field: CronField): Values =>
  field.items.reduce((found, item) => (item.kind === 'values' ? union(found, item.values) : found), valuesOf([]));

/** `H` drawn by a hash of the job and the field: the same on every node and in every run, spread over jobs. */
const withoutHash = (field: CronField, index: number, jobId: string): CronField => ({
  open: field.open,
  items: field.items.map((item) => {
    if (item.kind !== 'hash') return item;
    const drawn = hash32(`${jobId}:${cronFields[index]?.name}`);
    const width = item.to - item.from + 1;
    const modulus = index === 5 ? 7 : 60;
    if (item.step === null) return { kind: 'values', values: valuesOf([(item.from + (drawn % width)) % modulus]) };
    const found: number[] = [];
    for (let v = item.from + (drawn % Math.min(item.step, width)); v <= item.to; v += item.step) found.push(v % modulus);
    return { kind: 'values', values: valuesOf(found) };
  }),
});
