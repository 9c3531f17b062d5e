import { type Instant, instant } from '../instant.js';
import type { Calendar, ScheduleOwner } from '../schedule/calendar.js';
import { boundsOf } from '../schedule/schedule.js';
import { isOfSchedule } from './evolve.js';
import { maxCounted } from './limits.js';
import type { Job } from './state.js';

/** What a decision needs beside the job: the calendar, and whose job it is. */
export type Context = { readonly calendar: Calendar; readonly organization: string };

export const ownerOf = (job: Job, { organization }: Context): ScheduleOwner => ({ jobId: job.jobId, organization });

/** The occurrence that follows `after`, provided the schedule may still start `taken` runs more than it has. */
export const following = (job: Job, after: Instant, context: Context, taken = 0): Instant | null =>
  runsLeft(job) <= taken ? null : context.calendar.next(job.definition.schedule, after, ownerOf(job, context));

/** How many runs `maxRuns` still allows, those that wait to start taken off. */
export const runsLeft = (job: Job): number => {
  const { maxRuns } = boundsOf(job.definition.schedule);
  if (maxRuns === undefined) return Number.POSITIVE_INFINITY;
  const waiting = job.executions.filter((e) => e.attempt === 0 && isOfSchedule(e)).length;
  return maxRuns - job.runsStarted - waiting;
};

/** What comes next once an execution that waited is gone: it may have had the last run that `maxRuns` allows. */
export const reopened = (job: Job, context: Context): Instant | null =>
  job.nextRunAt ?? (job.ended !== null || job.lastHandled === null ? null : following(job, job.lastHandled, context));

/** Occurrences from `first` on and before `end`, newest first, at most `limit`. */
export const newestBefore = (job: Job, first: Instant, end: Instant, limit: number, context: Context): readonly Instant[] =>
  job.definition.schedule.kind === 'custom'
    ? walkForward(job, first, end, context).reverse().slice(0, limit)
    : walkBack(job, first, end, limit, context);

const walkBack = (job: Job, first: Instant, end: Instant, limit: number, context: Context): Instant[] => {
  const found: Instant[] = [];
  const owner = ownerOf(job, context);
  for (let at = context.calendar.prev(job.definition.schedule, end, owner); at !== null && at >= first && found.length < limit; ) {
    found.push(at);
    at = context.calendar.prev(job.definition.schedule, at, owner);
  }
  return found.length > 0 ? found : [first];
};

/** A calculator only knows the way forward; the newest are kept, as many as can tell "more than are counted". */
const walkForward = (job: Job, first: Instant, end: Instant, context: Context): Instant[] => {
  const found: Instant[] = [];
  const owner = ownerOf(job, context);
  for (let at: Instant | null = first; at !== null && at < end; at = context.calendar.next(job.definition.schedule, at, owner)) {
    found.push(at);
    if (found.length > maxCounted + 1) found.shift();
  }
  return found;
};

/** The occurrences from `first` to `last`, both included, as a skip records them. */
export const spanOf = (job: Job, first: Instant, last: Instant, context: Context) => {
  const count = newestBefore(job, first, instant(last + 1), maxCounted + 1, context).length;
  return count > maxCounted ? { from: first, to: last, count: maxCounted, atLeast: true as const } : { from: first, to: last, count };
};
