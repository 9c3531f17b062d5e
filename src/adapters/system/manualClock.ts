import type { Activity } from '../../application/activity.js';
import type { Clock, Stop } from '../../application/ports/clock.js';
import { SchedulerError } from '../../domain/errors.js';
import { type Instant, instant, type Millis } from '../../domain/instant.js';
import { Quiet } from './quiet.js';
import { VirtualTimers } from './virtualTimers.js';

const latest = 8.64e15;
/** More rounds of wake-ups at one instant than this mean that something asks for "now" again and again. */
const maxRounds = 10_000;

/** A clock for tests: time stands still until it is moved, and then goes from wake-up to wake-up. */
export interface ManualClock extends Clock {
  /** The present of this clock, in milliseconds since the Unix epoch. */
  now(): Instant;
  /**
   * Moves time on by `ms` milliseconds. Everything that falls due on the way happens at its own instant and in order. Resolves when
   * the scheduler is quiet; a handler that is still unsettled then does not hold up time, so that time-outs fire.
   */
  advance(ms: Millis): Promise<void>;
  /** As `advance`, up to an instant that is not in the past of this clock. */
  advanceTo(date: Date): Promise<void>;
  /** Makes the clock wait for a scheduler before it moves on, until the returned function is called. */
  attach(activity: Activity): () => void;
}

export const manualClock = (start: Date): ManualClock => new ManualTime(epochMs(start, 'start'));

class ManualTime implements ManualClock {
  readonly longestSleepMs = Number.POSITIVE_INFINITY;
  readonly #start: number;
  readonly #timers = new VirtualTimers();
  readonly #quiet = new Quiet();
  #now: number;
  #last: Promise<void> = Promise.resolve();

  constructor(start: number) {
    this.#start = start;
    this.#now = start;
  }

  now(): Instant {
    return instant(this.#now);
  }

  monotonic(): Millis {
    return this.#now - this.#start;
  }

  after(delay: Millis, callback: () => void): Stop {
    return this.#timers.add(Math.ceil(this.#now + Math.max(0, delay)), callback);
  }

  at(due: Instant, callback: () => void): Stop {
    return this.#timers.add(Math.max(this.#now, due), callback);
  }

  attach(activity: Activity): () => void {
    return this.#quiet.attach(activity);
  }

  async advance(ms: Millis): Promise<void> {
    if (!Number.isFinite(ms) || ms < 0) throw invalid('ms', `advance takes a number of milliseconds that is not negative, not ${ms}`);
    await this.#afterOthers(() => Math.round(this.#now + ms));
  }

  async advanceTo(date: Date): Promise<void> {
    const target = epochMs(date, 'date');
    await this.#afterOthers(() => target);
  }

  /** Calls that overlap move time one after the other, each from where the one before it left off. */
  #afterOthers(target: () => number): Promise<void> {
    const moved = this.#last.then(() => this.#moveTo(target()));
    this.#last = moved.catch(() => undefined);
    return moved;
  }

  async #moveTo(target: number): Promise<void> {
    if (target > latest) throw invalid('ms', 'that is further than a Date can reach');
    if (target < this.#now) throw invalid('date', `time does not go back: it is ${iso(this.#now)}, after ${iso(target)}`);
    await this.#quiet.settle();
    let rounds = 0;
    for (let dueAt = this.#timers.earliest(); dueAt !== null && dueAt <= target; dueAt = this.#timers.earliest()) {
      if (dueAt > this.#now) rounds = 0;
      else if (++rounds > maxRounds) throw new Error(`something wakes up without end at ${iso(this.#now)}`);
      this.#now = Math.max(this.#now, dueAt);
      this.#timers.fire(this.#now);
      await this.#quiet.settle();
    }
    this.#now = target;
  }
}

const epochMs = (date: Date, path: string): number => {
  const ms = date instanceof Date ? date.getTime() : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(path, `${path} must be a valid Date`);
  return ms;
};

const invalid = (path: string, message: string): SchedulerError =>
  new SchedulerError('INVALID_ARGUMENT', message, { issues: [{ path, message }] });

const iso = (ms: number): string => new Date(ms).toISOString();
