import type { Instant } from '../../domain/instant.js';
import type { StreamKey } from './eventStore.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogLine = { readonly at: Instant; readonly level: LogLevel; readonly message: string };
export type Progress = { readonly fraction: number; readonly message?: string; readonly at: Instant };

/** What a handler said while it ran. Operational data beside the log: bounded, under retention, not part of a replay. */
export type RunRecord = {
  readonly executionId: string;
  readonly stream: StreamKey;
  readonly progress: Progress | null;
  readonly log: readonly LogLine[];
  /** Lines that were dropped because there were more than fit; the last are kept. */
  readonly droppedLines: number;
};

export interface RunRecords {
  /** Replaces the records of these executions; those of a deleted job are refused. */
  put(records: readonly RunRecord[]): Promise<void>;
  get(executionId: string): Promise<RunRecord | null>;
}
