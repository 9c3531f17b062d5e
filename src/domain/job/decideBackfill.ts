import { reject } from '../decider.js';
import { type Instant, instant } from '../instant.js';
import type { BackfillJob } from './commands.js';
import type { JobDecision } from './decide.js';
import { isFull } from './decideExecution.js';
import { acceptDraft, draftOf, emit } from './draft.js';
import { maxBackfilled, maxEventsPerCommit } from './limits.js';
import { type Context, ownerOf } from './occurrences.js';
import type { Job } from './state.js';

/**
 * Queues a run for each occurrence from `from` to `to`, whatever became of it in its time. They go one by one unless the overlap policy is
 * `allow` (schedule-semantics 10), and count neither towards `maxRuns` nor as handled. An occurrence whose backfill is not finished is left
 * out, so that repeating the command repeats nothing. What one commit does not hold is left to the next command, from there on.
 */
export const backfillJob = ({ now, by, from, to, newExecutionId }: BackfillJob, job: Job, context: Context): JobDecision => {
  const occurrences = occurrencesIn(job, from, to, context);
  if (occurrences.length > maxBackfilled)
    return reject({ code: 'INVALID_ARGUMENT', path: 'to', message: `leaves more than ${maxBackfilled} occurrences; give a shorter span` });
  const unfinished = new Set(job.executions.filter((e) => e.trigger === 'backfill').map((e) => e.scheduledFor));
  const draft = draftOf(job);
  for (const scheduledFor of occurrences.filter((at) => !unfinished.has(at)).slice(0, maxEventsPerCommit)) {
    if (isFull(draft.job)) return reject({ code: 'BUFFER_FULL', waiting: draft.job.executions.length });
    emit(draft, {
      type: 'ExecutionQueued',
      executionId: newExecutionId(),
      scheduledFor,
      trigger: 'backfill',
      priority: job.definition.priority,
      queuedAt: now,
      nextRunAt: draft.job.nextRunAt,
      ...(by !== undefined && { by }),
    });
  }
  return acceptDraft(draft);
};

/** Both ends included; one more than may be asked for at most. */
const occurrencesIn = (job: Job, from: Instant, to: Instant, context: Context): readonly Instant[] => {
  const { schedule } = job.definition;
  const owner = ownerOf(job, context);
  const found: Instant[] = [];
  for (let at = context.calendar.next(schedule, instant(from - 1), owner); at !== null && at <= to && found.length <= maxBackfilled; ) {
    found.push(at);
    at = context.calendar.next(schedule, at, owner);
  }
  return found;
};
