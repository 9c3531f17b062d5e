import { isRetryAfterMs, nonRetryableCode, retryAfterCode } from '../../application/api/handlerErrors.js';
import type { RunOutcome } from '../../application/ports/runner.js';
import type { ExecutionError } from '../../domain/job/index.js';

export type Failed = Extract<RunOutcome, { kind: 'failed' }>;

const maxCauses = 5;
const unknown = 'something was thrown that says nothing about itself';

/** What a handler threw, which may be anything: whatever looking at it does, this returns. */
export const failedBy = (thrown: unknown): Failed => {
  const error = errorOf(thrown);
  const retryAfterMs = error.code === retryAfterCode ? property(thrown, 'retryAfterMs') : undefined;
  return {
    kind: 'failed',
    error,
    retryable: error.code !== nonRetryableCode,
    ...(isRetryAfterMs(retryAfterMs) && { retryAfterMs }),
  };
};

export const errorOf = (thrown: unknown): ExecutionError => {
  if (!isObject(thrown)) return { name: 'Error', message: typeof thrown === 'string' ? thrown : `${String(thrown)} was thrown` };
  const code = property(thrown, 'code');
  const stack = stackOf(thrown);
  return {
    name: text(property(thrown, 'name')) ?? 'Error',
    message: messageOf(thrown) ?? unknown,
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    ...(stack !== undefined && { stack }),
  };
};

/** An AggregateError often has no message of its own; plain objects are shown as they are. */
const messageOf = (thrown: object): string | undefined => {
  const message = text(property(thrown, 'message'));
  if (message !== undefined) return message;
  const errors = property(thrown, 'errors');
  const first = isList(errors) ? text(property(errors[0], 'message')) : undefined;
  return first ?? text(property(thrown, 'name')) ?? json(thrown);
};

/** The stack, followed by what is known of the causes: "fetch failed" alone helps nobody. */
const stackOf = (thrown: object): string | undefined => {
  const parts = [text(property(thrown, 'stack')), ...causesOf(thrown).map((cause) => `[cause] ${shown(cause)}`)];
  const told = parts.filter((part) => part !== undefined);
  return told.length === 0 ? undefined : told.join('\n');
};

const causesOf = (thrown: object): readonly unknown[] => {
  const chain: unknown[] = [thrown];
  for (let cause = property(thrown, 'cause'); cause !== undefined && cause !== null; cause = property(cause, 'cause')) {
    if (chain.includes(cause) || chain.length > maxCauses) break;
    chain.push(cause);
  }
  return chain.slice(1);
};

const shown = (value: unknown): string =>
  isObject(value) ? (text(property(value, 'stack')) ?? messageOf(value) ?? unknown) : String(value);

const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Getters and proxies may throw. */
const property = (value: unknown, name: string): unknown => {
  if (!isObject(value)) return undefined;
  try {
    return Reflect.get(value, name);
  } catch {
    return undefined;
  }
};

const isList = (value: unknown): value is readonly unknown[] => {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
};

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const json = (value: object): string | undefined => {
  try {
    return text(JSON.stringify(value));
  } catch {
    return undefined;
  }
};
