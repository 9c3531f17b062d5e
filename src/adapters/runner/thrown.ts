import { isRetryAfterMs, nonRetryableCode, retryAfterCode } from '../../application/api/handlerErrors.js';
import type { RunOutcome } from '../../application/ports/runner.js';
import type { ExecutionError } from '../../domain/job/index.js';

export type Failed = Extract<RunOutcome, { kind: 'failed' }>;

const maxCauses = 5;

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
  if (!isObject(thrown)) return { name: 'Error', message: typeof thrown === 'string' ? thrown : `${printed(thrown)} was thrown` };
  const code = property(thrown, 'code');
  const stack = stackOf(thrown);
  return {
    name: text(property(thrown, 'name')) ?? 'Error',
    message: messageOf(thrown) ?? 'something was thrown that says nothing about itself',
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
  const stack = text(property(thrown, 'stack'));
  const causes: string[] = [];
  for (let cause = property(thrown, 'cause'); cause !== undefined && cause !== null && causes.length < maxCauses; ) {
    causes.push(`[cause] ${text(property(cause, 'stack')) ?? (isObject(cause) ? messageOf(cause) : printed(cause))}`);
    cause = property(cause, 'cause');
  }
  return stack === undefined && causes.length === 0 ? undefined : [...(stack === undefined ? [] : [stack]), ...causes].join('\n');
};

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

const printed = (value: unknown): string => (typeof value === 'string' ? value : String(value));
