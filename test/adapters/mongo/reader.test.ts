import { MongoClient } from 'mongodb';
import { expect, it } from 'vitest';
import { openMongoReader } from '../../../src/adapters/mongo/index.js';
import { noLog } from '../../../src/adapters/pino/noLog.js';
import { background } from '../../../src/adapters/system/background.js';
import { ids } from '../../../src/adapters/system/ids.js';
import { systemClock } from '../../../src/adapters/system/systemClock.js';
import { instant } from '../../../src/domain/instant.js';
import { scheduled } from '../../dsl.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { newDatabase, open } from './open.js';

describeOnMongo('whoever only looks', (server) => {
  const reading = (database: string) =>
    openMongoReader({ uri: server().uri, database, node: 'reader', clock: systemClock, background, ids, log: noLog });

  it('reads what nodes write, sees what they can run, and is not one of them', async () => {
    const database = newDatabase();
    const node = await open(server().uri, { database, node: 'writer' });
    const reader = await reading(database);
    await node.store.append({ stream: 'acme/job', expectedVersion: 0, commitId: 'c1', at: instant(0), events: [scheduled()] });
    expect((await reader.store.read('acme/job', 0)).map(({ commitId }) => commitId)).toEqual(['c1']);
    expect(await reader.feed.after(0, 0, 10)).toHaveLength(1);
    expect(reader.membership.nodes().map(({ node: name }) => name)).toEqual(['writer']);
    const client = new MongoClient(server().uri);
    const listed = await client.db(database).collection<{ readonly _id: string }>('nodes').find().toArray();
    expect(listed.map(({ _id }) => _id)).toEqual(['writer']);
    await Promise.all([reader.close(), client.close(), node.close()]);
  });

  it('finds nothing in a database without a store, and leaves it so', async () => {
    const database = newDatabase();
    const reader = await reading(database);
    expect(await reader.feed.head(0)).toBe(0);
    expect(await reader.store.streams(null, 10)).toEqual([]);
    const client = new MongoClient(server().uri);
    expect(await client.db(database).listCollections().toArray()).toEqual([]);
    await Promise.all([reader.close(), client.close()]);
  });
});
