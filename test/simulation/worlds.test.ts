import { describe, expect, it } from 'vitest';
import { brokenFrom, hundreds } from './seeds.js';
import { simulate } from './simulate.js';

/** What is looked at here each time; `npm run proof` looks at far more. */
const seeds = 200;

describe('nodes that share a store, whatever happens to them', () => {
  it.each(hundreds(seeds))(
    'keep every promise in the worlds from seed %i on',
    async (from) => {
      expect(await brokenFrom(from, simulate)).toEqual([]);
    },
    600_000,
  );

  it('do the same when the seed is the same', async () => {
    for (const seed of [2, 27, 44]) {
      const [one, other] = [await simulate(seed), await simulate(seed, { keepStory: true })];
      expect(other.hash).toBe(one.hash);
      expect(one.figures.runs).toBeGreaterThan(10);
      expect(other.story.length).toBeGreaterThan(100);
    }
    expect((await simulate(3)).hash).not.toBe((await simulate(4)).hash);
  }, 600_000);
});
