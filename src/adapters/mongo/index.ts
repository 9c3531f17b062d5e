import type { Background, Clock } from '../../application/ports/clock.js';
import type { Ids } from '../../application/ports/ids.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Storage } from '../../application/ports/storage.js';
import type { Millis } from '../../domain/instant.js';
import { mongoCursors } from './cluster/cursors.js';
import { mongoLeases } from './cluster/leases.js';
import { openMembership } from './cluster/membership.js';
import { type Pace, usualPace } from './cluster/pace.js';
import { collectionsOf, prepare } from './collections.js';
import { addressOf, connect, unusable } from './connect.js';
import { barrier } from './log/barrier.js';
import { knowledge } from './log/context.js';
import { eventStore } from './log/eventStore.js';
import { eventFeed } from './log/feed.js';
import { mongoReadModels } from './models/readModels.js';

export { askMongo } from './ask.js';
export { openMongoReader } from './openReader.js';
export { MongoUnusable } from './unusable.js';

export type MongoOptions = {
  readonly uri: string;
  readonly database: string;
  /** Names this incarnation: no two processes, and no two lives of one, may share it. */
  readonly node: string;
  /** Of real time: connections and beats know no other. */
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly background: Background;
  readonly ids: Ids;
  readonly log: Logger;
  /** Fixed when the store is made: afterwards it is what it was. One keeps all commits in one order, up to some 1,000 a second. */
  readonly partitions?: number;
  readonly pace?: Pace;
  /** An append that is not answered for so long is rejected. A single reply is waited for a little less long. */
  readonly patienceMs?: Millis;
};

const usualPatienceMs: Millis = 10_000;
const replyPart = 0.8;

/**
 * The storage of a cluster: every node opens it with the same database. Rejects with `MongoUnusable`, which says what to do about it,
 * or with `StoreUnavailable`.
 */
export const openMongo = async (options: MongoOptions): Promise<Storage> => {
  const { uri, node, clock, background, ids, log, pace = usualPace, patienceMs = usualPatienceMs } = options;
  const connection = await connect(uri, options.database, { socketTimeoutMS: patienceMs * replyPart });
  const { client, db } = connection;
  try {
    const partitions = await prepare(db, options.partitions ?? 1);
    const collections = collectionsOf(db);
    const { membership, close: leave } = await openMembership({ uri, database: db.databaseName, node, pace, patienceMs, background, log });
    const context = {
      connection,
      commits: collections.commits,
      barrier: await barrier(connection),
      partitions,
      known: knowledge(partitions),
      node,
      nodes: () => membership.nodes().map((other) => other.node),
      ids,
      clock,
      background,
      log,
    };
    const { store, close } = eventStore(context, patienceMs);
    return {
      store,
      feed: eventFeed(context),
      ...mongoReadModels(collections),
      membership,
      leases: mongoLeases(collections, membership),
      cursors: mongoCursors(collections),
      close: async () => {
        await close();
        await leave();
        await client.close();
      },
    };
  } catch (error) {
    await client.close();
    throw unusable(error, addressOf(client));
  }
};
