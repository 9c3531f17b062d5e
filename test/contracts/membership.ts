import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Membership } from '../../src/application/ports/membership.js';

export type OpenCluster = {
  join(node: string): Promise<{ readonly membership: Membership; close(): Promise<void> }>;
  close(): Promise<void>;
};

/** For stores that several processes share. What a store knows of the living it may learn a moment later. */
export const describeMembership = (name: string, open: () => Promise<OpenCluster>): void => {
  describe(`${name} for membership`, () => {
    let cluster: OpenCluster;
    const joined: { close(): Promise<void> }[] = [];
    beforeEach(async () => {
      cluster = await open();
    });
    afterEach(async () => {
      await Promise.all(joined.splice(0).map((node) => node.close()));
      await cluster.close();
    });
    const join = async (node: string) => {
      const one = await cluster.join(node);
      joined.push(one);
      return one.membership;
    };
    const soon = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 20 });
    const names = (membership: Membership) =>
      membership
        .nodes()
        .map(({ node }) => node)
        .sort();

    it('a node is its own first member, and shares the store', async () => {
      const a = await join('a');
      expect([a.self, a.exclusive, a.isAlive('a'), names(a)]).toEqual(['a', false, true, ['a']]);
    });

    it('nodes see each other, and what the others can run', async () => {
      const [a, b] = await Promise.all([join('a'), join('b')]);
      b.announce(['report', 'backup']);
      await soon(() => expect(a.nodes().find(({ node }) => node === 'b')?.handlerKeys).toEqual(['report', 'backup']));
      await soon(() => expect(names(b)).toEqual(['a', 'b']));
      expect([a.isAlive('b'), b.isAlive('a')]).toEqual([true, true]);
      b.announce([]);
      await soon(() => expect(a.nodes().find(({ node }) => node === 'b')?.handlerKeys).toEqual([]));
    });

    it('what a node announced itself it knows at once', async () => {
      const a = await join('a');
      a.announce(['report']);
      expect(a.nodes()).toEqual([{ node: 'a', handlerKeys: ['report'] }]);
    });

    it('one that has left is not alive', async () => {
      const [a, b] = [await join('a'), await cluster.join('b')];
      await soon(() => expect(names(a)).toEqual(['a', 'b']));
      await b.close();
      await soon(() => expect([names(a), a.isAlive('b')]).toEqual([['a'], false]));
    });
  });
};
