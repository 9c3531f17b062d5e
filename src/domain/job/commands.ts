import type { Instant, Millis } from '../instant.js';
import type { Json, JsonObject } from '../json.js';
import type { JobDefinition } from './definition.js';
import type { ExecutionError, FailureCause, MadeBy } from './events.js';
import type { JobState } from './state.js';

/** `by` names the person or client; `expectedRevision` refuses the command unless the job is at that revision. */
type FromClient = { readonly now: Instant; readonly by?: string; readonly expectedRevision?: number };

/** Creates the job, or replaces its definition. `enabled` is left as it is unless given. */
export type ScheduleJob = FromClient & {
  readonly type: 'ScheduleJob';
  readonly newJobId: string;
  readonly definition: JobDefinition;
  readonly enabled?: boolean;
  readonly note?: string;
  readonly idempotencyKey?: string;
  /** Asked where the job is not there yet: why there may not be one more. */
  readonly refused?: () => JobRejection | null;
  readonly madeBy?: MadeBy;
  /** As in `Wake`, for what is due when the schedule changes; `now` where no node is known to have watched. */
  readonly watchedSince?: Instant;
};
export type PauseJob = FromClient & { readonly type: 'PauseJob'; readonly note?: string; readonly until?: Instant };
export type ResumeJob = FromClient & { readonly type: 'ResumeJob'; readonly note?: string };
export type CancelJob = FromClient & { readonly type: 'CancelJob'; readonly note?: string };
export type DeleteJob = FromClient & { readonly type: 'DeleteJob' };
/** `overrides` are merged shallowly over the stored parameters. */
export type RunNow = FromClient & { readonly type: 'RunNow'; readonly executionId: string; readonly overrides?: JsonObject };
/** `from` and `to` are included and lie in the past. */
export type BackfillJob = FromClient & {
  readonly type: 'BackfillJob';
  readonly from: Instant;
  readonly to: Instant;
  readonly newExecutionId: () => string;
};
export type CancelExecution = FromClient & { readonly type: 'CancelExecution'; readonly executionId: string; readonly note?: string };
/**
 * Something may be due: resumes what was paused until now, gives every due occurrence its fate, starts what may start.
 * `watchedSince` is the instant since when this node has been watching: what was due long before is missed. What waits for capacity
 * or for a handler while a node watches is not.
 */
export type Wake = {
  readonly type: 'Wake';
  readonly now: Instant;
  readonly node: string;
  readonly watchedSince: Instant;
  /** How many attempts may start. */
  readonly slots: number;
  /** Record a due occurrence as queued even though nothing may start: no live node has its handler. */
  readonly queueOnly?: true;
  readonly newExecutionId: () => string;
};
export type CompleteAttempt = {
  readonly type: 'CompleteAttempt';
  readonly now: Instant;
  readonly executionId: string;
  readonly attempt: number;
  readonly durationMs: Millis;
  readonly result?: Json;
};
export type FailAttempt = {
  readonly type: 'FailAttempt';
  readonly now: Instant;
  readonly executionId: string;
  readonly attempt: number;
  readonly durationMs: Millis;
  readonly error: ExecutionError;
  readonly cause: FailureCause;
  /** False where the handler said that trying again cannot help. */
  readonly retryable: boolean;
  /** Where the handler asked to be called again after a time: takes the place of the back-off. */
  readonly retryAfterMs?: Millis;
};
export type CompactJob = {
  readonly type: 'CompactJob';
  readonly belowVersion: number;
  readonly createdAt: Instant;
  readonly state: JobState;
  readonly stats: Json;
  readonly open: Json;
};

export type JobCommand =
  | ScheduleJob
  | PauseJob
  | ResumeJob
  | CancelJob
  | DeleteJob
  | RunNow
  | BackfillJob
  | CancelExecution
  | Wake
  | CompleteAttempt
  | FailAttempt
  | CompactJob;

export type JobRejection =
  | { readonly code: 'JOB_NOT_FOUND' }
  | { readonly code: 'EXECUTION_NOT_FOUND'; readonly executionId: string }
  | { readonly code: 'JOB_ALREADY_RUNNING'; readonly executionId: string }
  | { readonly code: 'VERSION_MISMATCH'; readonly expected: number; readonly actual: number }
  | { readonly code: 'INVALID_SCHEDULE'; readonly path: string; readonly message: string }
  | { readonly code: 'INVALID_JOB'; readonly path: string; readonly message: string }
  | { readonly code: 'INVALID_ARGUMENT'; readonly path: string; readonly message: string }
  | { readonly code: 'QUOTA_EXCEEDED'; readonly path: string; readonly message: string }
  | { readonly code: 'BUFFER_FULL'; readonly waiting: number }
  /** The attempt was failed, cancelled or never started: its late result is refused. */
  | { readonly code: 'STALE_ATTEMPT'; readonly executionId: string; readonly attempt: number }
  | { readonly code: 'CALCULATOR_MISSING' | 'CALCULATOR_FAILED'; readonly message: string };
