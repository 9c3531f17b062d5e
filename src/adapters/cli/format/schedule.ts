import type { IntervalInput, RecurrenceBounds, ScheduleInput } from '../../../application/api/types.js';
import { printable } from './printable.js';
import { absolute, duration } from './time.js';

/** The rule in a few words, its bounds left out. */
export const scheduleRule = (schedule: ScheduleInput): string => {
  if (schedule.type === 'once') return `once ${absolute(schedule.runAt)}`;
  return printable(`${recurrence(schedule)}${zone(schedule.timezone)}`);
};

/** The rule and everything that narrows it. */
export const scheduleDetails = (schedule: ScheduleInput): string =>
  schedule.type === 'once' ? scheduleRule(schedule) : [scheduleRule(schedule), ...bounds(schedule)].join('; ');

const recurrence = (schedule: Exclude<ScheduleInput, { type: 'once' }>): string => {
  if (schedule.type === 'custom') return `custom ${schedule.calculator}`;
  if ('cronExpression' in schedule) return `cron ${schedule.cronExpression}`;
  if ('interval' in schedule) return `every ${interval(schedule.interval)}`;
  return schedule.rrule.replace(/^RRULE:/i, '');
};

const interval = ({ value, unit }: IntervalInput): string => {
  const singular = unit.replace(/s$/, '');
  return value === 1 ? singular : `${value} ${singular}s`;
};

const zone = (timezone: string | undefined): string => (timezone === undefined || timezone === 'UTC' ? '' : ` ${timezone}`);

const bounds = ({ startAt, endAt, maxRuns, jitter, exclude }: RecurrenceBounds): readonly string[] => [
  ...(startAt === undefined ? [] : [`from ${absolute(startAt)}`]),
  ...(endAt === undefined ? [] : [`until ${absolute(endAt)}`]),
  ...(maxRuns === undefined ? [] : [`at most ${maxRuns} runs`]),
  ...(jitter === undefined ? [] : [`spread over ${duration(jitter)}`]),
  ...(exclude === undefined || exclude.length === 0 ? [] : [`${exclude.length} exclusions`]),
];
