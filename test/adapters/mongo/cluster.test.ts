import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, type TestContext, vi } from 'vitest';
import { mongoCursors } from '../../../src/adapters/mongo/cluster/cursors.js';
import { mongoLeases } from '../../../src/adapters/mongo/cluster/leases.js';
import { collectionsOf } from '../../../src/adapters/mongo/collections.js';
import { connect } from '../../../src/adapters/mongo/connect.js';
import type { Storage } from '../../../src/application/ports/storage.js';
import { describeCursors } from '../../contracts/cursors.js';
import { describeLeases } from '../../contracts/leases.js';
import { describeMembership } from '../../contracts/membership.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { type FaultyPath, startProxy } from '../../servers/proxy.js';
import { newDatabase, open } from './open.js';

/** Faster than in life, at the same proportions. */
const pace = { beatMs: 500, leaseMs: 3_000, fenceMs: 2_000 };
const patienceMs = 30_000;

describeOnMongo('a cluster', (server, kind) => {
  describeMembership(kind, async () => {
    const database = newDatabase();
    return { join: (node) => open(server().uri, { database, node, pace, patienceMs }), close: async () => undefined };
  });

  const openCollections = async () => {
    const connection = await connect(server().uri, newDatabase());
    return { collections: collectionsOf(connection.db), close: () => connection.client.close() };
  };

  describeLeases(kind, async () => {
    const { collections, close } = await openCollections();
    const living = new Set<string>();
    return {
      of: (node) => {
        living.add(node);
        return mongoLeases(collections, { self: node, isAlive: (other) => living.has(other) });
      },
      dies: (node) => void living.delete(node),
      close,
    };
  });

  it('a lease that was taken and removed since is not taken by whoever comes late', async () => {
    const { collections, close } = await openCollections();
    const of = (self: string) => mongoLeases(collections, { self, isAlive: () => true });
    await collections.leases.insertOne({ _id: 'relay/0/000000000000001', name: 'relay/0', epoch: 1, owner: 'first', released: true });
    // Between the look and the insert of the late one two others hold it, one after the other.
    const slowly = Object.create(collections.leases, {
      findOne: {
        value: async (...args: Parameters<typeof collections.leases.findOne>) => {
          const seen = await collections.leases.findOne(...args);
          if (seen?.epoch !== 1) return seen;
          await of('second').hold('relay/0');
          await of('second').release('relay/0');
          await of('third').hold('relay/0');
          return seen;
        },
      },
    }) as typeof collections.leases;
    const late = mongoLeases({ leases: slowly }, { self: 'late', isAlive: () => true });
    expect(await late.hold('relay/0')).toBe(false);
    expect(await of('third').hold('relay/0')).toBe(true);
    await close();
  });

  describeCursors(kind, async () => {
    const { collections, close } = await openCollections();
    return { cursors: mongoCursors(collections), close };
  });

  // At once: each has a database of its own, and most of what they do is to wait for leases to end.
  describe.concurrent('nodes', () => {
    /** What a test opens is closed after it, the last first. */
    const opening = ({ onTestFinished }: TestContext) => {
      const closedAfterwards = <T extends { close(): Promise<unknown> }>(one: T): T => {
        onTestFinished(async () => {
          await one.close();
        });
        return one;
      };
      return {
        closedAfterwards,
        join: async (uri: string, database: string, node: string): Promise<Storage> =>
          closedAfterwards(await open(uri, { database, node, pace, patienceMs })),
        newPath: async (): Promise<FaultyPath> => closedAfterwards(await startProxy(server().port)),
      };
    };
    const soon = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 20 });
    const passes = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const fencesOf = ({ membership }: Storage): { readonly fenced: boolean; readonly at: number }[] => {
      const seen: { fenced: boolean; at: number }[] = [];
      membership.onFenced((fenced) => seen.push({ fenced, at: performance.now() }));
      return seen;
    };
    const diedAt = async ({ membership }: Storage, node: string): Promise<number> => {
      await vi.waitFor(() => expect(membership.isAlive(node)).toBe(false), { timeout: 30_000, interval: 5 });
      return performance.now();
    };

    it('whose main thread is blocked for longer than a lease beat on', { timeout: 90_000 }, async (context) => {
      const { join, closedAfterwards } = opening(context);
      const database = newDatabase();
      const blocked = spawn(process.execPath, [fileURLToPath(new URL('./child/blocks.mjs', import.meta.url)), server().uri, database], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      closedAfterwards({ close: async () => blocked.kill('SIGKILL') && once(blocked, 'exit') });
      const { membership } = await join(server().uri, database, 'observer');
      await soon(() => expect(membership.nodes().map(({ node }) => node)).toContain('blocked'));
      blocked.stdin.write('block\n');
      const ended = once(blocked.stdout, 'data').then(() => true);
      while (!(await Promise.race([ended, passes(50).then(() => false)]))) expect(membership.isAlive('blocked')).toBe(true);
      blocked.kill('SIGKILL');
      await soon(() => expect(membership.isAlive('blocked')).toBe(false));
    });

    it('that cannot reach the store are fenced before others take them for dead, and live again when they can', async (context) => {
      const { join, newPath } = opening(context);
      const [database, path] = [newDatabase(), await newPath()];
      const [cutOff, observer] = [
        await join(path.through(server().uri), database, 'cut-off'),
        await join(server().uri, database, 'observer'),
      ];
      await soon(() => expect(observer.membership.nodes()).toHaveLength(2));
      const fences = fencesOf(cutOff);
      path.hold();
      const died = await diedAt(observer, 'cut-off');
      expect(fences).toEqual([{ fenced: true, at: expect.any(Number) }]);
      expect(fences[0]?.at).toBeLessThan(died);
      path.heal();
      await soon(() => expect([fences.at(-1)?.fenced, observer.membership.isAlive('cut-off')]).toEqual([false, true]));
    });

    it.for(['cut', 'hold'] as const)('all live on after an outage of the store (%s)', async (fault, context) => {
      const { join, newPath } = opening(context);
      const [database, path] = [newDatabase(), await newPath()];
      const uri = path.through(server().uri);
      const nodes = [await join(uri, database, 'a'), await join(uri, database, 'b')];
      await soon(() => expect(nodes.map(({ membership }) => membership.nodes().length)).toEqual([2, 2]));
      const fences = nodes.map(fencesOf);
      const everyoneLives = () => expect(nodes.map(({ membership }) => membership.nodes().length)).toEqual([2, 2]);
      path[fault]();
      await soon(() => expect(fences.map((seen) => seen.at(-1)?.fenced)).toEqual([true, true]));
      everyoneLives();
      await passes(1.5 * pace.leaseMs);
      everyoneLives();
      path.heal();
      await vi.waitFor(
        () => {
          everyoneLives();
          if (fences.some((seen) => seen.at(-1)?.fenced !== false)) throw new Error('still fenced');
        },
        { timeout: 30_000, interval: 20 },
      );
    });

    it('a node never heard of is given one lease', async (context) => {
      const { join } = opening(context);
      const { membership } = await join(server().uri, newDatabase(), 'a');
      expect(membership.isAlive('stranger')).toBe(true);
      await diedAt({ membership } as Storage, 'stranger');
    });
  });
});
