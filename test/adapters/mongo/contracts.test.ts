import { afterAll, beforeAll, describe } from 'vitest';
import { describeEventFeed } from '../../contracts/eventFeed.js';
import { describeEventStore } from '../../contracts/eventStore.js';
import { type MongoKind, type MongoServer, mongoChoice } from '../../servers/mongo.js';
import { skipLoudly } from '../../servers/nats.js';
import { newDatabase, open } from './open.js';

/** Rounds of a race on a server that is reached over the network. */
const races = 50;

/** The log only: the read models of this adapter are not finished, and no store option opens it yet. */
const kinds: readonly MongoKind[] = 'start' in mongoChoice('mongod') ? ['mongod'] : ['secantusdb'];

for (const kind of kinds) {
  const choice = mongoChoice(kind);
  if ('missing' in choice) {
    skipLoudly(kind, choice.missing);
    continue;
  }
  describe(`on ${kind}`, () => {
    let server: MongoServer;
    beforeAll(async () => {
      server = await choice.start();
    });
    afterAll(() => server?.stop());

    const openOne = () => open(server.uri);
    /** Several nodes on one store. */
    const openRacing = async () => {
      const database = newDatabase();
      const [first, ...others] = await Promise.all([1, 2, 3, 4].map(() => open(server.uri, { database })));
      if (!first) throw new Error('no node');
      const clients = [first.store, ...others.map((node) => node.store)];
      const close = async (): Promise<void> => {
        for (const node of [first, ...others]) await node.close();
      };
      return { ...first, clients, close };
    };
    describeEventStore(kind, openRacing, races);
    describeEventFeed(kind, openOne);
  });
}
