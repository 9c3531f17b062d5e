import { type Instant, instant, type Millis } from '../../domain/instant.js';
import type { Calendar, ScheduleOwner } from '../../domain/schedule/calendar.js';
import type { CronSchedule, CustomSchedule, IntervalSchedule, RRuleSchedule, Schedule } from '../../domain/schedule/schedule.js';
import { firstInstant, lastInstant } from './civil.js';
import { cronOf } from './cron.js';
import { type Calculator, nextOfCustom } from './custom.js';
import { nextInstant, prevInstant } from './dstRule.js';
import { excludedAround } from './exclusions.js';
import { nextOfInterval, prevOfInterval } from './interval.js';
import { nextOfRRule, prevOfRRule } from './rrule.js';
import { type Zone, zoneOf } from './zone.js';

type Recurring = CronSchedule | IntervalSchedule | RRuleSchedule | CustomSchedule;

/**
 * Evaluates every kind of schedule by schedule-semantics.md; pure, but for caches of bounded size and the calculators handed in, which
 * are held to their time by a stopwatch (milliseconds that only grow) where there is one.
 */
export const createCalendar = (calculators: ReadonlyMap<string, Calculator>, stopwatch: () => Millis = () => 0): Calendar => {
  const follow = (schedule: Recurring, zone: Zone, after: number, owner: ScheduleOwner): number | null => {
    switch (schedule.kind) {
      case 'cron': {
        const { walls, passes } = cronOf(schedule.expression, owner.jobId);
        return nextInstant(walls, zone, after, passes);
      }
      case 'interval':
        return nextOfInterval(schedule, zone, after);
      case 'rrule':
        return nextOfRRule(schedule, zone, after);
      case 'custom':
        return nextOfCustom(calculators, schedule, after, owner, stopwatch);
    }
  };

  const precede = (schedule: Recurring, zone: Zone, before: number, owner: ScheduleOwner): number | null => {
    switch (schedule.kind) {
      case 'cron': {
        const { walls, passes } = cronOf(schedule.expression, owner.jobId);
        return prevInstant(walls, zone, before, passes);
      }
      case 'interval':
        return prevOfInterval(schedule, zone, before);
      case 'rrule':
        return prevOfRRule(schedule, zone, before);
      case 'custom':
        return null;
    }
  };

  const next = (schedule: Schedule, after: Instant, owner: ScheduleOwner): Instant | null => {
    if (schedule.kind === 'once') return schedule.runAt > after ? schedule.runAt : null;
    const zone = zoneOf(schedule.timezone);
    const first = Math.max(schedule.startAt ?? firstInstant, firstInstant);
    const last = Math.min(schedule.endAt ?? lastInstant, lastInstant);
    for (let from = Math.max(after, first - 1); from < last; ) {
      const found = follow(schedule, zone, from, owner);
      if (found === null || found > last) return null;
      const excluded = excludedAround(found, schedule.exclude ?? [], zone);
      if (excluded === null) return instant(found);
      from = excluded.to;
    }
    return null;
  };

  const prev = (schedule: Schedule, before: Instant, owner: ScheduleOwner): Instant | null => {
    if (schedule.kind === 'once') return schedule.runAt < before ? schedule.runAt : null;
    const zone = zoneOf(schedule.timezone);
    const first = Math.max(schedule.startAt ?? firstInstant, firstInstant);
    const last = Math.min(schedule.endAt ?? lastInstant, lastInstant);
    for (let until = Math.min(before, last + 1); until > first; ) {
      const found = precede(schedule, zone, until, owner);
      if (found === null || found < first) return null;
      const excluded = excludedAround(found, schedule.exclude ?? [], zone);
      if (excluded === null) return instant(found);
      until = excluded.from;
    }
    return null;
  };

  return { next, prev };
};
