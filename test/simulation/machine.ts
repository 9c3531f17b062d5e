import type { Background, Clock, Stop } from '../../src/application/ports/clock.js';
import type { Ids } from '../../src/application/ports/ids.js';
import { instant } from '../../src/domain/instant.js';
import type { Kernel } from './kernel.js';

/** The wall clock of a world begins here. */
export const begin = Date.parse('2026-03-02T08:30:00.000Z');

/** One life of a process: its clocks, its timers, and whether anything still reaches it. */
export class Machine {
  isAlive = true;
  #isPaused = false;
  readonly #deferred: (() => void)[] = [];
  readonly #startedAt: number;
  #ids = 0;

  constructor(
    readonly name: string,
    private readonly kernel: Kernel,
    /** How far the wall clock of this machine is from true time. */
    private readonly skewMs: () => number,
  ) {
    this.#startedAt = kernel.now;
  }

  /** What comes from outside: a stopped process gets it when it goes on, a dead one never. */
  deliver(run: () => void): void {
    if (!this.isAlive) return;
    if (this.#isPaused) this.#deferred.push(run);
    else run();
  }

  /** Nothing reaches this life any more, and it does nothing any more: what it waits for never comes. */
  crash(): void {
    this.isAlive = false;
    this.#deferred.length = 0;
  }

  /** As SIGSTOP does. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#goOn();
  }

  /** What has come meanwhile is dealt with in the order of its coming. */
  #goOn(): void {
    const next = this.#deferred.shift();
    if (!next) return;
    this.kernel.post(0, `${this.name} goes on`, () => {
      this.deliver(next);
      if (!this.#isPaused) this.#goOn();
    });
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  readonly after = (delayMs: number, callback: () => void): Stop =>
    this.kernel.post(delayMs, `${this.name} timer`, () => this.deliver(callback));

  readonly background: Background = { after: (delayMs, callback) => this.after(delayMs, callback) };

  readonly clock: Clock = {
    longestSleepMs: 30_000,
    now: () => instant(begin + this.kernel.now + this.skewMs()),
    monotonic: () => this.kernel.now - this.#startedAt,
    after: (delayMs, callback) => this.after(delayMs, callback),
    at: (due, callback) => this.after(Math.max(0, due - this.clock.now()), callback),
  };

  readonly ids: Ids = { next: () => `${this.name}-${String(++this.#ids).padStart(6, '0')}` };
}
