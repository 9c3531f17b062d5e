import { reject } from '../decider.js';
import { type Millis, plus } from '../instant.js';
import { backoffDelay } from '../schedule/retryPolicy.js';
import type { CompleteAttempt, FailAttempt } from './commands.js';
import type { JobDecision } from './decide.js';
import { completeIfOver } from './decideDue.js';
import { acceptDraft, draftOf, emit } from './draft.js';
import { maxAborts } from './limits.js';
import type { Job, RunningExecution } from './state.js';

type Settle = Pick<CompleteAttempt, 'executionId' | 'attempt'>;

export const completeAttempt = ({ now, executionId, attempt, durationMs, result }: CompleteAttempt, job: Job): JobDecision => {
  if (!running(job, { executionId, attempt })) return reject({ code: 'STALE_ATTEMPT', executionId, attempt });
  const draft = draftOf(job);
  emit(draft, { type: 'ExecutionCompleted', executionId, attempt, finishedAt: now, durationMs, ...(result !== undefined && { result }) });
  completeIfOver(draft);
  return acceptDraft(draft);
};

/** Ends the attempt, and with it the execution, unless its budget allows another one. */
export const failAttempt = (command: FailAttempt, job: Job): JobDecision => {
  const { now, executionId, attempt, durationMs, error, cause } = command;
  const execution = running(job, command);
  if (!execution) return reject({ code: 'STALE_ATTEMPT', executionId, attempt });
  const draft = draftOf(job);
  if (execution.cancelRequested) emit(draft, { type: 'ExecutionCancelled', executionId, finishedAt: now });
  else {
    const backoffMs = retryDelay(command, execution, job);
    const final = backoffMs === null;
    emit(draft, { type: 'ExecutionFailed', executionId, attempt, finishedAt: now, durationMs, error, cause, final });
    if (!final)
      emit(draft, { type: 'ExecutionRetryScheduled', executionId, attempt: attempt + 1, retryAt: plus(now, backoffMs), backoffMs });
  }
  completeIfOver(draft);
  return acceptDraft(draft);
};

/** How long to wait before the next attempt; null when there is none. */
const retryDelay = ({ cause, retryable, retryAfterMs }: FailAttempt, execution: RunningExecution, job: Job): Millis | null => {
  switch (cause) {
    case 'snoozed':
    case 'shutdown':
    case 'fenced':
      return execution.aborts < maxAborts ? (retryAfterMs ?? 0) : null;
    case 'error':
    case 'timeout':
    case 'lost': {
      const failures = execution.failures + 1;
      return retryable && failures < job.definition.maxAttempts
        ? backoffDelay(job.definition.backoff, failures, execution.executionId)
        : null;
    }
  }
};

const running = (job: Job, { executionId, attempt }: Settle): RunningExecution | null => {
  const execution = job.executions.find((e) => e.executionId === executionId);
  return execution?.phase === 'running' && execution.attempt === attempt ? execution : null;
};
