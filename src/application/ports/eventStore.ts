import type { Instant } from '../../domain/instant.js';
import type { JobEvent } from '../../domain/job/index.js';

/** `organization/jobName`: one stream per job, its executions included. */
export type StreamKey = string;
/** Number of a commit within its stream: 1, 2, 3 ... without gaps; 0 is the version of a stream that does not exist. */
export type Version = number;
/** Number of a commit within its partition: 1, 2, 3 ... without gaps. */
export type Position = number;

/** Events appended together, all or none. A redacted commit keeps its place and has no events. */
export type Commit = {
  readonly commitId: string;
  readonly stream: StreamKey;
  readonly version: Version;
  readonly partition: number;
  readonly position: Position;
  readonly at: Instant;
  readonly events: readonly JobEvent[];
};

export type AppendRequest = {
  readonly stream: StreamKey;
  /** The version the stream must be at: that of the state the events were decided on. */
  readonly expectedVersion: Version;
  /** The identity of this append: repeated with the same id, it has one effect. */
  readonly commitId: string;
  readonly at: Instant;
  readonly events: readonly JobEvent[];
};

export type AppendResult =
  | { readonly outcome: 'appended' | 'already'; readonly version: Version; readonly partition: number; readonly position: Position }
  | { readonly outcome: 'conflict' };

export interface EventStore {
  /**
   * Appends at `expectedVersion` + 1. The promise resolves when the commit is durable; requests made while a write is in flight
   * are written together (group commit), in the order in which they were made. A conflict is an ordinary answer; a rejection
   * (`StoreUnavailable`) means the store is unwell.
   */
  append(request: AppendRequest): Promise<AppendResult>;
  /** The commits of a stream after a version, in order. An unknown stream has none. */
  read(stream: StreamKey, afterVersion: Version): Promise<readonly Commit[]>;
  /** Removes the payload of every commit of the stream below a version, from the medium too. Versions and positions stay. */
  redact(stream: StreamKey, belowVersion: Version): Promise<void>;
  /** Every stream that ever had a commit, in the order of their keys, after a key; at most `limit`. */
  streams(after: StreamKey | null, limit: number): Promise<readonly StreamKey[]>;
}

/** The same commits in the order of their positions, for whoever follows the log. */
export interface EventFeed {
  readonly partitions: number;
  /** Position of the newest commit; 0 for an empty partition. */
  head(partition: number): Promise<Position>;
  /** Commits after a position, in order, without gaps, at most `limit`. */
  after(partition: number, position: Position, limit: number): Promise<readonly Commit[]>;
}

/** The store cannot answer now; nothing is known of a request that was under way. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}
