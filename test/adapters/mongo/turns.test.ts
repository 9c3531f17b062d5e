import { describe, expect, it } from 'vitest';
import { Turns } from '../../../src/adapters/mongo/log/turns.js';

const names = ['a-018f3c2b9d11', 'b-018f3c2b9d12', 'c-018f3c2b9d13'];
const positions = Array.from({ length: 300 }, (_, i) => i + 1);
const turnsOf = (self: string, nodes = names) => new Turns(self, () => nodes);
/** Whose turn comes first: nobody else writes at once what has not been left to others before. */
const firstAt = (position: number, nodes = names) => nodes.filter((name) => !turnsOf(name, nodes).leaves(position));

describe('the turn at a position', () => {
  it('is of one node, the same for all who ask, and each has its share', () => {
    const first = positions.map((position) => firstAt(position));
    expect(first.every((nodes) => nodes.length === 1)).toBe(true);
    for (const name of names) {
      const share = first.filter(([node]) => node === name).length / positions.length;
      expect(share).toBeGreaterThan(0.25);
      expect(share).toBeLessThan(0.42);
    }
  });

  it('passes to the next, one after the other, where it is not taken', () => {
    const looksOf = (name: string): number => {
      const turns = turnsOf(name);
      let looks = 0;
      while (turns.leaves(7)) looks++;
      return looks;
    };
    expect(names.map(looksOf).toSorted()).toEqual([0, 3, 6]);
  });

  it('is always that of a node which is alone', () => {
    expect(positions.every((position) => firstAt(position, ['a'])[0] === 'a')).toBe(true);
  });
});

describe('a node that has much to write', () => {
  /** How many of these positions it leaves to others, of which nobody takes any. */
  const leftBy = (turns: Turns, from: number, to: number): number => {
    let left = 0;
    for (let position = from; position < to; position++) {
      if (turns.leaves(position)) left++;
      while (turns.isLeaving && turns.leaves(position));
    }
    return left;
  };

  it('leaves positions more and more seldom while nobody takes them', () => {
    const turns = turnsOf('a', ['a', 'b']);
    const [early, late] = [leftBy(turns, 1, 20), leftBy(turns, 1_000, 1_640)];
    expect(early).toBeGreaterThanOrEqual(3);
    expect(late).toBeLessThanOrEqual(20);
  });

  it('leaves every turn of others again once one was taken, or it has lost one', () => {
    const ofB = positions.filter((position) => firstAt(position, ['a', 'b'])[0] === 'b');
    const [one, two, three] = ofB.slice(50);
    if (!one || !two || !three) throw new Error('too few positions');
    const seldom = () => {
      const turns = turnsOf('a', ['a', 'b']);
      leftBy(turns, 1, 40);
      return turns;
    };
    const lost = seldom();
    lost.heed();
    expect(lost.leaves(one)).toBe(true);
    // Another node has taken it: we look at a later position now.
    expect(lost.leaves(two)).toBe(true);
    expect(lost.leaves(three)).toBe(true);
    expect(leftBy(seldom(), 41, 61)).toBeLessThanOrEqual(2);
  });
});
