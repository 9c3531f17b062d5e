import type { Instant, Millis } from '../../domain/instant.js';
import type { ExecutionError, FailureCause, JobState, JobStatus, Priority, Trigger } from '../../domain/job/index.js';
import type { Json } from '../../domain/json.js';
import type { JobStats } from '../projections/stats.js';
import type { Position, StreamKey, Version } from './eventStore.js';

/** One job as its log has it at `version`: definition, folded state and statistics. Also the snapshot from which commands load. */
export type JobRow = {
  readonly stream: StreamKey;
  /** The stream version this row reflects. */
  readonly version: Version;
  /** `absent` after a deletion: the row is then a tombstone, kept for its version and hidden from every list. */
  readonly state: JobState;
  readonly stats: JobStats;
  /** The history entries of executions that are not finished. */
  readonly open: readonly ExecutionRow[];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

export type ExecutionStatus = 'queued' | 'running' | 'retrying' | 'completed' | 'failed' | 'cancelled';

export type AttemptRow = {
  readonly attempt: number;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled';
  readonly startedAt: Instant;
  readonly finishedAt: Instant | null;
  readonly durationMs: Millis | null;
  readonly node: string;
  readonly cause?: FailureCause;
  readonly error?: ExecutionError;
};

/** One execution, as the history shows it. */
export type ExecutionRow = {
  readonly executionId: string;
  readonly stream: StreamKey;
  /** Version of the newest commit of the stream that changed this row. */
  readonly version: Version;
  /** Version of the commit that queued it: what retention cuts by. */
  readonly queuedVersion: Version;
  readonly status: ExecutionStatus;
  readonly trigger: Trigger;
  readonly scheduledFor: Instant;
  readonly queuedAt: Instant;
  readonly startedAt: Instant | null;
  readonly finishedAt: Instant | null;
  /** From the first start to the end, waits between attempts included. */
  readonly durationMs: Millis | null;
  readonly attempts: readonly AttemptRow[];
  readonly parameters: Json;
  readonly retryAt?: Instant;
  readonly result?: Json;
  readonly error?: ExecutionError;
};

export type Changes = {
  readonly jobs: readonly JobRow[];
  readonly executions: readonly ExecutionRow[];
  /** Per partition: every commit up to this position is reflected once these changes are saved. */
  readonly checkpoints: ReadonlyMap<number, Position>;
};

/** When a job wants a node: see `wakeIndexOf`. */
export type WorkItem = {
  readonly stream: StreamKey;
  readonly handlerKey: string;
  readonly priority: Priority;
  /** The earliest instant at which something may start or must be decided. */
  readonly workAt: Instant;
};

export type JobFilter = {
  readonly organization: string;
  /** The instant at which `scheduled` and `queued` are told apart. */
  readonly now: Instant;
  readonly statuses?: readonly JobStatus[];
  readonly jobType?: string;
  readonly tag?: string;
  /** Part of the name, the type or the description; letter case does not matter. */
  readonly search?: string;
  /** Job names after this one. */
  readonly after?: string;
  readonly limit: number;
};

/** Native documents made for people and queries; all of it is derived from the log and can be rebuilt. */
export interface ReadModels {
  /** Applies rows in one go. A row whose stored version is not lower is left as it is. */
  save(changes: Changes): Promise<void>;
  checkpoint(partition: number): Promise<Position>;
  /** The rows of these streams, tombstones included; a stream without a row is missing from the map. */
  jobs(streams: readonly StreamKey[]): Promise<ReadonlyMap<StreamKey, JobRow>>;
  /** Jobs of one organization in the order of their names. */
  listJobs(filter: JobFilter): Promise<readonly JobRow[]>;
  /** How many jobs of one organization there are; what is deleted does not count. */
  countJobs(organization: string): Promise<number>;
  execution(executionId: string): Promise<ExecutionRow | null>;
  /**
   * Newest first by the commit that queued them; `beforeVersion` continues a page. Executions queued by one commit are never split
   * between pages: a page may be longer than `limit` by those.
   */
  history(stream: StreamKey, limit: number, beforeVersion?: Version): Promise<readonly ExecutionRow[]>;
  /** Work of one priority for these handler keys, or of these very streams, the earliest first. */
  work(query: {
    readonly handlerKeys: readonly string[];
    readonly streams: readonly StreamKey[];
    readonly priority: Priority;
    readonly limit: number;
  }): Promise<readonly WorkItem[]>;
  /** Jobs with an occurrence that should have started before `dueBefore`, has no fate, and none of these handler keys. */
  unclaimed(query: {
    readonly handledKeys: readonly string[];
    readonly dueBefore: Instant;
    readonly limit: number;
  }): Promise<readonly WorkItem[]>;
  /** Streams with a running attempt, in the order of their keys: paging loses none, whatever ends meanwhile. */
  running(limit: number, after?: StreamKey): Promise<readonly StreamKey[]>;
  /**
   * The `queuedVersion` of the oldest history entry within both bounds: of the newest `maxExecutions` (null: no bound), and not
   * finished before `finishedSince` (null: no bound); one past the newest where none is. Null where nothing lies outside them.
   */
  oldestKept(stream: StreamKey, maxExecutions: number | null, finishedSince: Instant | null): Promise<Version | null>;
  /** Drops the history entries that were queued below a version, but for those kept, and what is stored beside them. */
  dropHistory(stream: StreamKey, belowVersion: Version, kept?: readonly string[]): Promise<void>;
  /** Removes all of a deleted job but its tombstone, from the medium too. A job that has taken the name since is left alone. */
  erase(stream: StreamKey): Promise<void>;
  /** Removes every row and checkpoint: the start of a rebuild. Run records stay. */
  reset(): Promise<void>;
}
