import { background } from '../adapters/system/background.js';
import { alone } from '../application/cluster/alone.js';
import { StoreUnavailable } from '../application/ports/eventStore.js';
import type { Storage, StorageReader } from '../application/ports/storage.js';
import { SchedulerError } from '../domain/errors.js';
import type { StoreOption } from './options.js';

const catchUpPollMs = 20;
const catchUpPolls = 50;

/** Opens the store that the options name. Adapters are imported here, where they are used. */
export const openStorage = async (store: StoreOption, node: string): Promise<Storage> => {
  if (store === 'memory') {
    const { openMemory } = await import('../adapters/memory/index.js');
    return openMemory({ node });
  }
  if ('mongodb' in store) throw new SchedulerError('NOT_AVAILABLE', 'the MongoDB store is not available in this version; use a directory');
  const { openSqlite, openSqliteReader, StoreLocked } = await import('../adapters/sqlite/index.js');
  try {
    if (!store.readOnly) return await openSqlite({ directory: store.directory, node });
    const reader = await openSqliteReader(store.directory);
    if (await isCurrent(reader)) return readOnlyStorage(reader, node);
    // Nobody saves what the log has: the process that wrote it is gone. Opened for writing, the follower does it.
    await reader.close();
    return await openSqlite({ directory: store.directory, node });
  } catch (error) {
    if (error instanceof StoreLocked) throw new SchedulerError('STORE_LOCKED', error.message, { cause: error });
    if (error instanceof StoreUnavailable) throw new SchedulerError('STORE_UNAVAILABLE', error.message, { cause: error });
    throw error;
  }
};

/** Whether the read models have all that the log had at this moment; a living writer saves it within a fraction of a second. */
const isCurrent = async ({ feed, readModels }: StorageReader): Promise<boolean> => {
  const head = await feed.head(0);
  for (let polls = 0; polls < catchUpPolls; polls++) {
    if ((await readModels.checkpoint(0)) >= head) return true;
    await new Promise<void>((resolve) => background.after(catchUpPollMs, resolve, 'keepAlive'));
  }
  return false;
};

const readOnlyStorage = (reader: StorageReader, node: string): Storage => {
  const refuse = (): Promise<never> => Promise.reject(new SchedulerError('STORE_LOCKED', 'this store was opened for reading only'));
  return {
    store: { ...reader.store, append: refuse, redact: refuse },
    feed: reader.feed,
    readModels: { ...reader.readModels, save: refuse, dropHistory: refuse, erase: refuse, reset: refuse },
    runRecords: { ...reader.runRecords, put: refuse },
    ...alone(node),
    close: () => reader.close(),
  };
};
