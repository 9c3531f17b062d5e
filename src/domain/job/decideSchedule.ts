import { accept, reject } from '../decider.js';
import { type Instant, instant, plus } from '../instant.js';
import { CalculatorFailure } from '../schedule/calendar.js';
import type { Schedule } from '../schedule/schedule.js';
import type { ScheduleJob } from './commands.js';
import type { JobDecision } from './decide.js';
import { decideDue } from './decideDue.js';
import { giveUpDue, resumed } from './decideLifecycle.js';
import type { JobDefinition } from './definition.js';
import { acceptDraft, type Draft, draftOf, emit } from './draft.js';
import { oncePastLimitMs } from './limits.js';
import { type Context, following } from './occurrences.js';
import type { Job } from './state.js';
import { jitterOf } from './status.js';

export const createJob = (command: ScheduleJob, context: Context): JobDecision => {
  const { now, newJobId: jobId, definition, enabled, refused, madeBy } = command;
  const tooLate = refusePast(definition.schedule, now);
  if (tooLate) return tooLate;
  const nextRunAt = first(definition.schedule, (schedule) =>
    context.calendar.next(schedule, now, { jobId, organization: context.organization }),
  );
  if (nextRunAt === null) return neverFires();
  const refusal = refused?.();
  if (refusal) return reject(refusal);
  const paused = enabled === false && { paused: now };
  return accept({ type: 'JobScheduled', jobId, definition, nextRunAt, ...paused, ...(madeBy && { madeBy }), ...causeOf(command) });
};

/** Replaces the definition. An equal one appends nothing; `enabled` is left as it is unless given. */
export const updateJob = (command: ScheduleJob, job: Job, context: Context): JobDecision => {
  const { now, enabled, by, note, idempotencyKey } = command;
  if (idempotencyKey !== undefined && job.requests.some((r) => r.key === idempotencyKey)) return accept();
  const definition = withKeptAnchor(command.definition, job.definition);
  const changed = changedFields(definition, job.definition);
  const rescheduled = changed.includes('schedule');
  if (rescheduled) {
    const tooLate = refusePast(definition.schedule, now) ?? refuseHandled(definition.schedule, job);
    if (tooLate) return tooLate;
  }
  const draft = draftOf(job);
  if (rescheduled) decideLeft(draft, command, definition, context);
  const nextRunAt = rescheduled || (job.ended && enabled === true) ? upcoming(draft.job, definition, now, context) : draft.job.nextRunAt;
  if (rescheduled && nextRunAt === null) return neverFires();
  const reactivated = draft.job.ended !== null && nextRunAt !== null;
  if (changed.length > 0 || reactivated)
    emit(draft, {
      type: 'JobRescheduled',
      definition,
      changed: reactivated ? [...changed, 'active'] : changed,
      nextRunAt,
      ...causeOf(command),
      ...(note !== undefined && { note }),
    });
  if (enabled === false && !job.paused) emit(draft, { type: 'JobPaused', at: now, ...(by !== undefined && { by }) });
  if (enabled === true && job.paused) for (const event of resumed(draft.job, command, context)) emit(draft, event);
  return acceptDraft(draft);
};

/**
 * Gives what is due a fate before its schedule goes; what does not fit into one commit is given up. So is what only waits for its jitter,
 * unless the new schedule names it too.
 */
const decideLeft = (draft: Draft, command: ScheduleJob, definition: JobDefinition, context: Context): void => {
  const { now, watchedSince = now } = command;
  try {
    decideDue(draft, { now, watchedSince, newExecutionId: dueIds(command) }, Number.POSITIVE_INFINITY, context);
  } catch (error) {
    if (!(error instanceof CalculatorFailure)) throw error;
  }
  if (!isKept(draft.job, definition, now, context)) giveUpDue(draft, now, context);
};

/** Whether the next run of the old schedule is one of the new, too, and has not been due to start. */
const isKept = (job: Job, definition: JobDefinition, now: Instant, context: Context): boolean => {
  const { nextRunAt } = job;
  if (nextRunAt === null || nextRunAt > now || plus(nextRunAt, jitterOf(job)) <= now || definition.schedule.kind === 'once') return false;
  return following(renewed(job, definition), plus(nextRunAt, -1), context) === nextRunAt;
};

/** Ids for runs that come due in the very moment of a change; the new job id of the command is unused then and unique. */
const dueIds = ({ newJobId }: ScheduleJob): (() => string) => {
  let n = 0;
  return () => `${newJobId}-${++n}`;
};

const upcoming = (job: Job, definition: JobDefinition, now: Instant, context: Context): Instant | null => {
  const after = instant(Math.max(now, job.lastHandled ?? now));
  if (definition.schedule === job.definition.schedule) return following(job, after, context);
  if (definition.schedule.kind === 'once') return definition.schedule.runAt;
  // What is not over by now was kept.
  if (job.nextRunAt !== null && job.nextRunAt <= now) return job.nextRunAt;
  return following(renewed(job, definition), after, context);
};

/** Under another schedule runs are counted anew. */
const renewed = (job: Job, definition: JobDefinition): Job => ({ ...job, definition, runsStarted: 0, executions: [] });

const causeOf = ({ by, idempotencyKey }: ScheduleJob) => ({
  ...(by !== undefined && { by }),
  ...(idempotencyKey !== undefined && { idempotencyKey }),
});

const first = (schedule: Schedule, next: (schedule: Schedule) => Instant | null): Instant | null =>
  schedule.kind === 'once' ? schedule.runAt : next(schedule);

const refusePast = (schedule: Schedule, now: Instant): JobDecision | null =>
  schedule.kind === 'once' && schedule.runAt < now - oncePastLimitMs
    ? reject({ code: 'INVALID_SCHEDULE', path: 'schedule.runAt', message: 'is more than 60 s in the past; give a later instant' })
    : null;

/** What was handled once is never run again, whatever the schedule (schedule-semantics 9). */
const refuseHandled = (schedule: Schedule, { lastHandled }: Job): JobDecision | null =>
  schedule.kind === 'once' && lastHandled !== null && schedule.runAt <= lastHandled
    ? reject({
        code: 'INVALID_SCHEDULE',
        path: 'schedule.runAt',
        message: `is not later than the run that was handled last (${new Date(lastHandled).toISOString()}); give a later instant`,
      })
    : null;

const neverFires = (): JobDecision => reject({ code: 'INVALID_SCHEDULE', path: 'schedule', message: 'never fires: no occurrence follows' });

/** A schedule that is equal but for an anchor nobody gave keeps the one it has, so that its grid does not move. */
const withKeptAnchor = (definition: JobDefinition, old: JobDefinition): JobDefinition => {
  const { schedule } = definition;
  const anchored = (schedule.kind === 'interval' || schedule.kind === 'rrule') && schedule.anchorDefaulted;
  const equal = anchored ? sameJson(withoutAnchor(schedule), withoutAnchor(old.schedule)) : sameJson(schedule, old.schedule);
  return equal ? { ...definition, schedule: old.schedule } : definition;
};

const withoutAnchor = (schedule: Schedule): object => ({ ...schedule, anchor: 0, anchorDefaulted: true });

const changedFields = (definition: JobDefinition, old: JobDefinition): string[] => {
  const names = new Set([...Object.keys(old), ...Object.keys(definition)]) as ReadonlySet<keyof JobDefinition>;
  return [...names].filter((name) => !sameJson(definition[name], old[name])).sort();
};

/** Equality of JSON values, whatever the order of their keys. */
const sameJson = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key as never], b[key as never]));
};
