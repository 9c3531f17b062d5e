import type { Instant, Millis } from '../instant.js';
import type { Json } from '../json.js';
import type { JobDefinition, Priority } from './definition.js';
import type { JobState } from './state.js';

// These names and shapes are the published vocabulary, version 1. Add; never rename or repurpose.
// `by` names the person or client that caused the event; it is absent where the scheduler did.

type Caused = { readonly by?: string };
/** The client's own name for its request, so that one sent twice has one effect. */
type Requested = Caused & { readonly idempotencyKey?: string };

export type Trigger = 'schedule' | 'manual' | 'catchUp' | 'backfill';
/** `fenced`: the node could not reach its store and aborted its own handlers. `lost`: the node died. */
export type FailureCause = 'error' | 'timeout' | 'lost' | 'shutdown' | 'fenced' | 'snoozed';
export type ExecutionError = {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
};
export type SkipReason = 'overlap' | 'misfire' | 'paused' | 'excluded' | 'bounds' | 'cancelled' | 'bufferFull';

/** The run whose handler asked for the job, and how many jobs in a row were made like that, this one included. */
export type MadeBy = { readonly executionId: string; readonly depth: number };

export type JobScheduled = Requested & {
  readonly type: 'JobScheduled';
  readonly jobId: string;
  readonly definition: JobDefinition;
  readonly nextRunAt: Instant | null;
  /** Present where the job was created disabled: since when. */
  readonly paused?: Instant;
  /** Present where a run of another job made this one, and chains of those are bounded. */
  readonly madeBy?: MadeBy;
};
export type JobRescheduled = Requested & {
  readonly type: 'JobRescheduled';
  readonly definition: JobDefinition;
  /** Names of the definition's fields that differ from the revision before; `active` where an ended job came back. */
  readonly changed: readonly string[];
  readonly nextRunAt: Instant | null;
  readonly note?: string;
};
export type JobPaused = Caused & { readonly type: 'JobPaused'; readonly at: Instant; readonly note?: string; readonly until?: Instant };
export type JobResumed = Caused & { readonly type: 'JobResumed'; readonly nextRunAt: Instant | null; readonly note?: string };
export type JobCancelled = Caused & { readonly type: 'JobCancelled'; readonly note?: string };
/** `exhausted`: no occurrence can follow. `missed`: a one-time job passed unwatched under misfire policy `skip`. */
export type JobCompleted = { readonly type: 'JobCompleted'; readonly reason: 'exhausted' | 'missed' };
/** Ends a generation. The last fencing token is kept so that tokens keep growing if the name is used again. */
export type JobDeleted = Caused & { readonly type: 'JobDeleted'; readonly fencingToken: number };
export type ExecutionQueued = Caused & {
  readonly type: 'ExecutionQueued';
  readonly executionId: string;
  readonly scheduledFor: Instant;
  readonly trigger: Trigger;
  readonly priority: Priority;
  readonly queuedAt: Instant;
  /** Present where they differ from the definition's. */
  readonly parameters?: Json;
  readonly nextRunAt: Instant | null;
};
export type ExecutionStarted = {
  readonly type: 'ExecutionStarted';
  readonly executionId: string;
  readonly attempt: number;
  readonly node: string;
  readonly startedAt: Instant;
  readonly timeoutAt: Instant;
  readonly fencingToken: number;
  /** Revision of the definition this attempt runs under. */
  readonly revision: number;
};
export type ExecutionCompleted = {
  readonly type: 'ExecutionCompleted';
  readonly executionId: string;
  readonly attempt: number;
  readonly finishedAt: Instant;
  readonly durationMs: Millis;
  readonly result?: Json;
};
export type ExecutionFailed = {
  readonly type: 'ExecutionFailed';
  readonly executionId: string;
  readonly attempt: number;
  readonly finishedAt: Instant;
  readonly durationMs: Millis;
  readonly error: ExecutionError;
  readonly cause: FailureCause;
  readonly final: boolean;
};
export type ExecutionRetryScheduled = {
  readonly type: 'ExecutionRetryScheduled';
  readonly executionId: string;
  readonly attempt: number;
  readonly retryAt: Instant;
  readonly backoffMs: Millis;
};
/** The running attempt is asked to stop; `ExecutionCancelled` follows when it has. */
export type ExecutionCancelRequested = Caused & {
  readonly type: 'ExecutionCancelRequested';
  readonly executionId: string;
  readonly note?: string;
};
export type ExecutionCancelled = Caused & {
  readonly type: 'ExecutionCancelled';
  readonly executionId: string;
  readonly finishedAt: Instant;
  readonly note?: string;
  /** Present where the execution had not started and its run is open again under `maxRuns`. */
  readonly nextRunAt?: Instant;
};
/** `count` occurrences from `from` to `to`, both included, will not run. Exact up to 1,000, else `atLeast`. */
export type OccurrencesSkipped = {
  readonly type: 'OccurrencesSkipped';
  readonly from: Instant;
  readonly to: Instant;
  readonly count: number;
  readonly atLeast?: true;
  readonly reason: SkipReason;
  readonly nextRunAt: Instant | null;
};
/**
 * Stands in for every commit of the stream below `belowVersion`, which may then be redacted: the folded state there, and the
 * statistics and unfinished history entries that the projections had there. A replay starts from the last of these.
 */
export type JobCompacted = {
  readonly type: 'JobCompacted';
  readonly belowVersion: number;
  /** When the job was created: the commit that says so is among those dropped. */
  readonly createdAt: Instant;
  readonly state: JobState;
  readonly stats: Json;
  readonly open: Json;
};

export type JobEvent =
  | JobScheduled
  | JobRescheduled
  | JobPaused
  | JobResumed
  | JobCancelled
  | JobCompleted
  | JobDeleted
  | ExecutionQueued
  | ExecutionStarted
  | ExecutionCompleted
  | ExecutionFailed
  | ExecutionRetryScheduled
  | ExecutionCancelRequested
  | ExecutionCancelled
  | OccurrencesSkipped
  | JobCompacted;

export type JobEventType = JobEvent['type'];
