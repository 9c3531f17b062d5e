import { openMongo } from '../../../src/adapters/mongo/index.js';
import { noLog } from '../../../src/adapters/pino/noLog.js';
import { background } from '../../../src/adapters/system/background.js';
import { ids } from '../../../src/adapters/system/ids.js';
import { systemClock } from '../../../src/adapters/system/systemClock.js';
import type { Storage } from '../../../src/application/ports/storage.js';

let made = 0;
/** A database that no other test uses. */
export const newDatabase = (): string => `nexus_${process.pid}_${++made}`;

type Given = Partial<Parameters<typeof openMongo>[0]>;

export const open = (uri: string, given: Given = {}): Promise<Storage> =>
  openMongo({ uri, database: newDatabase(), node: `node-${++made}`, clock: systemClock, background, ids, log: noLog, ...given });
