import { describeEventFeed } from '../../contracts/eventFeed.js';
import { describeEventStore } from '../../contracts/eventStore.js';
import { describeReadModels } from '../../contracts/readModels.js';
import { describeRunRecords } from '../../contracts/runRecords.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { isFull } from '../../system/chaos/figures.js';
import { newDatabase, open } from './open.js';

/** Rounds of a race on a server that is reached over the network; on one that scans its collections each takes half a second. */
const races = { mongod: 50, secantusdb: 50, ferretdb: isFull ? 50 : 10 };
/** How much the read models hold. FerretDB looks at every document of a collection for nearly every question. */
const scales = { mongod: 1, secantusdb: isFull ? 1 : 0.3, ferretdb: 0.1 };
/** What is tested here is not speed, and the machine may be busy. */
const patienceMs = 50_000;

describeOnMongo('contracts', (server, kind) => {
  const scale = scales[kind];
  const openOne = () => open(server().uri, { patienceMs });
  /** Several nodes on one store. */
  const openRacing = async () => {
    const database = newDatabase();
    const [first, ...others] = await Promise.all([1, 2, 3, 4].map(() => open(server().uri, { database, patienceMs })));
    if (!first) throw new Error('no node');
    const clients = [first.store, ...others.map((node) => node.store)];
    const close = async (): Promise<void> => {
      for (const node of [first, ...others]) await node.close();
    };
    return { ...first, clients, close };
  };
  describeEventStore(kind, openRacing, races[kind]);
  describeEventFeed(kind, openOne);
  describeReadModels(kind, openOne, scale);
  describeRunRecords(kind, openOne, scale);
});
