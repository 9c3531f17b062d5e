import { alone } from '../../application/cluster/alone.js';
import type { Storage, StorageReader } from '../../application/ports/storage.js';
import { sqliteCursors } from './cursors.js';
import { eventLog, logReader } from './eventLog.js';
import { openLinks } from './links.js';
import { modelReader, models } from './readModels.js';

export { StoreLocked } from './storeLocked.js';

/**
 * The embedded storage: SQLite files in one directory, written by one process at a time. `node` names this incarnation. Rejects with
 * `StoreLocked` where another writer has the directory, with `StoreUnavailable` where the files cannot be used.
 */
export const openSqlite = async ({ directory, node }: { readonly directory: string; readonly node: string }): Promise<Storage> => {
  const links = await openLinks(directory, 'write');
  const { store, feed, drained } = eventLog(links.log);
  return {
    store,
    feed,
    ...models(links.models),
    ...alone(node),
    cursors: sqliteCursors(links.log),
    close: () => drained().then(links.close),
  };
};

/** Looks at a directory, also while another process writes to it. Rejects with `StoreUnavailable` where there is no store. */
export const openSqliteReader = async (directory: string): Promise<StorageReader> => {
  const { log, models, close } = await openLinks(directory, 'read');
  return { ...logReader(log), ...modelReader(models), close };
};
