import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenLog } from './eventStore.js';
import { request } from './samples.js';

export const describeEventFeed = (name: string, open: () => Promise<OpenLog>): void => {
  describe(`${name} as an event feed`, () => {
    let log: OpenLog;
    beforeEach(async () => {
      log = await open();
    });
    afterEach(() => log.close());

    const fill = (count: number) => Promise.all(Array.from({ length: count }, (_, i) => log.store.append(request(`acme/${i}`, 0))));

    it('starts empty', async () => {
      for (let partition = 0; partition < log.feed.partitions; partition++) {
        expect(await log.feed.head(partition)).toBe(0);
        expect(await log.feed.after(partition, 0, 10)).toEqual([]);
      }
    });

    it('pages through all commits without gaps', async () => {
      await fill(250);
      const positions: number[] = [];
      for (;;) {
        const page = await log.feed.after(0, positions.at(-1) ?? 0, 100);
        if (page.length === 0) break;
        positions.push(...page.map((c) => c.position));
      }
      expect(positions).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
      expect(await log.feed.head(0)).toBe(250);
    });

    it('shows the commits that the store shows', async () => {
      await fill(3);
      const [, second] = await log.feed.after(0, 0, 10);
      expect(await log.store.read('acme/1', 0)).toEqual([second]);
    });

    it('shows an append as soon as it is answered', async () => {
      for (let i = 0; i < 20; i++) {
        const answer = await log.store.append(request('acme/one', i));
        const newest = await log.feed.after(0, i, 10);
        expect(newest.map((c) => c.position)).toEqual([i + 1]);
        expect(answer).toMatchObject({ position: i + 1 });
      }
    });

    it('never shows a position before the one below it', async () => {
      const seen: number[] = [];
      let writing = true;
      const writers = Promise.all(
        Array.from({ length: 8 }, async (_, w) => {
          for (let i = 0; i < 50; i++) await log.store.append(request(`acme/writer-${w}`, i));
        }),
      ).then(() => {
        writing = false;
      });
      while (writing || seen.length < (await log.feed.head(0)))
        seen.push(...(await log.feed.after(0, seen.length, 64)).map((c) => c.position));
      await writers;
      expect(seen).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    });
  });
};
