import { mongoLeases } from '../../../src/adapters/mongo/cluster/leases.js';
import { collectionsOf, prepare } from '../../../src/adapters/mongo/collections.js';
import type { Connection } from '../../../src/adapters/mongo/connect.js';
import { barrier } from '../../../src/adapters/mongo/log/barrier.js';
import { knowledge } from '../../../src/adapters/mongo/log/context.js';
import { eventStore } from '../../../src/adapters/mongo/log/eventStore.js';
import { eventFeed } from '../../../src/adapters/mongo/log/feed.js';
import { mongoReadModels } from '../../../src/adapters/mongo/models/readModels.js';
import { noLog } from '../../../src/adapters/pino/noLog.js';
import { background } from '../../../src/adapters/system/background.js';
import { ids } from '../../../src/adapters/system/ids.js';
import { systemClock } from '../../../src/adapters/system/systemClock.js';
import type { EventFeed, EventStore } from '../../../src/application/ports/eventStore.js';
import type { Leases } from '../../../src/application/ports/leases.js';
import type { ReadModels } from '../../../src/application/ports/readModels.js';
import type { RunRecords } from '../../../src/application/ports/runRecords.js';

export type Parts = { store: EventStore; feed: EventFeed; readModels: ReadModels; runRecords: RunRecords; leases: Leases };

/** The parts of a store over a connection of the test's own. */
export const openParts = async (connection: Connection): Promise<Parts> => {
  const partitions = await prepare(connection.db, 1);
  const collections = collectionsOf(connection.db);
  const context = {
    connection,
    commits: collections.commits,
    barrier: await barrier(connection),
    partitions,
    known: knowledge(partitions),
    node: 'n1',
    nodes: () => ['n1', 'n2'],
    ids,
    clock: systemClock,
    background,
    log: noLog,
  };
  return {
    store: eventStore(context, 120_000).store,
    feed: eventFeed(context),
    ...mongoReadModels(collections),
    leases: mongoLeases(collections, { self: 'n1', isAlive: () => true }),
  };
};
