import { Long, MongoClient } from 'mongodb';
import { afterEach, expect, it } from 'vitest';
import type { Logger } from '../../../src/application/ports/logger.js';
import type { Storage } from '../../../src/application/ports/storage.js';
import { completed, request } from '../../contracts/samples.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { newDatabase, open } from './open.js';

const patienceMs = 60_000;

describeOnMongo('the log', (server) => {
  const opened: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
  });
  const warnings: unknown[] = [];
  const log: Logger = { debug: () => {}, info: () => {}, warn: (...line) => void warnings.push(line), error: () => {} };
  const join = async (database: string): Promise<Storage> => {
    const storage = await open(server().uri, { database, log, patienceMs });
    opened.push(storage);
    return storage;
  };
  /** A commit as a node writes it that had its position from a primary which was deposed since. */
  const strayCommit = async (database: string, stream: string, position: number): Promise<void> => {
    const client = new MongoClient(server().uri);
    opened.push(client);
    await client
      .db(database)
      .collection<{ readonly _id: string }>('commits')
      .insertOne({
        _id: `stray-${position}`,
        ...{
          tok: 'stray',
          p: Long.ZERO,
          n: Long.fromNumber(position),
          s: stream,
          v: Long.ONE,
          pv: null,
          at: new Date(),
          w: 'stray',
          d: '[]',
        },
      });
  };
  const positions = async ({ feed }: Storage, after = 0) => (await feed.after(0, after, 100)).map(({ position }) => position);

  it('stops before a hole, fills it, and goes on', async () => {
    const database = newDatabase();
    const node = await join(database);
    await node.store.append(request('acme/a', 0));
    await strayCommit(database, 'acme/stray', 4);
    expect(await positions(node)).toEqual([1]);
    const filled = await node.feed.after(0, 1, 100);
    expect(filled.map(({ position, events }) => [position, events])).toEqual([[2, []]]);
    expect(await positions(node, 2)).toEqual([3, 4]);
    expect(warnings.splice(0)).toHaveLength(2);
    expect(await node.store.streams(null, 100)).toEqual(['acme/a', 'acme/stray']);
  });

  it('is filled by one of several who find the same hole', async () => {
    const database = newDatabase();
    const nodes = [await join(database), await join(database), await join(database)];
    await nodes[0]?.store.append(request('acme/a', 0));
    await strayCommit(database, 'acme/stray', 3);
    await Promise.all(nodes.map((node) => positions(node, 1)));
    for (const node of nodes) expect(await positions(node)).toEqual([1, 2, 3]);
    expect(warnings.splice(0)).toHaveLength(1);
  });

  it('nothing is written below a position that was seen', async () => {
    const database = newDatabase();
    const [node, other] = [await join(database), await join(database)];
    await node.store.append(request('acme/a', 0));
    await strayCommit(database, 'acme/stray', 4);
    expect(await other.feed.head(0)).toBe(4);
    expect(await other.store.append(request('acme/b', 0))).toMatchObject({ position: 5 });
    // This one knows of nothing but its own commit, and numbers on after that.
    expect(await node.store.append(request('acme/a', 1))).toMatchObject({ position: 2 });
    expect(await node.store.append(request('acme/a', 2))).toMatchObject({ position: 3 });
    expect(await node.store.append(request('acme/a', 3))).toMatchObject({ position: 6 });
    expect(await positions(other)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await node.store.read('acme/a', 0)).map(({ position }) => position)).toEqual([1, 2, 3, 6]);
  });

  it('takes more at once than one command can hold, and gives it back on one page', async () => {
    const node = await join(newDatabase());
    const events = [completed('x'.repeat(510 * 1024))];
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => node.store.append(request(`acme/${i}`, 0, { events }))));
    expect(answers.map((answer) => 'position' in answer && answer.position)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const page = await node.feed.after(0, 0, 100);
    expect(page.map(({ position }) => position)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(page.every((commit) => JSON.stringify(commit.events) === JSON.stringify(events))).toBe(true);
  });

  it('keeps partitions apart, each without gaps', async () => {
    const database = newDatabase();
    const node = await open(server().uri, { database, log, patienceMs, partitions: 4 });
    opened.push(node);
    await Promise.all(Array.from({ length: 200 }, (_, i) => node.store.append(request(`acme/${i}`, 0))));
    const counts = await Promise.all([0, 1, 2, 3].map((partition) => node.feed.head(partition)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(200);
    expect(Math.min(...counts)).toBeGreaterThan(20);
    for (const [partition, count] of counts.entries()) {
      const commits = await node.feed.after(partition, 0, 1_000);
      expect(commits.map((commit) => [commit.partition, commit.position])).toEqual(
        Array.from({ length: count }, (_, i) => [partition, i + 1]),
      );
    }
  });
});
