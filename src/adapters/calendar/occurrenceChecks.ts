import { type Instant, plus } from '../../domain/instant.js';
import { CalculatorFailure, type Calendar, type ScheduleOwner } from '../../domain/schedule/calendar.js';
import type { OnceSchedule, Schedule } from '../../domain/schedule/schedule.js';
import { dayMs } from './civil.js';
import type { Issues } from './input.js';

export type OccurrenceContext = { readonly now: Instant; readonly owner: ScheduleOwner; readonly calendar: Calendar };
type Repeating = Exclude<Schedule, OnceSchedule>;

// A day more than the longest hundred years, for an interval of a century and the clocks.
const centuryMs = 36_526 * dayMs;
const distancesChecked = 100;

/** Adds an issue for a schedule that never fires (schedule-semantics 1.3) or whose jitter does not fit between its occurrences (8). */
export const checkOccurrences = (schedule: Schedule, context: OccurrenceContext, path: string, issues: Issues): void => {
  const horizon = plus(context.now, centuryMs);
  if (schedule.kind === 'once') {
    if (schedule.runAt > horizon) issues.add(`${path}.runAt`, 'must lie within the next 100 years');
    return;
  }
  try {
    const first = context.calendar.next(schedule, context.now, context.owner);
    if (first === null || first > horizon) neverFires(schedule, horizon, context, path, issues);
    else checkJitter(schedule, first, context, path, issues);
  } catch (error) {
    if (!(error instanceof CalculatorFailure)) throw error;
    issues.add(`${path}.calculator`, error.message, error.code === 'CALCULATOR_MISSING' ? 'CALCULATOR_MISSING' : 'INVALID_SCHEDULE');
  }
};

const neverFires = (
  schedule: Repeating,
  horizon: Instant,
  { now, owner, calendar }: OccurrenceContext,
  path: string,
  issues: Issues,
): void => {
  const { startAt, endAt, exclude, ...unbounded } = schedule;
  const bare = calendar.next(unbounded, now, owner);
  if (bare !== null && bare <= horizon)
    issues.add(path, 'startAt, endAt and exclude leave no occurrence in the next 100 years; widen them');
  else issues.add(ruleFieldOf(schedule, path), 'never fires: it has no occurrence in the next 100 years');
};

const ruleFieldOf = (schedule: Repeating, path: string): string => {
  switch (schedule.kind) {
    case 'cron':
      return `${path}.cronExpression`;
    case 'interval':
      return `${path}.anchor`;
    case 'rrule':
      return `${path}.rrule`;
    case 'custom':
      return `${path}.calculator`;
  }
};

const checkJitter = (schedule: Repeating, first: Instant, { owner, calendar }: OccurrenceContext, path: string, issues: Issues): void => {
  const { jitterMs } = schedule;
  if (jitterMs === undefined) return;
  let shortest = Infinity;
  let earlier = first;
  for (let seen = 1; seen < distancesChecked && shortest > 0; seen++) {
    const later = calendar.next(schedule, earlier, owner);
    if (later === null) break;
    shortest = Math.min(shortest, later - earlier);
    earlier = later;
  }
  if (jitterMs > shortest)
    issues.add(`${path}.jitter`, `is longer than the shortest distance between two occurrences; write at most ${shortest} (milliseconds)`);
};
