import { describe, expect, it } from 'vitest';
import { brokenFrom, hundreds } from './seeds.js';
import { simulateStore } from './simulateStore.js';

/** What is looked at here each time; `npm run proof` looks at far more. */
const seeds = 1_000;

describe('the log on a server that has bad times', () => {
  it.each(hundreds(seeds))(
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
