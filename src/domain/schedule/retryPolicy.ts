import { hashFraction } from '../hash.js';
import type { Millis } from '../instant.js';

type Jittered = { readonly jitter: number };
/** Delays in milliseconds; `jitter` is the fraction of the delay that may be added on top, 0..1. */
export type Backoff =
  | (Jittered & { readonly type: 'exponential'; readonly delay: Millis; readonly factor: number; readonly maxDelay: Millis })
  | (Jittered & { readonly type: 'linear'; readonly delay: Millis; readonly maxDelay: Millis })
  | (Jittered & { readonly type: 'constant'; readonly delay: Millis })
  | (Jittered & { readonly type: 'list'; readonly delays: readonly Millis[] });

/** Wait before the next attempt, after `failures` of them (1 or more) have counted against the budget. */
export const backoffDelay = (backoff: Backoff, failures: number, executionId: string): Millis => {
  const base = baseDelay(backoff, failures);
  return Math.round(base + base * backoff.jitter * hashFraction(`${executionId}:${failures}`));
};

const baseDelay = (backoff: Backoff, failures: number): Millis => {
  switch (backoff.type) {
    case 'exponential':
      return Math.min(backoff.maxDelay, backoff.delay * backoff.factor ** (failures - 1));
    case 'linear':
      return Math.min(backoff.maxDelay, backoff.delay * failures);
    case 'constant':
      return backoff.delay;
    case 'list':
      return backoff.delays[Math.min(failures, backoff.delays.length) - 1] ?? 0;
  }
};
