import { inspect } from 'node:util';
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import { MongoUnusable } from '../../../src/adapters/mongo/index.js';
import type { Storage } from '../../../src/application/ports/storage.js';
import { startCannedMongo } from '../../servers/cannedMongo.js';
import { describeOnMongo, type MongoServer, mongoChoice } from '../../servers/mongo.js';
import { freePort } from '../../servers/process.js';
import { startProxy } from '../../servers/proxy.js';
import { newDatabase, open } from './open.js';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
const kept = <T extends { close(): Promise<unknown> }>(one: T): T => {
  opened.push(one);
  return one;
};

const complaintAbout = async (opening: Promise<Storage>): Promise<MongoUnusable> => {
  const error: unknown = await opening.then(kept).catch((e: unknown) => e);
  if (!(error instanceof MongoUnusable)) throw new Error(`not refused as it should be: ${inspect(error)}`);
  expect(error.message).toContain(error.remedy);
  return error;
};

describe('a connection string', () => {
  it.each([
    '',
    'localhost',
    'http://me:secret@h',
    'mongodb://',
    'mongodb://me:sec/secret@h',
    'mongodb://me:s@secret@h',
    'mongodb://me:secret@h:99999',
    'mongodb://me:secret@h/?nonsense=secret',
    'mongodb://me:secret@h/?tls=maybe',
    'mongodb://me:%zzsecret@h',
    'mongodb://:secret@h',
    'mongodb://me:secret@h/?authMechanism=NONE',
    'mongodb://h/?authMechanismProperties=secret',
    'mongodb://me:secret@h/?x',
  ])('that is none is refused, and nothing secret of it is told: %s', async (uri) => {
    const error = await complaintAbout(open(uri));
    expect(error.problem).toBe('uri');
    expect(inspect(error, { depth: 10 })).not.toContain('secret');
  });
});

// At once: each waits for what does not come.
describe.concurrent('a server', () => {
  it('that is not there', async () => {
    const port = await freePort();
    const error = await complaintAbout(open(`mongodb://me:secret@127.0.0.1:${port}/`));
    expect(error.problem).toBe('unreachable');
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(inspect(error, { depth: 10 })).not.toContain('secret');
  });

  it('whose name is unknown', async () => {
    const error = await complaintAbout(open('mongodb+srv://me:secret@nowhere.invalid'));
    expect([error.problem, error.message]).toEqual(['unreachable', expect.stringContaining('nowhere.invalid')]);
    expect(inspect(error, { depth: 10 })).not.toContain('secret');
  });

  it('that takes connections and answers nothing', async ({ onTestFinished }) => {
    const { uri, close } = await startCannedMongo({ isWritablePrimary: true, minWireVersion: 0, maxWireVersion: 21 });
    onTestFinished(close);
    const path = await startProxy(Number(new URL(uri).port));
    onTestFinished(() => path.close());
    path.hold();
    expect((await complaintAbout(open(path.through(uri)))).problem).toBe('unreachable');
  });

  it('that is too old', async ({ onTestFinished }) => {
    const { uri, close } = await startCannedMongo({ isWritablePrimary: true, ismaster: true, minWireVersion: 0, maxWireVersion: 6 });
    onTestFinished(close);
    expect((await complaintAbout(open(uri))).problem).toBe('version');
  });

  it('that takes no writes', async ({ onTestFinished }) => {
    const hello = { secondary: true, setName: 'rs', hosts: ['127.0.0.1:1'], minWireVersion: 0, maxWireVersion: 21 };
    const { uri, close } = await startCannedMongo(hello);
    onTestFinished(close);
    expect((await complaintAbout(open(uri))).problem).toBe('notWritable');
  });
});

describeOnMongo('a server', (server) => {
  it('with a store of another release', async () => {
    const database = newDatabase();
    const client = kept(new MongoClient(server().uri));
    const meta = client.db(database).collection<{ readonly _id: string; readonly schema: number; readonly partitions: number }>('meta');
    await meta.insertOne({ _id: 'store', schema: 99, partitions: 1 });
    const error = await complaintAbout(open(server().uri, { database }));
    expect([error.problem, error.message]).toEqual(['schema', expect.stringContaining(`database ${database} is of version 99`)]);
    expect(await client.db(database).listCollections({}, { nameOnly: true }).toArray()).toHaveLength(1);
  });

  it('keeps the number of partitions with which the store was made', async () => {
    const database = newDatabase();
    for (const partitions of [4, 1]) {
      expect(kept(await open(server().uri, { database, partitions })).feed.partitions).toBe(4);
    }
  });
});

describeOnMongo(
  'a server that knows its users',
  (_, kind) => {
    it('is told apart by what they may do', { timeout: 120_000 }, async () => {
      const choice = mongoChoice(kind);
      if ('missing' in choice) throw new Error(choice.missing);
      const server = await choice.start();
      kept({ close: () => server.stop() });
      const database = newDatabase();
      await addUsers(server, database);
      await server.kill();
      await server.restart('--auth');
      const as = (login: string) => server.uri.replace('://', `://${login}@`);

      const anonymous = await complaintAbout(open(server.uri, { database }));
      const wrong = await complaintAbout(open(as('owner:secret'), { database }));
      const stranger = await complaintAbout(open(as('stranger:secret'), { database }));
      expect([anonymous.problem, wrong.problem, stranger.problem]).toEqual(['unauthorized', 'unauthorized', 'unauthorized']);
      const reader = await complaintAbout(open(as('reader:p%40ss-secret'), { database }));
      expect([reader.problem, reader.message]).toEqual(['readOnly', expect.stringContaining(database)]);
      for (const error of [wrong, stranger, reader]) expect(inspect(error, { depth: 10 })).not.toContain('secret');

      const storage = kept(await open(as('owner:p%40ss-secret'), { database }));
      expect(await storage.feed.head(0)).toBe(0);
    });
  },
  { ferretdb: 'its users are those of its own store, which has none' },
);

const addUsers = async (server: MongoServer, database: string): Promise<void> => {
  const client = new MongoClient(server.uri);
  const admin = client.db('admin');
  const add = (user: string, role: string) => admin.command({ createUser: user, pwd: 'p@ss-secret', roles: [{ role, db: database }] });
  await add('owner', 'readWrite');
  await add('reader', 'read');
  // The server is about to be killed: what is journaled takes with it what came before.
  await client
    .db(newDatabase())
    .collection('last')
    .insertOne({}, { writeConcern: { w: 1, journal: true } });
  await client.close();
};
