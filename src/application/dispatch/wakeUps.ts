import type { Instant } from '../../domain/instant.js';
import type { WorkItem } from '../ports/readModels.js';

/** A wake-up that waits for its time. `active` where the job has an unfinished execution, as far as is known. */
export type WakeUp = WorkItem & { readonly active: boolean };

type Entry = { readonly wakeUp: WakeUp; readonly order: number; dropped: boolean };

/** Wake-ups by stream, the earliest first: a binary heap in which a replaced entry is left behind and passed over. */
export class WakeUps {
  #heap: Entry[] = [];
  readonly #byStream = new Map<string, Entry>();
  #order = 0;

  get size(): number {
    return this.#byStream.size;
  }

  put(wakeUp: WakeUp): void {
    this.remove(wakeUp.stream);
    const entry = { wakeUp, order: this.#order++, dropped: false };
    this.#byStream.set(wakeUp.stream, entry);
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    if (this.#heap.length > 2 * this.#byStream.size + 1_000) this.#compact();
  }

  remove(stream: string): void {
    const entry = this.#byStream.get(stream);
    if (!entry) return;
    entry.dropped = true;
    this.#byStream.delete(stream);
  }

  of(stream: string): WakeUp | undefined {
    return this.#byStream.get(stream)?.wakeUp;
  }

  all(): readonly WakeUp[] {
    return [...this.#byStream.values()].map(({ wakeUp }) => wakeUp);
  }

  /** The instant of the earliest wake-up; null when there is none. */
  earliest(): Instant | null {
    this.#shed();
    return this.#heap[0]?.wakeUp.workAt ?? null;
  }

  /** Takes the earliest wake-up if it is due. */
  takeDue(now: Instant): WakeUp | null {
    this.#shed();
    const first = this.#heap[0];
    if (!first || first.wakeUp.workAt > now) return null;
    this.#pop();
    this.#byStream.delete(first.wakeUp.stream);
    return first.wakeUp;
  }

  clear(): void {
    this.#heap = [];
    this.#byStream.clear();
  }

  #shed(): void {
    while (this.#heap[0]?.dropped) this.#pop();
  }

  #compact(): void {
    this.#heap = this.#heap.filter((e) => !e.dropped).sort(compare);
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(start: number): void {
    for (let i = start; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#swapIfBefore(i, parent)) return;
      i = parent;
    }
  }

  #down(start: number): void {
    for (let i = start; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      const child = right < this.#heap.length && this.#isBefore(right, left) ? right : left;
      if (child >= this.#heap.length || !this.#swapIfBefore(child, i)) return;
      i = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    return x !== undefined && y !== undefined && compare(x, y) < 0;
  }

  #swapIfBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined || compare(x, y) >= 0) return false;
    this.#heap[a] = y;
    this.#heap[b] = x;
    return true;
  }
}

/** Equal instants go in the order in which they came. */
const compare = (a: Entry, b: Entry): number => a.wakeUp.workAt - b.wakeUp.workAt || a.order - b.order;
