import { type Instant, instant } from '../instant.js';
import type { Wake } from './commands.js';
import { type Draft, emit } from './draft.js';
import type { SkipReason, Trigger } from './events.js';
import { maxBuffered, maxEventsPerCommit, misfireGraceMs } from './limits.js';
import { type Context, following, newestBefore, reopened, runsLeft, spanOf } from './occurrences.js';
import type { Execution, Job } from './state.js';
import { jitterOf, nextStartAt, startable } from './status.js';

/** What a decision about due occurrences needs to know of the moment. */
export type Moment = Pick<Wake, 'now' | 'watchedSince' | 'newExecutionId'>;

/**
 * Gives every occurrence that is due its fate: missed ones by the misfire policy, the others by the overlap policy. One that only
 * waits for capacity is left as it is: it has no fate yet, and waiting is never a misfire. `room` is how many executions may start,
 * or wait beside each other, at once; what waits already comes first.
 */
export const decideDue = (draft: Draft, moment: Moment, room: number, context: Context): void => {
  decideMissed(draft, moment, context);
  let left = room - startable(draft.job, moment.now).length;
  for (let due = dueAt(draft.job, moment.now); due !== null && hasRoom(draft); due = dueAt(draft.job, moment.now)) {
    const { overlap } = draft.job.definition;
    const free = draft.job.executions.length === 0 || overlap === 'allow';
    if (free) {
      if (left-- <= 0) return;
      queue(draft, due, 'schedule', moment, context);
    } else decideOverlap(draft, due, newestDue(draft.job, due, moment.now, context), 'schedule', moment, context);
  }
};

/** The occurrence that should have started by now; null when there is none, or the job is paused or ended. */
const dueAt = (job: Job, now: Instant): Instant | null => {
  const startAt = job.paused || job.ended ? null : nextStartAt(job);
  return startAt !== null && startAt <= now ? job.nextRunAt : null;
};

const hasRoom = (draft: Draft): boolean => draft.events.length < maxEventsPerCommit;

const newestDue = (job: Job, due: Instant, now: Instant, context: Context): Instant =>
  newestBefore(job, due, instant(now - jitterOf(job) + 1), 1, context)[0] ?? due;

/** Occurrences from `due` to `newest` are due while something of the job is active (schedule-semantics 10). */
const decideOverlap = (draft: Draft, due: Instant, newest: Instant, trigger: Trigger, moment: Moment, context: Context): void => {
  switch (draft.job.definition.overlap) {
    case 'skip':
      return skip(draft, due, newest, 'overlap', context);
    case 'bufferOne':
      skipOlder(draft, due, newest, context);
      drop(draft, waiting(draft.job), 'overlap', moment.now, context);
      return queue(draft, newest, trigger, moment, context);
    case 'bufferAll':
      if (waiting(draft.job).length >= maxBuffered) drop(draft, waiting(draft.job).slice(0, 1), 'bufferFull', moment.now, context);
      return queue(draft, due, trigger, moment, context);
    case 'cancelOther':
      skipOlder(draft, due, newest, context);
      cancelOthers(draft, moment.now, context);
      return queue(draft, newest, trigger, moment, context);
    case 'allow':
      return queue(draft, due, trigger, moment, context);
  }
};

/** What the policy may drop for a newer occurrence: neither runs by hand, nor runs made up for, which go one by one whatever the policy. */
const waiting = (job: Job): readonly Execution[] =>
  job.executions.filter((e) => e.phase === 'queued' && e.trigger !== 'manual' && !isMadeUp(job, e));

const isMadeUp = ({ definition }: Job, { trigger }: Execution): boolean =>
  trigger === 'backfill' || (trigger === 'catchUp' && definition.misfire.policy === 'all');

/** Of several occurrences that came due at once, all but the newest were overtaken. */
const skipOlder = (draft: Draft, due: Instant, newest: Instant, context: Context): void => {
  if (newest === due) return;
  const [beforeNewest = due] = newestBefore(draft.job, due, newest, 1, context);
  skip(draft, due, beforeNewest, 'overlap', context);
};

/** Executions that had been queued and will not run: their occurrences get a new fate, in place of a start. */
const drop = (draft: Draft, executions: readonly Execution[], reason: SkipReason, now: Instant, context: Context): void => {
  for (const { executionId, scheduledFor } of executions) {
    emit(draft, { type: 'ExecutionCancelled', executionId, finishedAt: now, note: `overtaken: ${reason}` });
    const nextRunAt = reopened(draft.job, context);
    emit(draft, { type: 'OccurrencesSkipped', from: scheduledFor, to: scheduledFor, count: 1, reason, nextRunAt });
  }
};

/** Running attempts are asked to stop; what waits or retries is dropped. The new run starts once the old ones have ended. */
export const cancelOthers = (draft: Draft, now: Instant, context: Context): void => {
  const note = 'replaced by a newer run';
  drop(draft, waiting(draft.job), 'overlap', now, context);
  for (const { executionId, ...e } of draft.job.executions) {
    if (e.phase === 'running') {
      if (!e.cancelRequested) emit(draft, { type: 'ExecutionCancelRequested', executionId, note });
    } else if (e.attempt > 0 || e.trigger === 'manual') emit(draft, { type: 'ExecutionCancelled', executionId, finishedAt: now, note });
  }
};

/** Occurrences that were due long before anyone watched. They are listed backwards and never enumerated whole. */
const decideMissed = (draft: Draft, moment: Moment, context: Context): void => {
  const { job } = draft;
  const { misfire } = job.definition;
  // A clock that was set back leaves `watchedSince` in the future; what lies there is not missed.
  const cutoff = instant(Math.min(moment.watchedSince, moment.now) - misfireGraceMs - jitterOf(job));
  const first = dueAt(job, moment.now);
  if (first === null || first >= cutoff) return;
  const wanted = misfire.policy === 'skip' ? 0 : misfire.policy === 'once' ? 1 : Math.min(misfire.max, runsLeft(job));
  const oldest = moment.now - (misfire.windowMs ?? Number.POSITIVE_INFINITY);
  const newest = newestBefore(job, first, cutoff, Math.max(wanted, 1), context);
  const kept = newest.slice(0, wanted).filter((at) => at >= oldest);
  const last = newest[0] ?? first;
  const oldestKept = kept.at(-1);
  if (oldestKept === undefined) return skipMissed(draft, first, last, context);
  if (oldestKept > first) {
    const [beforeKept = first] = newestBefore(job, first, oldestKept, 1, context);
    skip(draft, first, beforeKept, 'misfire', context, oldestKept);
  }
  const alone = misfire.policy === 'once' && draft.job.executions.length > 0;
  for (const at of kept.toReversed()) {
    if (!hasRoom(draft)) return;
    if (alone) decideOverlap(draft, at, at, 'catchUp', moment, context);
    else queue(draft, at, 'catchUp', moment, context);
  }
};

export const skipMissed = (draft: Draft, first: Instant, last: Instant, context: Context): void => {
  skip(draft, first, last, 'misfire', context);
  if (draft.job.definition.schedule.kind === 'once') emit(draft, { type: 'JobCompleted', reason: 'missed' });
};

/** Records that the occurrences from `first` to `last` will not run. */
export const skip = (
  draft: Draft,
  first: Instant,
  last: Instant,
  reason: SkipReason,
  context: Context,
  nextRunAt: Instant | null = following(draft.job, last, context),
): void => emit(draft, { type: 'OccurrencesSkipped', ...spanOf(draft.job, first, last, context), reason, nextRunAt });

/** Queues a run for an occurrence of the schedule. */
const queue = (draft: Draft, scheduledFor: Instant, trigger: Trigger, moment: Moment, context: Context): void => {
  const { job } = draft;
  emit(draft, {
    type: 'ExecutionQueued',
    executionId: moment.newExecutionId(),
    scheduledFor,
    trigger,
    priority: job.definition.priority,
    queuedAt: moment.now,
    nextRunAt: following(job, scheduledFor, context, 1),
  });
};

/** Starts what may start. The append of `ExecutionStarted` at the expected version is the claim. */
export const startReady = (draft: Draft, { now, node, slots }: Wake): void => {
  for (const { executionId, attempt } of startable(draft.job, now).slice(0, slots)) {
    const { job } = draft;
    emit(draft, {
      type: 'ExecutionStarted',
      executionId,
      attempt: attempt + 1,
      node,
      startedAt: now,
      timeoutAt: instant(now + job.definition.timeoutMs),
      fencingToken: job.fencingToken + 1,
      revision: job.revision,
    });
  }
};

/** A job without further occurrences is over when its last execution is. */
export const completeIfOver = (draft: Draft): void => {
  const { nextRunAt, executions, ended } = draft.job;
  if (nextRunAt === null && executions.length === 0 && ended === null) emit(draft, { type: 'JobCompleted', reason: 'exhausted' });
};
