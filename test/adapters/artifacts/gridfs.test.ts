import { GridFSBucket, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGridFs } from '../../../src/adapters/artifacts/gridfs/index.js';
import type { Clock } from '../../../src/application/ports/clock.js';
import { type Instant, instant } from '../../../src/domain/instant.js';
import { describeArtifacts, keep } from '../../contracts/artifacts.js';
import { at } from '../../contracts/samples.js';
import { type MongoKind, type MongoServer, mongoChoice } from '../../servers/mongo.js';
import { skipLoudly } from '../../servers/skip.js';

const kinds: readonly MongoKind[] = 'start' in mongoChoice('mongod') ? ['mongod'] : ['secantusdb', 'ferretdb'];
let databases = 0;
const newDatabase = (): string => `artifacts_${process.pid}_${++databases}`;

const settable = () => {
  let now: Instant = instant(0);
  const clock: Clock = { longestSleepMs: 1_000, now: () => now, monotonic: () => now, after: () => () => undefined };
  return {
    ...clock,
    set: (at: number): void => {
      now = instant(at);
    },
  };
};

for (const kind of kinds) {
  const choice = mongoChoice(kind);
  if ('missing' in choice) {
    skipLoudly(kind, choice.missing);
    continue;
  }
  describe(`on ${kind}`, () => {
    let server: MongoServer;
    let client: MongoClient;
    beforeAll(async () => {
      server = await choice.start();
      client = await MongoClient.connect(server.uri);
    });
    afterAll(async () => {
      await client?.close();
      await server?.stop();
    });

    describeArtifacts('GridFS', async () => {
      const clock = settable();
      const given = { mongodb: server.uri, database: newDatabase(), clock };
      const [one, two] = await Promise.all([openGridFs(given), openGridFs(given)]);
      const db = client.db(given.database);
      return {
        store: one.store,
        other: two.store,
        clock,
        damage: async ({ organization, jobName, executionId }, name) => {
          const file = await db.collection('artifacts.files').findOne({ filename: `${organization}/${jobName}/${executionId}/${name}` });
          await db.collection('artifacts.chunks').updateOne({ files_id: file?._id }, { $set: { data: Buffer.from('something else') } });
        },
        traces: async () =>
          (await db.collection('artifacts.chunks').countDocuments({})) + (await db.collection('artifacts.drafts').countDocuments({})),
        close: async () => {
          await one.close();
          await two.close();
        },
      };
    });

    const owner = { organization: 'acme', jobName: 'report', executionId: 'execution-1' };

    it('is GridFS to others', async () => {
      const database = newDatabase();
      const { store, close } = await openGridFs({ mongodb: server.uri, database, clock: settable() });
      await keep(store, owner, 'long.txt', 'all work and no play '.repeat(40_000));
      await close();
      const bucket = new GridFSBucket(client.db(database), { bucketName: 'artifacts' });
      const chunks: Buffer[] = [];
      for await (const chunk of bucket.openDownloadStreamByName('acme/report/execution-1/long.txt')) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe('all work and no play '.repeat(40_000));
    });

    it('sweeps what a node left that ended while it wrote, a week later', async () => {
      const clock = settable();
      clock.set(at(0));
      const given = { mongodb: server.uri, database: newDatabase(), clock };
      const count = () => client.db(given.database).collection('artifacts.chunks').countDocuments({});
      const died = await openGridFs(given);
      const draft = await died.store.create(owner, 'half.bin', 'application/octet-stream');
      for (let i = 0; i < 6; i++) await draft.write(new Uint8Array(100_000));
      const left = await count();
      expect(left).toBeGreaterThan(0);
      const day = 86_400_000;
      clock.set(at(6.5 * day));
      const soon = await openGridFs(given);
      expect(await count()).toBe(left);
      await expect(draft.commit()).rejects.toThrow('too old');
      clock.set(at(7.5 * day));
      const later = await openGridFs(given);
      expect(await count()).toBe(0);
      for (const opened of [died, soon, later]) await opened.close();
    });

    it('says what is the matter where the server does not answer', async () => {
      const { close } = await openGridFs({ mongodb: server.uri, database: newDatabase(), clock: settable() });
      await close();
      const away = `mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200&directConnection=true`;
      await expect(openGridFs({ mongodb: away, database: newDatabase(), clock: settable() })).rejects.toMatchObject({
        name: 'ArtifactsUnavailable',
      });
    });
  });
}
