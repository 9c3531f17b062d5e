import type { JobFilter } from '../../application/ports/readModels.js';
import type { Priority } from '../../domain/job/index.js';

// What the main thread asks of the worker. Rows travel as flat arrays of column values: one big structure instead of many small
// ones is what makes the crossing cheap.

export type Cell = string | number | null;
export type Cells = readonly Cell[];

/** Column by column: entry i of every array is request i. */
export type AppendBatch = {
  readonly streams: readonly string[];
  readonly versions: readonly number[];
  readonly commitIds: readonly string[];
  readonly ats: readonly number[];
  readonly data: readonly string[];
};

export type SaveBatch = { readonly jobs: Cells; readonly executions: Cells; readonly checkpoints: readonly number[] };

export type Calls = {
  append: { request: AppendBatch; reply: readonly number[] };
  read: { request: { readonly after: readonly (readonly [stream: string, version: number])[] }; reply: readonly Cells[] };
  feed: { request: { readonly position: number; readonly limit: number }; reply: Cells };
  head: { request: Record<string, never>; reply: number };
  streams: { request: { readonly after: string; readonly limit: number }; reply: readonly string[] };
  redact: { request: { readonly below: readonly (readonly [stream: string, version: number])[] }; reply: null };
  save: { request: SaveBatch; reply: null };
  checkpoint: { request: { readonly partition: number }; reply: number };
  jobs: { request: { readonly streams: readonly string[] }; reply: Cells };
  listJobs: { request: JobFilter; reply: Cells };
  countJobs: { request: { readonly organization: string }; reply: number };
  execution: { request: { readonly executionId: string }; reply: Cells };
  history: { request: { readonly stream: string; readonly limit: number; readonly beforeVersion: number }; reply: Cells };
  work: { request: WorkQuery; reply: Cells };
  unclaimed: { request: UnclaimedQuery; reply: Cells };
  running: { request: { readonly limit: number; readonly after: string }; reply: readonly string[] };
  oldestKept: {
    request: { readonly stream: string; readonly maxExecutions: number | null; readonly finishedSince: number | null };
    reply: number | null;
  };
  dropHistory: { request: { readonly stream: string; readonly belowVersion: number; readonly kept: readonly string[] }; reply: null };
  erase: { request: { readonly streams: readonly string[] }; reply: null };
  reset: { request: Record<string, never>; reply: null };
  putRecords: { request: { readonly records: Cells }; reply: null };
  getRecord: { request: { readonly executionId: string }; reply: Cells };
  loadCursor: { request: { readonly name: string }; reply: Cells };
  saveCursor: { request: { readonly name: string; readonly position: number; readonly mark: string | null }; reply: null };
  close: { request: Record<string, never>; reply: null };
};

type WorkQuery = {
  readonly handlerKeys: readonly string[];
  readonly streams: readonly string[];
  readonly priority: Priority;
  readonly limit: number;
};
type UnclaimedQuery = { readonly handledKeys: readonly string[]; readonly dueBefore: number; readonly limit: number };

export type Call = keyof Calls;
export type Request = { readonly id: number; readonly call: Call; readonly request: Calls[Call]['request'] };
export type Reply =
  | { readonly id: number; readonly reply: Calls[Call]['reply'] }
  | { readonly id: number; readonly failure: { readonly message: string; readonly code: string } };

export type WorkerOptions = { readonly directory: string; readonly mode: 'write' | 'read' };

/** The worker's first word: the directory is open, or why it is not. */
export type Opening = { readonly opened: true } | { readonly lockedBy: number | null } | { readonly failure: string };

/** A long call is done in steps, between which others are served. */
export type Steps<T> = Generator<void, T>;
/** What answers the calls: at once, or in steps. */
export type Handlers = { readonly [C in Call]: (request: Calls[C]['request']) => Calls[C]['reply'] | Steps<Calls[C]['reply']> };
