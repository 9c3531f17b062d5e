import type { Artifact } from '../../application/ports/artifacts.js';
import type { RunInfo, RunOutcome } from '../../application/ports/runner.js';
import type { LogLevel } from '../../application/ports/runRecords.js';
import type { ExecutionError } from '../../domain/job/index.js';
import type { Json } from '../../domain/json.js';

export type RunMessage = {
  readonly type: 'run';
  /** A thread runs one handler after the other; what an earlier one says late is told apart by this number. */
  readonly run: number;
  readonly module: string;
  readonly parameters: Json;
  readonly info: RunInfo;
};

/** A file of the thread is asked for piece by piece, so that neither side holds more than one. `file` counts those of a run. */
type FileMessage =
  | { readonly type: 'pull'; readonly file: number }
  | { readonly type: 'kept'; readonly file: number; readonly artifact: Artifact }
  | { readonly type: 'notKept'; readonly file: number; readonly error: ExecutionError };

/** What a thread is made with: how much it may say, and print, before it is heard. */
export type ThreadData = { readonly words: SharedArrayBuffer; readonly output: SharedArrayBuffer };

export type ToThread =
  | RunMessage
  | { readonly type: 'goOn' }
  | { readonly type: 'abort'; readonly reason: ExecutionError }
  | (FileMessage & { readonly run: number });

/** A result crosses as JSON text, so that it is what the same handler would have given inline. */
export type SentOutcome =
  | { readonly kind: 'completed'; readonly json?: string }
  | { readonly kind: 'completed'; readonly notJson: string }
  | Extract<RunOutcome, { kind: 'failed' }>;

export type FromThread = { readonly run: number } & (
  | { readonly type: 'started' }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly type: 'progress'; readonly fraction: number; readonly message?: string }
  | { readonly type: 'file'; readonly file: number; readonly name: string; readonly mediaType: string }
  /** Null after the last; an error where there is no more because the handler's content failed. */
  | { readonly type: 'chunk'; readonly file: number; readonly chunk: Uint8Array | null; readonly error?: ExecutionError }
  | { readonly type: 'ended'; readonly outcome: SentOutcome }
);

export const sent = (outcome: RunOutcome): SentOutcome => {
  if (outcome.kind === 'failed') return outcome;
  try {
    const json = JSON.stringify(outcome.result);
    return { kind: 'completed', ...(json !== undefined && { json }) };
  } catch (error) {
    return { kind: 'completed', notJson: error instanceof Error ? error.message : 'no reason given' };
  }
};

/** The work is done even where its result is no JSON: the result says so, and the handler is not run again. */
export const received = (outcome: SentOutcome): RunOutcome => {
  if (outcome.kind === 'failed') return outcome;
  if ('notJson' in outcome)
    return { kind: 'completed', result: { truncated: true, bytes: 0, head: '', reason: `not JSON: ${outcome.notJson}` } };
  return { kind: 'completed', result: outcome.json === undefined ? undefined : JSON.parse(outcome.json) };
};
