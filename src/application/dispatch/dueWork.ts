import type { Instant, Millis } from '../../domain/instant.js';
import { type MayStart, ReadyQueue } from './readyQueue.js';
import type { WakeUp } from './wakeUps.js';

/** Of what this node starts every so many may be one that prefers another node, if it waits for so long. */
const spareEvery = 8;
const spareAfterMs: Millis = 3_000;

/**
 * Work that is due and waits for a slot: this node's own, and that of other nodes which have not claimed it in time. Nodes that all have
 * enough to do keep out of each other's way. But what waits long is not left to a node that may be stuck.
 */
export class DueWork {
  readonly #own: ReadyQueue;
  readonly #spare: ReadyQueue;
  #taken = 0;

  constructor(weightOf: (organization: string) => number) {
    this.#own = new ReadyQueue(weightOf);
    this.#spare = new ReadyQueue(weightOf);
  }

  get size(): number {
    return this.#own.size + this.#spare.size;
  }

  add(wakeUp: WakeUp): void {
    this.#own.add(wakeUp);
  }

  /** Done when there is nothing of our own, and now and then. */
  addSpare(wakeUp: WakeUp): void {
    this.#spare.add(wakeUp);
  }

  take(now: Instant, mayStart: MayStart): WakeUp | null {
    const isSpareFirst = ++this.#taken % spareEvery === 0 && now - (this.#spare.waitsSince() ?? now) > spareAfterMs;
    const [first, second] = isSpareFirst ? [this.#spare, this.#own] : [this.#own, this.#spare];
    return first.take(now, mayStart) ?? second.take(now, mayStart);
  }

  all(): readonly WakeUp[] {
    return [...this.#own.all(), ...this.#spare.all()];
  }

  clear(): void {
    this.#own.clear();
    this.#spare.clear();
  }
}
