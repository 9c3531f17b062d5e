import type { Millis } from '../../domain/instant.js';
import type { Clock } from '../ports/clock.js';

/** Wall clock and monotonic clock drift apart by less than this unless somebody set one, or the machine slept. */
const toleranceMs: Millis = 2_000;

/** Compares how far the two clocks went since the last look. */
export class ClockWatch {
  #wall: number;
  #monotonic: number;

  constructor(private readonly clock: Clock) {
    this.#wall = clock.now();
    this.#monotonic = clock.monotonic();
  }

  /** By how much the wall clock has gone further than time did; 0 within the tolerance. */
  jump(): Millis {
    const wall = this.clock.now();
    const monotonic = this.clock.monotonic();
    const jump = wall - this.#wall - (monotonic - this.#monotonic);
    if (Math.abs(jump) <= toleranceMs && monotonic - this.#monotonic < 60_000) return 0;
    this.#wall = wall;
    this.#monotonic = monotonic;
    return Math.abs(jump) <= toleranceMs ? 0 : jump;
  }
}
