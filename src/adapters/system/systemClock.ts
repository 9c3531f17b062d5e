import type { Clock } from '../../application/ports/clock.js';
import { instant, type Millis } from '../../domain/instant.js';

const longestSleepMs: Millis = 30_000;

/** The time of the machine. Its timers keep the process alive: a scheduler that waits for its next run is not done. */
export const systemClock: Clock = {
  longestSleepMs,
  now: () => instant(Date.now()),
  monotonic: () => performance.now(),
  after: (delay, callback) => {
    const dueAt = performance.now() + delay;
    // Timers count whole milliseconds of their own clock and may end a fraction early: look before calling.
    const look = (): void => {
      const left = dueAt - performance.now();
      if (left <= 0) callback();
      else timer = setTimeout(look, sleepOf(left));
    };
    let timer = setTimeout(look, sleepOf(delay));
    return () => clearTimeout(timer);
  },
};

const sleepOf = (left: Millis): Millis => Math.min(Math.ceil(left), longestSleepMs);
