import { accept } from '../decider.js';
import { type Instant, plus } from '../instant.js';
import { CalculatorFailure } from '../schedule/calendar.js';
import type { CancelJob, DeleteJob, PauseJob, ResumeJob } from './commands.js';
import type { JobDecision } from './decide.js';
import { completeIfOver, skip, skipMissed } from './decideDue.js';
import { acceptDraft, type Draft, draftOf, emit } from './draft.js';
import type { JobEvent } from './events.js';
import { misfireGraceMs } from './limits.js';
import { type Context, newestBefore } from './occurrences.js';
import type { Job } from './state.js';
import { jitterOf } from './status.js';

/** Stops new attempts; one that runs goes on. Said again with another note or end, the pause is recorded anew. */
export const pauseJob = ({ now, by, note, until }: PauseJob, job: Job): JobDecision => {
  if (job.paused && (note === undefined || note === job.paused.note) && (until === undefined || until === job.paused.until))
    return accept();
  const caused = { ...(by !== undefined && { by }), ...(note !== undefined && { note }), ...(until !== undefined && { until }) };
  return accept({ type: 'JobPaused', at: now, ...caused });
};

export const resumeJob = (command: ResumeJob, job: Job, context: Context): JobDecision =>
  job.paused ? accept(...resumed(job, command, context)) : accept();

/** A pause with an end is over when its time has come, however late that is noticed: what passed since then was not paused. */
export const resumeIfTime = (draft: Draft, now: Instant, context: Context): void => {
  const until = draft.job.paused?.until;
  if (until !== undefined && until <= now)
    for (const event of resumed(draft.job, { now: until, by: 'system' }, context)) emit(draft, event);
};

type Cause = { readonly now: Instant; readonly by?: string; readonly note?: string };

/** What passed while the job was paused is recorded once; a one-time job whose time has passed stays due, or has missed it. */
export const resumed = (job: Job, { now, by, note }: Cause, context: Context): readonly JobEvent[] => {
  const draft = draftOf(job);
  if (job.definition.schedule.kind !== 'once') skipPassed(draft, plus(now, -jitterOf(job)), 'paused', context);
  else if (job.nextRunAt !== null && isGivenUp(job, job.nextRunAt, now)) skipMissed(draft, job.nextRunAt, job.nextRunAt, context);
  const { nextRunAt } = draft.job;
  emit(draft, { type: 'JobResumed', nextRunAt, ...(by !== undefined && { by }), ...(note !== undefined && { note }) });
  completeIfOver(draft);
  return draft.events;
};

/** Whether a one-time job is so late that its misfire policy gives it up. */
const isGivenUp = ({ definition: { misfire } }: Job, runAt: Instant, now: Instant): boolean =>
  runAt < now - misfireGraceMs && (misfire.policy === 'skip' || runAt < now - (misfire.windowMs ?? Number.POSITIVE_INFINITY));

/**
 * Gives up what is due because its schedule goes, for good. A calculator that is missing or broken must not stand in the way: what it
 * would count is then one at least.
 */
export const giveUpDue = (draft: Draft, now: Instant, context: Context): void => {
  const reason = draft.job.paused ? 'paused' : 'cancelled';
  try {
    // What only waits for its jitter is given up with the rest.
    skipPassed(draft, now, reason, context);
  } catch (error) {
    const { nextRunAt: at } = draft.job;
    if (!(error instanceof CalculatorFailure) || at === null) throw error;
    emit(draft, { type: 'OccurrencesSkipped', from: at, to: at, count: 1, atLeast: true, reason, nextRunAt: null });
  }
};

/** Records the occurrences up to an instant as skipped. */
const skipPassed = (draft: Draft, upTo: Instant, reason: 'paused' | 'cancelled', context: Context): void => {
  const { nextRunAt, ended } = draft.job;
  if (nextRunAt === null || nextRunAt > upTo || ended) return;
  const [last = nextRunAt] = newestBefore(draft.job, nextRunAt, plus(upTo, 1), 1, context);
  skip(draft, nextRunAt, last, reason, context);
};

/** Drops everything to come: running attempts are aborted, retries, buffers and future occurrences are gone. */
export const cancelJob = ({ now, by, note }: CancelJob, job: Job, context: Context): JobDecision => {
  if (job.ended !== null && job.executions.length === 0) return accept();
  const draft = draftOf(job);
  giveUpDue(draft, now, context);
  if (job.ended !== 'cancelled')
    emit(draft, { type: 'JobCancelled', ...(by !== undefined && { by }), ...(note !== undefined && { note }) });
  cancelExecutions(draft, now, by);
  return acceptDraft(draft);
};

/** Ends the generation; what was active is cancelled first, so that every execution has an end. */
export const deleteJob = ({ now, by }: DeleteJob, job: Job): JobDecision => {
  const draft = draftOf(job);
  cancelExecutions(draft, now, by);
  return accept(...draft.events, { type: 'JobDeleted', fencingToken: job.fencingToken, ...(by !== undefined && { by }) });
};

const cancelExecutions = (draft: Draft, now: Instant, by: string | undefined): void => {
  for (const { executionId } of draft.job.executions)
    emit(draft, { type: 'ExecutionCancelled', executionId, finishedAt: now, ...(by !== undefined && { by }) });
};
