import type { Instant } from '../../domain/instant.js';

type Timed<T> = { readonly at: Instant; readonly order: number; readonly entry: T };

/** What comes next, of many things to come; those of one instant in the order in which they were added. */
export class TimeHeap<T> {
  readonly #items: Timed<T>[] = [];
  #order = 0;

  add(at: Instant, entry: T): void {
    const items = this.#items;
    const item = { at, order: this.#order++, entry };
    let place = items.push(item) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above];
      if (!parent || isBefore(parent, item)) break;
      items[place] = parent;
      items[above] = item;
      place = above;
    }
  }

  /** The first, taken out; null where none is left up to `until`. */
  take(until: Instant): Timed<T> | null {
    const items = this.#items;
    const [first] = items;
    if (!first || first.at > until) return null;
    const last = items.pop();
    if (last && last !== first) this.#sink(last);
    return first;
  }

  #sink(item: Timed<T>): void {
    const items = this.#items;
    let place = 0;
    for (;;) {
      const [left, right] = [items[2 * place + 1], items[2 * place + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!child || isBefore(item, child)) break;
      items[place] = child;
      place = 2 * place + (isRight ? 2 : 1);
    }
    items[place] = item;
  }
}

const isBefore = (a: Timed<unknown>, b: Timed<unknown>): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
