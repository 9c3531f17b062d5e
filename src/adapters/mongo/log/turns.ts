import type { Position } from '../../../application/ports/eventStore.js';
import { standing } from '../../../domain/hash.js';

/** What another node writes may be longer than what we wrote last: its turn lasts for so many of our round trips. */
const looksPerTurn = 3;
/** However many come before. */
const mostLooks = 6;
/** While nobody takes the turns that are left to them, so many positions at most are written before the next is left. */
const mostPassedOver = 31;

/**
 * Whose turn it is to write a position, where several nodes have as much to write as they can: without it whoever wrote last knows the
 * next position first, and the others send in vain what the server has to read. Every node finds the same order of the nodes, another
 * one for each position. A courtesy, never a lock: whoever does not keep to it wins or loses the position like anybody else.
 */
export class Turns {
  #left: Position | null = null;
  #looks = 0;
  #passOver = 0;
  #passedOver = 0;

  constructor(
    private readonly self: string,
    private readonly nodes: () => readonly string[],
  ) {}

  /** Whether to leave this position to others for another round trip. */
  leaves(position: Position): boolean {
    if (position === this.#left) {
      if (--this.#looks > 0) return true;
      this.#left = null;
      this.#passOver = Math.min(mostPassedOver, 2 * this.#passOver + 1);
      this.#passedOver = 0;
      return false;
    }
    if (this.#left !== null) this.heed();
    if (this.#passedOver++ < this.#passOver) return false;
    this.#looks = Math.min(mostLooks, looksPerTurn * othersBefore(this.nodes(), this.self, position));
    this.#left = this.#looks > 0 ? position : null;
    return this.#left !== null;
  }

  /** Whether a position is being left to others. */
  get isLeaving(): boolean {
    return this.#left !== null;
  }

  /** Others do write: they have their turns from now on. */
  heed(): void {
    this.#left = null;
    this.#passOver = 0;
  }
}

/** How many of the nodes come before this one at a position. */
const othersBefore = (nodes: readonly string[], self: string, position: Position): number => {
  const own = standing(position, self);
  return nodes.filter((node) => node !== self && standing(position, node) > own).length;
};
