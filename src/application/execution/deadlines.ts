import type { Millis } from '../../domain/instant.js';
import type { Clock, Stop } from '../ports/clock.js';

type Limited = { /** On the monotonic clock. */ readonly endAtMs: Millis };

const never = Number.POSITIVE_INFINITY;

/** Holds many to their ends with one timer: nearly all are done long before, and a timer each would cost as much as a short run. */
export class Deadlines<T extends Limited> {
  readonly #open = new Set<T>();
  #timer: Stop | null = null;
  #armedFor: Millis = never;

  constructor(
    private readonly clock: Clock,
    private readonly onPassed: (item: T) => void,
  ) {}

  add(item: T): void {
    this.#open.add(item);
    if (item.endAtMs < this.#armedFor) this.#arm(item.endAtMs);
  }

  delete(item: T): void {
    this.#open.delete(item);
    // The timer of one that is done may ring in vain, but not for nobody: it would keep the process alive.
    if (this.#open.size === 0) this.#arm(never);
  }

  #arm(at: Millis): void {
    this.#timer?.();
    this.#timer = null;
    this.#armedFor = at;
    if (at === never) return;
    const { clock } = this;
    this.#timer = clock.after(Math.min(Math.max(0, at - clock.monotonic()), clock.longestSleepMs), () => this.#look());
  }

  #look(): void {
    const now = this.clock.monotonic();
    const passed: T[] = [];
    let earliest = never;
    for (const item of this.#open) {
      if (item.endAtMs <= now) passed.push(item);
      else earliest = Math.min(earliest, item.endAtMs);
    }
    for (const item of passed) this.#open.delete(item);
    this.#arm(earliest);
    for (const item of passed) this.onPassed(item);
  }
}
