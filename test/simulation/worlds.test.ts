import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.js';
import { simulateStore } from './simulateStore.js';

/** What is looked at here each time; `npm run proof` looks at far more. */
const systemSeeds = 300;
const storeSeeds = 2_000;
/** So many at a time, so that what fails is named early. */
const together = 100;

const chunks = (seeds: number): readonly number[] => Array.from({ length: Math.ceil(seeds / together) }, (_, i) => 1 + i * together);

const brokenFrom = async (from: number, world: typeof simulate | typeof simulateStore): Promise<readonly string[]> => {
  const broken: string[] = [];
  for (let seed = from; seed < from + together; seed++)
    for (const { invariant, what, at } of (await world(seed)).violations) broken.push(`seed ${seed}, ${at} ms: ${invariant} ${what}`);
  return broken;
};

describe('nodes that share a store, whatever happens to them', () => {
  it.each(chunks(systemSeeds))(
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

describe('the log on a server that has bad times', () => {
  it.each(chunks(storeSeeds))(
    'keeps every promise in the worlds from seed %i on',
    async (from) => {
      expect(await brokenFrom(from, simulateStore)).toEqual([]);
    },
    600_000,
  );

  it('does the same when the seed is the same', async () => {
    expect((await simulateStore(7)).hash).toBe((await simulateStore(7, { keepStory: true })).hash);
    expect((await simulateStore(7)).hash).not.toBe((await simulateStore(8)).hash);
  });
});
