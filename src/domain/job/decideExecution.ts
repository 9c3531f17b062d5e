import { accept, reject } from '../decider.js';
import type { Json, JsonObject } from '../json.js';
import type { CancelExecution, RunNow } from './commands.js';
import type { JobDecision } from './decide.js';
import { cancelOthers, completeIfOver } from './decideDue.js';
import { acceptDraft, draftOf, emit } from './draft.js';
import { charactersPerExecution, maxActiveCharacters, maxBuffered } from './limits.js';
import { type Context, reopened } from './occurrences.js';
import type { Job } from './state.js';

/** Queues a run by hand. It obeys the overlap policy, works on paused and ended jobs, and does not re-activate them. */
export const runNow = ({ now, by, executionId, overrides }: RunNow, job: Job, context: Context): JobDecision => {
  const { overlap, parameters, priority } = job.definition;
  const [active] = job.executions;
  if (active && overlap === 'skip') return reject({ code: 'JOB_ALREADY_RUNNING', executionId: active.executionId });
  const waiting = job.executions.filter((e) => e.phase === 'queued').length;
  if ((waiting >= maxBuffered && overlap !== 'allow') || isFull(job, overrides)) return reject({ code: 'BUFFER_FULL', waiting });
  const draft = draftOf(job);
  if (overlap === 'cancelOther') cancelOthers(draft, now, context);
  emit(draft, {
    type: 'ExecutionQueued',
    executionId,
    scheduledFor: now,
    trigger: 'manual',
    priority,
    queuedAt: now,
    ...(overrides !== undefined && { parameters: merged(parameters, overrides) }),
    nextRunAt: draft.job.nextRunAt,
    ...(by !== undefined && { by }),
  });
  return acceptDraft(draft);
};

/** Whether one more execution would make the state of the job larger than a store takes. */
export const isFull = (job: Job, overrides?: JsonObject): boolean => {
  const own = (parameters: Json | undefined): number =>
    charactersPerExecution + (parameters === undefined ? 0 : JSON.stringify(parameters).length);
  return job.executions.reduce((sum, e) => sum + own(e.parameters), own(overrides)) > maxActiveCharacters;
};

/** Shallow, and only over an object: the keys given by hand win. */
const merged = (parameters: Json, overrides: JsonObject): JsonObject =>
  parameters !== null && typeof parameters === 'object' && !Array.isArray(parameters)
    ? { ...(parameters as JsonObject), ...overrides }
    : overrides;

/** What waits is cancelled at once; what runs is asked to stop, and is cancelled when it has. */
export const cancelExecution = ({ now, by, executionId, note }: CancelExecution, job: Job, context: Context): JobDecision => {
  const execution = job.executions.find((e) => e.executionId === executionId);
  if (!execution) return reject({ code: 'EXECUTION_NOT_FOUND', executionId });
  const caused = { ...(by !== undefined && { by }), ...(note !== undefined && { note }) };
  if (execution.phase === 'running')
    return execution.cancelRequested ? accept() : accept({ type: 'ExecutionCancelRequested', executionId, ...caused });
  const nextRunAt = reopened({ ...job, executions: job.executions.filter((e) => e !== execution) }, context);
  const open = nextRunAt !== null && nextRunAt !== job.nextRunAt && { nextRunAt };
  const draft = draftOf(job);
  emit(draft, { type: 'ExecutionCancelled', executionId, finishedAt: now, ...caused, ...open });
  completeIfOver(draft);
  return acceptDraft(draft);
};
