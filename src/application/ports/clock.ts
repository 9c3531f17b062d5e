import type { Instant, Millis } from '../../domain/instant.js';

/** Stops what it belongs to. Calling it again, or too late, does nothing. */
export type Stop = () => void;

/**
 * The time that jobs live by. `monotonic` only grows, at the pace of real time, and has no meaning but in differences;
 * `now` is the wall clock and may jump.
 */
export interface Clock {
  /** Timers of real clocks lie across suspend and overflow: nothing sleeps longer than this before it looks again. */
  readonly longestSleepMs: Millis;
  now(): Instant;
  monotonic(): Millis;
  /** Calls once, after `delay` milliseconds (at most `longestSleepMs`) on the monotonic clock, never early. */
  after(delay: Millis, callback: () => void): Stop;
  /** Calls once, when the wall clock has come to an instant (at most `longestSleepMs` ahead), or after as long, should it be set back. */
  at(due: Instant, callback: () => void): Stop;
}

/** The pace of housekeeping (flushes, safety polls, beats): always real time, so that a manual clock does not drive it. */
export interface Background {
  /** A process with nothing else to do may end before the call, unless `keepAlive` is given. */
  after(delay: Millis, callback: () => void, keepAlive?: 'keepAlive'): Stop;
}
