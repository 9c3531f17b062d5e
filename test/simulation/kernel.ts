import { createHash } from 'node:crypto';
// From node:timers, so that nothing which replaces the global functions stops the kernel.
import { setImmediate } from 'node:timers';
import type { Random } from './random.js';

type Event = { readonly at: number; readonly order: number; readonly label: string; readonly run: () => void; cancelled: boolean };

/** One turn of the event loop runs all microtasks, and the code under test has nothing else to wait for. */
const microtasks = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** More events at one instant than any world has: somebody asks for one after the other without a wait. */
const mostAtOnce = 100_000;

/**
 * Virtual time. Everything that happens is an event in its queue, one is taken at a time, and all that follows from it at once has
 * happened before the next. Events of the same millisecond come in an order that the seed decides.
 */
export class Kernel {
  now = 0;
  steps = 0;
  readonly #heap: Event[] = [];
  readonly #trace = createHash('sha256');

  constructor(private readonly random: Random) {}

  /** Returns what takes the event out of the queue again. */
  post(delayMs: number, label: string, run: () => void): () => void {
    const event: Event = { at: this.now + Math.max(0, Math.ceil(delayMs)), order: this.random.fraction(), label, run, cancelled: false };
    this.#push(event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Lets time pass up to an instant; `after` is called when an event has had all its consequences. */
  async runUntil(end: number, after: () => void): Promise<void> {
    let atOnce = 0;
    for (let event = this.#next(end); event; event = this.#next(end)) {
      atOnce = event.at === this.now ? atOnce + 1 : 0;
      if (atOnce > mostAtOnce) throw new Error(`time stands still at ${this.now} ms: ${event.label}`);
      this.now = event.at;
      this.steps++;
      this.note(event.label);
      event.run();
      await microtasks();
      after();
    }
    this.now = end;
  }

  /** Becomes part of the trace. */
  note(what: string): void {
    this.#trace.update(`${this.now} ${what}\n`);
  }

  /** Equal for two runs in which the same things happened at the same times. */
  hash(): string {
    return this.#trace.copy().digest('hex').slice(0, 16);
  }

  #next(end: number): Event | null {
    for (;;) {
      const first = this.#heap[0];
      if (!first || first.at > end) return null;
      this.#pop();
      if (!first.cancelled) return first;
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    heap.push(event);
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#swapIfBefore(i, parent)) return;
      i = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      const child = isBefore(heap[right], heap[left]) ? right : left;
      if (!this.#swapIfBefore(child, i)) return;
      i = child;
    }
  }

  #swapIfBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (!x || !y || !isBefore(x, y)) return false;
    this.#heap[a] = y;
    this.#heap[b] = x;
    return true;
  }
}

const isBefore = (a: Event | undefined, b: Event | undefined): boolean =>
  a !== undefined && (b === undefined || a.at < b.at || (a.at === b.at && a.order < b.order));
