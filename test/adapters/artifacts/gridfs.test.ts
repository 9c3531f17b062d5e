import { GridFSBucket, MongoClient } from 'mongodb';
import { beforeAll, expect, it } from 'vitest';
import { openGridFs } from '../../../src/adapters/artifacts/gridfs/index.js';
import { describeArtifacts, keep } from '../../contracts/artifacts.js';
import { at } from '../../contracts/samples.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { settableClock } from '../../settableClock.js';

let databases = 0;
const newDatabase = (): string => `artifacts_${process.pid}_${++databases}`;

describeOnMongo('artifacts', (server) => {
  let client: MongoClient;
  beforeAll(async () => {
    client = await MongoClient.connect(server().uri);
    return () => client.close();
  });

  describeArtifacts('GridFS', async () => {
    const clock = settableClock();
    const given = { mongodb: server().uri, database: newDatabase(), clock };
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
    const { store, close } = await openGridFs({ mongodb: server().uri, database, clock: settableClock() });
    await keep(store, owner, 'long.txt', 'all work and no play '.repeat(40_000));
    await close();
    const bucket = new GridFSBucket(client.db(database), { bucketName: 'artifacts' });
    const chunks: Buffer[] = [];
    for await (const chunk of bucket.openDownloadStreamByName('acme/report/execution-1/long.txt')) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('all work and no play '.repeat(40_000));
  });

  it('sweeps what a node left that ended while it wrote, a week later', async () => {
    const clock = settableClock();
    clock.set(at(0));
    const given = { mongodb: server().uri, database: newDatabase(), clock };
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
});

it('says what is the matter where the server does not answer', async () => {
  const away = 'mongodb://127.0.0.1:9/?directConnection=true';
  await expect(openGridFs({ mongodb: away, database: newDatabase(), clock: settableClock() })).rejects.toMatchObject({
    name: 'ArtifactsUnavailable',
  });
});
