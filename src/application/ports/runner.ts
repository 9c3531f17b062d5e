import type { Instant, Millis } from '../../domain/instant.js';
import type { ExecutionError } from '../../domain/job/index.js';
import type { Json } from '../../domain/json.js';
import type { Artifact } from './artifacts.js';
import type { LogLevel } from './runRecords.js';

/** What a handler is told beside its parameters. Plain data: it crosses into a worker thread as it is. */
export type RunInfo = {
  readonly jobName: string;
  readonly jobId: string;
  readonly jobType: string;
  readonly organization: string;
  readonly executionId: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly scheduledFor: Instant;
  readonly fencingToken: number;
  /** The same for every attempt of one execution. */
  readonly idempotencyKey: string;
};

/** A function of this process, or the path of a module whose default export is one. */
export type HandlerRef = ((parameters: never, context: never) => unknown) | string;

/** A file that a handler gives to be kept. */
export type ArtifactContent = { readonly name: string; readonly mediaType: string; readonly chunks: AsyncIterable<Uint8Array> };

export type RunRequest = {
  readonly handler: HandlerRef;
  readonly isolation: 'inline' | 'worker';
  readonly parameters: Json;
  readonly info: RunInfo;
  readonly signal: AbortSignal;
  onProgress(fraction: number, message?: string): void;
  onLog(level: LogLevel, message: string): void;
  /** Resolves when it is durable. */
  onArtifact(content: ArtifactContent): Promise<Artifact>;
};

export type RunOutcome =
  | { readonly kind: 'completed'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: ExecutionError; readonly retryable: boolean; readonly retryAfterMs?: Millis };

export interface Runner {
  /**
   * Calls the handler and reports how it ended; never rejects. When `signal` aborts, an isolated handler is terminated at once;
   * an inline one can only be asked, and the promise stays pending until it returns.
   */
  run(request: RunRequest): Promise<RunOutcome>;
  /** Ends idle worker threads. */
  close(): Promise<void>;
}
