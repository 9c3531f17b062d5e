import type { Instant, Millis } from '../../domain/instant.js';
import type { Calendar, ScheduleOwner } from '../../domain/schedule/calendar.js';
import { jitterOffset } from '../../domain/schedule/jitter.js';
import { boundsOf, type Schedule } from '../../domain/schedule/schedule.js';
import { minuteMs, secondMs } from './civil.js';
import { cronOf } from './cron.js';
import type { WallTimes } from './dstRule.js';
import { calendarSteps } from './interval.js';
import { timesOf } from './rrule.js';
import { localAt, type Zone, zoneOf } from './zone.js';

export type PreviewEntry = {
  readonly occurrence: Date;
  /** The occurrence moved by the job's jitter: when the run starts. */
  readonly startAt: Date;
  /** ISO 8601 reading of a clock in the schedule's zone, with its offset. */
  readonly wallTime: string;
  /** The reading meant does not exist: clocks went forward over it, and the occurrence is later by the length of the gap. */
  readonly shifted?: true;
  /** The reading occurs twice, as clocks go back; this is the first, and the second does not run. */
  readonly firstOfTwo?: true;
};

/** The first `count` occurrences after `after`, as if nothing had run before, by the same `next` that runs them. A custom schedule may throw `CalculatorFailure`. */
export const previewSchedule = (
  schedule: Schedule,
  {
    after,
    count,
    owner,
    calendar,
  }: { readonly after: Instant; readonly count: number; readonly owner: ScheduleOwner; readonly calendar: Calendar },
): readonly PreviewEntry[] => {
  const entries: PreviewEntry[] = [];
  const zone = zoneOf(schedule.kind === 'once' ? 'UTC' : schedule.timezone);
  const mapped = mappedTimes(schedule, zone, owner);
  const { maxRuns = count } = boundsOf(schedule);
  const most = Math.min(count, maxRuns);
  const jitter = jitterOffset(boundsOf(schedule).jitterMs, owner.jobId);
  for (let at = calendar.next(schedule, after, owner); at !== null && entries.length < most; at = calendar.next(schedule, at, owner))
    entries.push({
      occurrence: new Date(at),
      startAt: new Date(at + jitter),
      wallTime: wallTimeOf(at, zone),
      ...clockChange(mapped, zone, at),
    });
  return entries;
};

const wallTimeOf = (at: Instant, zone: Zone): string => {
  const local = localAt(zone, at);
  const offset: Millis = local - at;
  const size = new Date(Math.abs(offset)).toISOString();
  const reading = new Date(local).toISOString().slice(0, at % secondMs === 0 ? 19 : 23);
  return `${reading}${offset < 0 ? '-' : '+'}${size.slice(11, offset % minuteMs === 0 ? 16 : 19)}`;
};

/** The wall times of a schedule that are mapped to instants one by one; null where time elapses instead. */
const mappedTimes = (schedule: Schedule, zone: Zone, { jobId }: ScheduleOwner): WallTimes | null => {
  switch (schedule.kind) {
    case 'cron': {
      const { walls, passes } = cronOf(schedule.expression, jobId);
      return passes === 'once' ? walls : null;
    }
    case 'interval':
      return schedule.unit === 'days' || schedule.unit === 'weeks' || schedule.unit === 'months'
        ? calendarSteps(schedule, localAt(zone, schedule.anchor))
        : null;
    case 'rrule':
      return timesOf(schedule, zone).walls;
    case 'once':
    case 'custom':
      return null;
  }
};

const clockChange = (times: WallTimes | null, zone: Zone, at: number): { shifted?: true; firstOfTwo?: true } => {
  if (times === null) return {};
  const { end, offset, changedAt, offsetBefore } = zone.stretchAt(at);
  const isMember = times.atOrAfter(at + offset) === at + offset;
  if (!isMember && at < changedAt + (offset - offsetBefore)) return { shifted: true };
  const next = zone.stretchAt(end);
  const seenAgain = isMember && next.offset < offset && at >= end - (offset - next.offset);
  return seenAgain ? { firstOfTwo: true } : {};
};
