import { SchedulerError } from '../../domain/errors.js';
import type { Millis } from '../../domain/instant.js';

export const nonRetryableCode = 'NON_RETRYABLE';
export const retryAfterCode = 'RETRY_AFTER';
const longestRetryAfterMs = 365 * 24 * 3_600_000;

/** Thrown by a handler: trying again would not help, the execution has failed. */
export class NonRetryableError extends Error {
  readonly code = nonRetryableCode;
  override readonly name = 'NonRetryableError';

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
  }
}

/** Thrown by a handler: try again in `ms` milliseconds, without counting this as one of the attempts. */
export class RetryAfterError extends Error {
  readonly code = retryAfterCode;
  override readonly name = 'RetryAfterError';
  readonly retryAfterMs: Millis;

  constructor(ms: Millis, message = `to be tried again in ${ms} ms`, options?: { readonly cause?: unknown }) {
    if (!isRetryAfterMs(ms)) {
      const wrong = `ms must be a number of milliseconds from 0 to ${longestRetryAfterMs} (a year)`;
      throw new SchedulerError('INVALID_ARGUMENT', wrong, { issues: [{ path: 'ms', message: wrong }] });
    }
    super(message, options);
    this.retryAfterMs = ms;
  }
}

/** Also asked about errors of other threads and of a second copy of this library, where `instanceof` says nothing. */
export const isRetryAfterMs = (ms: unknown): ms is Millis => typeof ms === 'number' && ms >= 0 && ms <= longestRetryAfterMs;
