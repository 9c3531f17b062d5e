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
  readonly #ahead = new Set<Position>();
  readonly #matter = new Map<Position, Committed>();
  #overflowed = false;
  #looksAtGap = 0;

  constructor(upTo: Position) {
    this.#upTo = upTo;
  }

  /** Every commit up to this one was told. */
  get upTo(): Position {
    return this.#upTo;
  }

  note(committed: Committed, matters: boolean): void {
    const { position } = committed.commit;
    if (position <= this.#upTo) return;
    if (matters) this.#matter.set(position, committed);
    if (position === this.#upTo + 1 && this.#ahead.size === 0) this.#upTo = position;
    else this.#ahead.add(position);
    if (this.#ahead.size > 0) this.#closeGap();
    if (this.#ahead.size > most || this.#matter.size > most) this.#overflowed = true;
  }

  /** The first of those that matter and have no gap before them. */
  next(): Committed | null {
    const [first] = this.#matter;
    if (!first) return null;
    const position = this.#ahead.size === 0 ? first[0] : Math.min(...this.#matter.keys());
    return position <= this.#upTo ? (this.#matter.get(position) ?? null) : null;
  }

  done({ commit: { position } }: Committed): void {
    this.#matter.delete(position);
  }

  /** What was read up to here needs no telling. */
  skipTo(position: Position): void {
    for (const told of [...this.#matter.keys()]) if (told <= position) this.#matter.delete(told);
    for (const told of [...this.#ahead]) if (told <= position) this.#ahead.delete(told);
    this.#upTo = Math.max(this.#upTo, position);
    this.#closeGap();
  }

  /** True where commits were missed: a gap that stays, or more than could be kept. Asked once in a while. */
  isIncomplete(patience: number): boolean {
    this.#looksAtGap = this.#ahead.size > 0 ? this.#looksAtGap + 1 : 0;
    return this.#overflowed || this.#looksAtGap > patience;
  }

  #closeGap(): void {
    while (this.#ahead.delete(this.#upTo + 1)) this.#upTo++;
    this.#looksAtGap = 0;
  }
}
