import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Leases } from '../../src/application/ports/leases.js';

export type OpenLeases = {
  /** Those of a node, which lives from then on. */
  of(node: string): Leases;
  /** All others know from now on that it is dead. */
  dies(node: string): void;
  close(): Promise<void>;
};

const contenders = Array.from({ length: 16 }, (_, i) => `node-${i}`);

export const describeLeases = (name: string, open: () => Promise<OpenLeases>): void => {
  describe(`${name} for leases`, () => {
    let opened: OpenLeases;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it('go to the first who asks, and stay with it', async () => {
      const [a, b] = [opened.of('a'), opened.of('b')];
      expect(await a.hold('relay/0')).toBe(true);
      expect(await b.hold('relay/0')).toBe(false);
      expect(await a.hold('relay/0')).toBe(true);
    });

    it('have names of their own', async () => {
      const [a, b] = [opened.of('a'), opened.of('b')];
      expect(await a.hold('relay/1')).toBe(true);
      expect(await b.hold('relay/10')).toBe(true);
      expect(await b.hold('project/1')).toBe(true);
      expect([await a.hold('relay/10'), await b.hold('relay/1')]).toEqual([false, false]);
    });

    it('have one holder among 16 who ask at once, round after round', async () => {
      const all = contenders.map((node) => opened.of(node));
      for (let round = 0; round < 10; round++) {
        const held = await Promise.all(all.map((leases) => leases.hold('relay/0')));
        expect(held.filter(Boolean)).toHaveLength(1);
        await all[held.indexOf(true)]?.release('relay/0');
      }
    });

    it('of a holder that died go to one other', async () => {
      const [first, ...others] = contenders.map((node) => opened.of(node));
      expect(await first?.hold('relay/0')).toBe(true);
      opened.dies('node-0');
      const held = await Promise.all(others.map((leases) => leases.hold('relay/0')));
      expect(held.filter(Boolean)).toHaveLength(1);
    });

    it('that were released go to the next who asks, also to the same', async () => {
      const [a, b] = [opened.of('a'), opened.of('b')];
      await a.hold('relay/0');
      await a.release('relay/0');
      expect(await a.hold('relay/0')).toBe(true);
      await a.release('relay/0');
      expect([await b.hold('relay/0'), await a.hold('relay/0')]).toEqual([true, false]);
    });

    it('are released by their holder only', async () => {
      const [a, b] = [opened.of('a'), opened.of('b')];
      await b.release('relay/0');
      await a.hold('relay/0');
      await b.release('relay/0');
      expect(await b.hold('relay/0')).toBe(false);
      expect(await a.hold('relay/0')).toBe(true);
    });
  });
};
