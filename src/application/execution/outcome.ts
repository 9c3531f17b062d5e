import type { Millis } from '../../domain/instant.js';
import type { ExecutionError } from '../../domain/job/index.js';
import type { Json } from '../../domain/json.js';
import type { RunOutcome } from '../ports/runner.js';

/** UTF-8 bytes of a result or of parameters, as JSON. */
const maxJsonBytes = 256 * 1024;
const keptHead = 4 * 1024;
const maxMessage = 8 * 1024;
const maxStack = 16 * 1024;

/** A result as the log can hold it: JSON, and an oversized one reduced to its beginning with a mark. */
const toResult = (value: unknown): Json | undefined => {
  if (value === undefined) return undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    return { truncated: true, bytes: 0, head: '', reason: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (text === undefined) return undefined;
  const bytes = text.length > maxJsonBytes / 3 ? Buffer.byteLength(text) : text.length;
  return bytes <= maxJsonBytes ? JSON.parse(text) : { truncated: true, bytes, head: text.slice(0, keptHead) };
};

/** An error as the log can hold it: cut to size, with a mark where it was cut. */
const toError = ({ name, message, code, stack }: ExecutionError): ExecutionError => ({
  name: cut(name, 256),
  message: cut(message, maxMessage),
  ...(code !== undefined && { code: cut(code, 256) }),
  ...(stack !== undefined && { stack: cut(stack, maxStack) }),
});

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length)} ... [cut, ${text.length} characters]`;

/** A handler that returns `{ success: false, message }` has failed as if it had thrown. */
const judge = (outcome: RunOutcome): RunOutcome => {
  if (outcome.kind === 'failed' || !isFailure(outcome.result)) return outcome;
  const { message } = outcome.result;
  const text = typeof message === 'string' && message !== '' ? message : 'the handler returned success: false';
  return { kind: 'failed', error: { name: 'JobFailed', message: text }, retryable: true };
};

const isFailure = (result: unknown): result is { readonly success: false; readonly message?: unknown } => {
  try {
    return typeof result === 'object' && result !== null && 'success' in result && result.success === false;
  } catch {
    return false; // A proxy that cannot even be asked; what it is worth as a result is another question.
  }
};

export type Settlement =
  | { readonly type: 'CompleteAttempt'; readonly durationMs: Millis; readonly result?: Json }
  | {
      readonly type: 'FailAttempt';
      readonly durationMs: Millis;
      readonly error: ExecutionError;
      readonly cause: 'error' | 'snoozed';
      readonly retryable: boolean;
      readonly retryAfterMs?: Millis;
    };

/** What the log is told about an attempt that ended by itself. */
export const settlementOf = (outcome: RunOutcome, durationMs: Millis): Settlement => {
  const judged = judge(outcome);
  if (judged.kind === 'completed') {
    const result = toResult(judged.result);
    return { type: 'CompleteAttempt', durationMs, ...(result !== undefined && { result }) };
  }
  const { error, retryable, retryAfterMs } = judged;
  const snoozed = retryAfterMs !== undefined;
  return {
    type: 'FailAttempt',
    durationMs,
    error: toError(error),
    cause: snoozed ? 'snoozed' : 'error',
    retryable,
    ...(snoozed && { retryAfterMs }),
  };
};
