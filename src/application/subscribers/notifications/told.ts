import type { Committed } from '../../commits.js';
import type { Position } from '../../ports/eventStore.js';

/** So many commits may be out of order, or matter, before the log is read instead. */
const most = 10_000;

/**
 * What this process hears of commits, put in the order of the log again. So the log is read only where nobody listened: before a
 * start, and where something was not told.
 */
export class Told {
  #upTo: Position;
  /** Told, with a gap before them; null for what matters to nobody. */
  readonly #ahead = new Map<Position, Committed | null>();
  /** What matters, in the order of the log. */
  #ready: Committed[] = [];
  #overflowed = false;
  #looksAtGap = 0;

  constructor(upTo: Position) {
    this.#upTo = upTo;
  }

  /** Every commit up to this one was told. */
  get upTo(): Position {
    return this.#upTo;
  }

  /** Every commit up to this one is seen to. */
  get seenTo(): Position {
    const [first] = this.#ready;
    return first ? first.commit.position - 1 : this.#upTo;
  }

  note(committed: Committed, matters: boolean): void {
    const { position } = committed.commit;
    if (position <= this.#upTo || this.#overflowed) return;
    if (position > this.#upTo + 1) this.#ahead.set(position, matters ? committed : null);
    else {
      this.#pass(matters ? committed : null);
      this.#closeGap();
    }
    if (this.#ahead.size > most || this.#ready.length > most) this.#overflow();
  }

  /** The first of those that matter and have no gap before them. */
  next(): Committed | null {
    return this.#ready[0] ?? null;
  }

  /** The first is seen to. */
  done(): void {
    this.#ready.shift();
  }

  /** What was read up to here needs no telling. */
  skipTo(position: Position): void {
    this.#ready = this.#ready.filter(({ commit }) => commit.position > position);
    for (const told of [...this.#ahead.keys()]) if (told <= position) this.#ahead.delete(told);
    this.#upTo = Math.max(this.#upTo, position);
    this.#closeGap();
  }

  /** True where commits were missed: a gap that stays, or more than could be kept. Asked once in a while. */
  isIncomplete(patience: number): boolean {
    this.#looksAtGap = this.#ahead.size > 0 ? this.#looksAtGap + 1 : 0;
    return this.#overflowed || this.#looksAtGap > patience;
  }

  /** What is seen to stays so; the rest is read from the log. */
  #overflow(): void {
    this.#upTo = this.seenTo;
    this.#ready = [];
    this.#ahead.clear();
    this.#overflowed = true;
  }

  #closeGap(): void {
    if (this.#ahead.size === 0) return;
    for (let next = this.#ahead.get(this.#upTo + 1); next !== undefined; next = this.#ahead.get(this.#upTo + 1)) {
      this.#ahead.delete(this.#upTo + 1);
      this.#pass(next);
    }
    this.#looksAtGap = 0;
  }

  #pass(committed: Committed | null): void {
    this.#upTo++;
    if (committed) this.#ready.push(committed);
  }
}
