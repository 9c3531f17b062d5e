import { afterAll, beforeAll } from 'vitest';
import { mongoChoice, type MongoServer } from '../../servers/mongo.js';
import { describeEventFeed } from '../../contracts/eventFeed.js';
import { describeEventStore } from '../../contracts/eventStore.js';
import { describeReadModels } from '../../contracts/readModels.js';
import { describeRunRecords } from '../../contracts/runRecords.js';
import { open, newDatabase } from './open.js';

const kind = process.env.KIND as 'secantusdb';
let server: MongoServer;
beforeAll(async () => {
  const choice = mongoChoice(kind);
  if ('missing' in choice) throw new Error(choice.missing);
  server = await choice.start();
});
afterAll(() => server?.stop());
const openOne = () => open(server.uri);
const openRacing = async () => {
  const database = newDatabase();
  const clients = await Promise.all(Array.from({ length: 4 }, () => open(server.uri, { database })));
  const [first] = clients;
  if (!first) throw new Error();
  return { ...first, clients: clients.map((c) => c.store), close: async () => { for (const c of clients) await c.close(); } };
};
describeEventStore(kind, openRacing, 50);
describeEventFeed(kind, openOne);
describeReadModels(kind, openOne);
describeRunRecords(kind, openOne);
