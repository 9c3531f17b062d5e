import type { Instant } from '../instant.js';
import type { Json } from '../json.js';
import type { JobDefinition, Priority } from './definition.js';
import type { Trigger } from './events.js';

type Queued = { readonly phase: 'queued' };
type Running = {
  readonly phase: 'running';
  readonly node: string;
  readonly startedAt: Instant;
  readonly timeoutAt: Instant;
  readonly fencingToken: number;
  readonly cancelRequested?: true;
};
type Retrying = { readonly phase: 'retrying'; readonly retryAt: Instant };

/** An execution that is not finished. Finished ones are history, not state. */
export type Execution = {
  readonly executionId: string;
  readonly scheduledFor: Instant;
  readonly trigger: Trigger;
  readonly priority: Priority;
  readonly queuedAt: Instant;
  /** The whole parameters of this execution, where they differ from the definition's. */
  readonly parameters?: Json;
  /** Asked for by hand while the job was paused or ended: neither holds it back. */
  readonly exempt?: true;
  /** Queued by a schedule that was replaced since: it does not count towards `maxRuns` of the present one. */
  readonly former?: true;
  /** Starts so far; the number of the running attempt. */
  readonly attempt: number;
  /** Attempts that count against `maxAttempts`. */
  readonly failures: number;
  /** Attempts ended by shutdown, fencing or snoozing: they do not count, up to a limit. */
  readonly aborts: number;
} & (Queued | Running | Retrying);

export type RunningExecution = Extract<Execution, { phase: 'running' }>;

export type Pause = { readonly at: Instant; readonly by?: string; readonly note?: string; readonly until?: Instant };

export type Request = {
  readonly key: string;
  readonly created: boolean;
  /** That of the job right after it; absent in what earlier releases stored. */
  readonly revision?: number;
};

export type Job = {
  readonly kind: 'job';
  readonly jobId: string;
  /** How many jobs in a row were made by runs of each other, this one included; absent for one that no run made. */
  readonly depth?: number;
  readonly definition: JobDefinition;
  /** Counts schedule, pause, resume and cancel: what `If-Match` compares. */
  readonly revision: number;
  /** Why no occurrence will follow; null while one may. */
  readonly ended: null | 'exhausted' | 'missed' | 'cancelled';
  readonly paused: Pause | null;
  /** The first occurrence without a recorded fate; null when none can follow. */
  readonly nextRunAt: Instant | null;
  /** The latest occurrence with a recorded fate: nothing at or before it runs again. */
  readonly lastHandled: Instant | null;
  /** Runs that the present schedule started, for `maxRuns`. */
  readonly runsStarted: number;
  /** Grows with every start, and across deletion and re-creation of the name. */
  readonly fencingToken: number;
  /** In the order in which they were queued. */
  readonly executions: readonly Execution[];
  /** The latest requests that carried a key, the newest last. */
  readonly requests: readonly Request[];
  /** First version of the stream that retention has left: what came before is in the snapshot of `JobCompacted`. */
  readonly keptFrom: number;
  readonly lastOutcome: null | 'completed' | 'failed' | 'cancelled';
};

export type JobState = { readonly kind: 'absent'; readonly fencingToken: number } | Job;

export const initialState: JobState = { kind: 'absent', fencingToken: 0 };
