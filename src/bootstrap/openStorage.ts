import { background } from '../adapters/system/background.js';
import { ids } from '../adapters/system/ids.js';
import { systemClock } from '../adapters/system/systemClock.js';
import { alone } from '../application/cluster/alone.js';
import { StoreUnavailable } from '../application/ports/eventStore.js';
import type { Logger } from '../application/ports/logger.js';
import type { Membership } from '../application/ports/membership.js';
import type { Storage, StorageReader } from '../application/ports/storage.js';
import { SchedulerError } from '../domain/errors.js';
import { databaseOf } from './mongoStore.js';
import type { MongoStore, StoreOption } from './options.js';

const catchUpPollMs = 20;
const catchUpPolls = 50;

/** Opens the store that the options name. Adapters are imported here, where they are used. */
export const openStorage = async (store: StoreOption, node: string, log: Logger): Promise<Storage> => {
  if (store === 'memory') {
    const { openMemory } = await import('../adapters/memory/index.js');
    return openMemory({ node });
  }
  try {
    return await ('mongodb' in store ? openShared(store, node, log) : openEmbedded(store, node));
  } catch (error) {
    if (error instanceof StoreUnavailable) throw new SchedulerError('STORE_UNAVAILABLE', error.message, { cause: error });
    throw error;
  }
};

/** Of a lease, a node beats five times and stops by itself after four fifths. */
const paceOf = (leaseMs: number) => ({ beatMs: leaseMs / 5, leaseMs, fenceMs: (leaseMs * 4) / 5 });

const openShared = async (store: MongoStore, node: string, log: Logger): Promise<Storage> => {
  const { openMongo, openMongoReader } = await import('../adapters/mongo/index.js');
  const { mongodb: uri, leaseMs, readOnly } = store;
  const options = { uri, database: databaseOf(store), node, clock: systemClock, background, ids, log };
  if (!readOnly) return openMongo({ ...options, ...(leaseMs !== undefined && { pace: paceOf(leaseMs) }) });
  const { membership, ...reader } = await openMongoReader(options);
  return readOnlyStorage(reader, node, membership);
};

const openEmbedded = async ({ directory, readOnly }: EmbeddedStore, node: string): Promise<Storage> => {
  const { openSqlite, openSqliteReader, StoreLocked } = await import('../adapters/sqlite/index.js');
  try {
    if (!readOnly) return await openSqlite({ directory, node });
    const reader = await openSqliteReader(directory);
    if (await isCurrent(reader)) return readOnlyStorage(reader, node);
    // Nobody saves what the log has: the process that wrote it is gone. Opened for writing, the follower does it.
    await reader.close();
    return await openSqlite({ directory, node });
  } catch (error) {
    if (error instanceof StoreLocked) throw new SchedulerError('STORE_LOCKED', error.message, { cause: error });
    throw error;
  }
};

type EmbeddedStore = { readonly directory: string; readonly readOnly?: boolean };

/** Whether the read models have all that the log had at this moment; a living writer saves it within a fraction of a second. */
const isCurrent = async ({ feed, readModels }: StorageReader): Promise<boolean> => {
  const head = await feed.head(0);
  for (let polls = 0; polls < catchUpPolls; polls++) {
    if ((await readModels.checkpoint(0)) >= head) return true;
    await new Promise<void>((resolve) => background.after(catchUpPollMs, resolve, 'keepAlive'));
  }
  return false;
};

const readOnlyStorage = (reader: StorageReader, node: string, membership?: Membership): Storage => {
  const refuse = (): Promise<never> => Promise.reject(new SchedulerError('STORE_LOCKED', 'this store was opened for reading only'));
  return {
    store: { ...reader.store, append: refuse, redact: refuse },
    feed: reader.feed,
    readModels: { ...reader.readModels, save: refuse, dropHistory: refuse, erase: refuse, reset: refuse },
    runRecords: { ...reader.runRecords, put: refuse },
    ...alone(node),
    ...(membership && { membership }),
    close: () => reader.close(),
  };
};
