import { describe, expect, it, type TestContext } from 'vitest';
import { type AppendRequest, StoreUnavailable } from '../../../src/application/ports/eventStore.js';
import type { Storage } from '../../../src/application/ports/storage.js';
import { hashFraction } from '../../../src/domain/hash.js';
import { request } from '../../contracts/samples.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { type FaultyPath, startProxy } from '../../servers/proxy.js';
import { newDatabase, open } from './open.js';

const patienceMs = 120_000;
const isOfTheLog = (packet: Buffer): boolean => packet.includes('commits');
const isAppend = (packet: Buffer): boolean => isOfTheLog(packet) && packet.includes('insert');

describeOnMongo('the log behind a bad network', (server) => {
  /** A node behind the network, and one beside the server that sees what is really there. */
  const begin = async (
    { onTestFinished }: TestContext,
    given: { readonly patienceMs: number } = { patienceMs },
  ): Promise<{ path: FaultyPath; node: Storage; truth: Storage }> => {
    const database = newDatabase();
    const path = await startProxy(server().port);
    onTestFinished(() => path.close());
    const node = await open(path.through(server().uri), { database, ...given });
    onTestFinished(() => node.close());
    const truth = await open(server().uri, { database, patienceMs });
    onTestFinished(() => truth.close());
    return { path, node, truth };
  };
  const versions = async (truth: Storage, stream: string) => (await truth.store.read(stream, 0)).map(({ version }) => version);

  // At once: each has a network of its own, and most of what they do is to wait. Those with little patience have the machine for themselves.
  describe.concurrent('appends', () => {
    it('an append whose reply was lost is answered as what it is: appended, once', async (context) => {
      const { path, node, truth } = await begin(context);
      await node.store.append(request('acme/a', 0));
      let lost = 0;
      path.loseReplies((packet) => isAppend(packet) && ++lost === 1);
      expect(await node.store.append(request('acme/a', 1))).toMatchObject({ outcome: 'appended', version: 2, position: 2 });
      expect(path.lostReplies).toBe(1);
      expect(await versions(truth, 'acme/a')).toEqual([1, 2]);
    });

    it('so is each of a batch whose reply was lost', async (context) => {
      const { path, node, truth } = await begin(context);
      let lost = 0;
      path.loseReplies((packet) => isAppend(packet) && ++lost === 1);
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => node.store.append(request(`acme/${i}`, 0))));
      expect(path.lostReplies).toBe(1);
      expect(answers.map(({ outcome }) => outcome)).toEqual(Array(20).fill('appended'));
      expect((await truth.feed.after(0, 0, 100)).map(({ position }) => position)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });

    it('and one whose place was taken by another meanwhile is a conflict', async (context) => {
      const { path, node, truth } = await begin(context);
      const [ours, theirs] = [request('acme/a', 0), request('acme/a', 0)];
      path.hold();
      const answer = node.store.append(ours);
      expect(await truth.store.append(theirs)).toMatchObject({ outcome: 'appended' });
      path.heal();
      expect(await answer).toEqual({ outcome: 'conflict' });
      expect((await truth.store.read('acme/a', 0)).map(({ commitId }) => commitId)).toEqual([theirs.commitId]);
    });

    it.for([1, 2, 3])('of 20 replies lost in a row, to appends and to questions alike, nobody notices (seed %d)', async (seed, context) => {
      const { path, node, truth } = await begin(context);
      let asked = 0;
      let chosen = 0;
      path.loseReplies((packet) => {
        const isLost = isOfTheLog(packet) && chosen < 20 && hashFraction(`${seed} ${++asked}`) < 0.7;
        if (isLost) chosen++;
        return isLost;
      });
      const chain = async (stream: string): Promise<readonly string[]> => {
        const outcomes: string[] = [];
        for (let version = 0; version < 5 || path.lostReplies < 20; version++)
          outcomes.push((await node.store.append(request(stream, version))).outcome);
        return outcomes;
      };
      const outcomes = await Promise.all(['acme/a', 'acme/b', 'acme/c'].map(chain));
      path.heal();
      expect(path.lostReplies).toBe(20);
      expect(new Set(outcomes.flat())).toEqual(new Set(['appended']));
      for (const [i, stream] of ['acme/a', 'acme/b', 'acme/c'].entries()) {
        expect(await versions(truth, stream)).toEqual(outcomes[i]?.map((_, version) => version + 1));
      }
      const positions = (await truth.feed.after(0, 0, 1_000)).map(({ position }) => position);
      expect(positions).toEqual(outcomes.flat().map((_, i) => i + 1));
    });

    it('a slow one is only slow', async (context) => {
      const { path, node, truth } = await begin(context);
      path.slow(100);
      const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => node.store.append(request(`acme/${i}`, 0))));
      expect(answers.map(({ outcome }) => outcome)).toEqual(Array(10).fill('appended'));
      path.heal();
      expect(await truth.feed.head(0)).toBe(10);
    });
  });

  describe.concurrent('an append that is not answered', () => {
    it.for(['cut', 'hold', 'trickle'] as const)(
      'in time (%s) is rejected, and has one effect when it is repeated',
      async (fault, context) => {
        const { path, node, truth } = await begin(context, { patienceMs: 5_000 });
        await node.store.append(request('acme/a', 0));
        const next: AppendRequest = request('acme/a', 1);
        if (fault === 'trickle') path.trickle(1);
        else path[fault]();
        const error: unknown = await node.store.append(next).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(StoreUnavailable);
        path.heal();
        for (;;) {
          const answer = await node.store.append(next).catch(() => null);
          if (!answer) continue;
          expect(answer).toMatchObject({ version: 2, position: 2 });
          break;
        }
        expect(await versions(truth, 'acme/a')).toEqual([1, 2]);
      },
    );
  });
});
