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

/** What the thread of the log answers. It does nothing else, so that no append waits for rows to be written or searched. */
export type LogCalls = {
  append: { request: AppendBatch; reply: readonly number[] };
  /** Each row begins with which of the streams asked for it is of. */
  read: { request: { readonly after: readonly (readonly [stream: string, version: number])[] }; reply: Cells };
  feed: { request: { readonly position: number; readonly limit: number }; reply: Cells };
  head: { request: Nothing; reply: number };
  streams: { request: { readonly after: string; readonly limit: number }; reply: readonly string[] };
  redact: { request: { readonly below: readonly (readonly [stream: string, version: number])[] }; reply: null };
  loadCursor: { request: { readonly name: string }; reply: Cells };
  saveCursor: { request: { readonly name: string; readonly position: number; readonly mark: string | null }; reply: null };
  close: { request: Nothing; reply: null };
};

/** What the thread of the read models answers. */
export type ModelCalls = {
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
  reset: { request: Nothing; reply: null };
  putRecords: { request: { readonly records: Cells }; reply: null };
  getRecord: { request: { readonly executionId: string }; reply: Cells };
  close: { request: Nothing; reply: null };
};

type Nothing = Record<string, never>;

type WorkQuery = {
  readonly handlerKeys: readonly string[];
  readonly streams: readonly string[];
  readonly priority: Priority;
  readonly limit: number;
};
type UnclaimedQuery = { readonly handledKeys: readonly string[]; readonly dueBefore: number; readonly limit: number };

export type CallTable = { readonly [call: string]: { readonly request: unknown; readonly reply: unknown } };
export type Request = { readonly id: number; readonly call: string; readonly request: unknown };
export type Reply =
  | { readonly id: number; readonly reply: unknown }
  | { readonly id: number; readonly failure: { readonly message: string; readonly code: string } };

export type WorkerOptions = { readonly directory: string; readonly mode: 'write' | 'read'; readonly part: 'log' | 'models' };

/** The first word to a worker: it may open its file. `head` is the newest position of the log, which the read models must not be ahead of. */
export type Start = { readonly head: number };
/** Its answer: the file is open, or why it is not. */
export type Opening = { readonly opened: true } | { readonly lockedBy: number | null } | { readonly failure: string };

/** A long call is done in steps, between which others are served. */
export type Steps<T> = Generator<void, T>;
/** What answers the calls: at once, or in steps. */
export type Handlers<T extends CallTable> = { readonly [C in keyof T]: (request: T[C]['request']) => T[C]['reply'] | Steps<T[C]['reply']> };
export type LogHandlers = Handlers<LogCalls>;
export type ModelHandlers = Handlers<ModelCalls>;
