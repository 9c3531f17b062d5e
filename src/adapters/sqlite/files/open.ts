import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Handlers, WorkerOptions } from '../protocol.js';
import { cursorTable } from './cursorTable.js';
import { historyReads, historyWrites } from './historyQueries.js';
import { jobQueries } from './jobQueries.js';
import { lockDirectory } from './lock.js';
import { logReads, logWrites } from './logFile.js';
import { openLogFile } from './logSchema.js';
import { markDamaged, openReadFile, openReadFileReadOnly } from './readSchema.js';
import { remainsIn } from './remains.js';
import { rowSaver } from './saveRows.js';
import { checkpoint } from './wal.js';

const readFileIn = (directory: string): string => join(directory, 'read.db');

/** What goes wrong on the way is told here, for what the next start can do about it. */
export const noteFailure = ({ directory, mode }: WorkerOptions, code: string): void => {
  if (mode === 'write' && /^SQLITE_(CORRUPT|NOTADB)/.test(code)) markDamaged(readFileIn(directory));
};

/** Opens a directory and answers calls on its files. Throws `Locked` where another writer has it. */
export const openFiles = ({ directory, mode }: WorkerOptions): Handlers =>
  mode === 'write' ? openToWrite(directory) : openToRead(directory);

const openToWrite = (directory: string): Handlers => {
  mkdirSync(directory, { recursive: true });
  const lock = lockDirectory(directory);
  try {
    const log = openLogFile(join(directory, 'log.db'), 'write');
    const reads = logReads(log);
    const models = openReadFile(readFileIn(directory), reads.head({}) as number);
    const remains = remainsIn(models);
    return {
      ...reads,
      ...logWrites(log),
      ...cursorTable(log),
      ...jobQueries(models),
      ...historyReads(models),
      ...historyWrites(models, remains),
      ...rowSaver(models, remains),
      // As a long call, it comes after those that are under way.
      *close() {
        yield;
        for (const db of [log, models]) {
          // A reader in the way costs nothing but the space.
          checkpoint(db);
          db.close();
        }
        lock.release();
        return null;
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
};

const openToRead = (directory: string): Handlers => {
  const path = join(directory, 'log.db');
  if (!existsSync(path)) throw new Error(`There is no store in ${directory}`);
  const log = openLogFile(path, 'read');
  const models = openReadFileReadOnly(readFileIn(directory));
  return {
    ...logReads(log),
    ...jobQueries(models),
    ...historyReads(models),
    append: refuse,
    redact: refuse,
    save: refuse,
    dropHistory: refuse,
    erase: refuse,
    reset: refuse,
    putRecords: refuse,
    loadCursor: refuse,
    saveCursor: refuse,
    close: () => {
      log.close();
      models.close();
      return null;
    },
  };
};

const refuse = (): never => {
  throw new Error('The store is open for reading only');
};
