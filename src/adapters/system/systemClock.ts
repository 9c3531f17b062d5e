import type { Clock, Stop } from '../../application/ports/clock.js';
import { instant, type Millis } from '../../domain/instant.js';

const longestSleepMs: Millis = 30_000;

/** The time of the machine. Its timers keep the process alive: a scheduler that waits for its next run is not done. */
export const systemClock: Clock = {
  longestSleepMs,
  now: () => instant(Date.now()),
  monotonic: () => performance.now(),
  after: (delay, callback) => {
    const overAt = performance.now() + delay;
    return whenOver(() => overAt - performance.now(), callback);
  },
  at: (due, callback) => {
    const overAt = performance.now() + Math.min(due - Date.now(), longestSleepMs);
    return whenOver(() => (Date.now() >= due ? 0 : Math.min(due - fineNow(), overAt - performance.now())), callback);
  },
};

/**
 * Timers count whole milliseconds, from when the event loop last looked at its clock: one may end early, and a further one takes a
 * millisecond at least. What is left then, less than half of one, passes in turns of the event loop.
 */
const whenOver = (left: () => Millis, callback: () => void): Stop => {
  const look = (): void => {
    const ms = left();
    if (ms <= 0) callback();
    else stop = sleep(ms, look);
  };
  let stop = sleep(left(), look);
  return () => stop();
};

const sleep = (ms: Millis, wake: () => void): Stop => {
  if (ms < 0.5) {
    const immediate = setImmediate(wake);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(wake, Math.min(Math.round(ms), longestSleepMs));
  return () => clearTimeout(timer);
};

/** The wall clock with the fraction that `Date.now()` cuts off. */
const fineNow = (): number => {
  const now = Date.now();
  return Math.min(Math.max(performance.timeOrigin + performance.now(), now), now + 0.999);
};
