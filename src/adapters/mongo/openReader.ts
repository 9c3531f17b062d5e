import { alone } from '../../application/cluster/alone.js';
import type { Membership } from '../../application/ports/membership.js';
import type { StorageReader } from '../../application/ports/storage.js';
import { collectionsOf } from './collections.js';
import { addressOf, connect, unusable } from './connect.js';
import { answered } from './failures.js';
import type { MongoOptions } from './index.js';
import { noBarrier } from './log/barrier.js';
import { knowledge } from './log/context.js';
import { eventFeed } from './log/feed.js';
import { listStreams, readStream } from './log/reader.js';
import { mongoReadModels } from './models/readModels.js';

export type MongoReader = StorageReader & { readonly membership: Membership };

/**
 * The same storage for commands that only look. Creates nothing and does not join the cluster: other nodes never hear of it. A database
 * without a store reads as an empty one. Rejects with `MongoUnusable`.
 */
export const openMongoReader = async (options: MongoOptions): Promise<MongoReader> => {
  const { uri, database, node, clock, background, ids, log } = options;
  const connection = await connect(uri, database);
  const { client, db } = connection;
  try {
    const collections = collectionsOf(db);
    const store = await db.collection<{ readonly _id: string; readonly partitions?: number }>('meta').findOne({ _id: 'store' });
    const partitions = store?.partitions ?? 1;
    const listed = await collections.nodes.find({}, { projection: { handlerKeys: 1 } }).toArray();
    const known = knowledge(partitions);
    const context = {
      connection,
      // Nothing that is read here leaves the process as an effect, so that it need not be known to survive a crash.
      barrier: noBarrier,
      commits: collections.commits,
      partitions,
      known,
      node,
      nodes: () => [],
      ids,
      clock,
      background,
      log,
    };
    const nodes = listed.map(({ _id, handlerKeys }) => ({ node: _id, handlerKeys }));
    return {
      store: {
        read: (stream, afterVersion) => answered(() => readStream(context, stream, afterVersion)),
        streams: (after, limit) => answered(() => listStreams(context, after, limit)),
      },
      feed: eventFeed(context),
      ...mongoReadModels(collections),
      membership: { ...alone(node).membership, exclusive: false, isAlive: () => true, nodes: () => nodes },
      close: () => client.close(),
    };
  } catch (error) {
    await client.close();
    throw unusable(error, addressOf(client));
  }
};
