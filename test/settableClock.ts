import type { Clock } from '../src/application/ports/clock.js';
import { type Instant, instant } from '../src/domain/instant.js';

const never = () => () => undefined;

/** A clock that stands still until a test sets it, and at which nothing ever falls due. */
export const settableClock = () => {
  let now: Instant = instant(0);
  const clock: Clock = { longestSleepMs: 1_000, now: () => now, monotonic: () => now, after: never, at: never };
  return {
    ...clock,
    set: (at: number): void => {
      now = instant(at);
    },
  };
};
