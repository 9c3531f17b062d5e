import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogHandlers, ModelHandlers, Start, WorkerOptions } from '../protocol.js';
import { cursorTable } from './cursorTable.js';
import type { Database } from './driver.js';
import { historyReads, historyWrites } from './historyQueries.js';
import { jobQueries } from './jobQueries.js';
import { lockDirectory } from './lock.js';
import { logReads, logWrites } from './logFile.js';
import { openLogFile } from './logSchema.js';
import { markDamaged, openReadFile, openReadFileReadOnly } from './readSchema.js';
import { remainsIn } from './remains.js';
import { rowSaver } from './saveRows.js';
import { checkpoint } from './wal.js';

const logFileIn = (directory: string): string => join(directory, 'log.db');
const readFileIn = (directory: string): string => join(directory, 'read.db');

/** What goes wrong on the way is told here, for what the next start can do about it. */
export const noteFailure = ({ directory, mode, part }: WorkerOptions, code: string): void => {
  if (mode === 'write' && part === 'models' && /^SQLITE_(CORRUPT|NOTADB)/.test(code)) markDamaged(readFileIn(directory));
};

/** Opens the log of a directory and answers calls on it. Throws `Locked` where another writer has the directory. */
export const openLog = ({ directory, mode }: WorkerOptions): LogHandlers =>
  mode === 'write' ? logToWrite(directory) : logToRead(directory);

/** The same for the read models. To write, the log of the directory has to be open, whose lock is that of both. */
export const openModels = ({ directory, mode }: WorkerOptions, { head }: Start): ModelHandlers =>
  mode === 'write' ? modelsToWrite(directory, head) : modelsToRead(directory);

const logToWrite = (directory: string): LogHandlers => {
  mkdirSync(directory, { recursive: true });
  const lock = lockDirectory(directory);
  try {
    const db = openLogFile(logFileIn(directory), 'write');
    return {
      ...logReads(db),
      ...logWrites(db),
      ...cursorTable(db),
      *close() {
        // As a long call, it comes after those that are under way.
        yield;
        closeFile(db);
        lock.release();
        return null;
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
};

const modelsToWrite = (directory: string, head: number): ModelHandlers => {
  const db = openReadFile(readFileIn(directory), head);
  const remains = remainsIn(db);
  return {
    ...jobQueries(db),
    ...historyReads(db),
    ...historyWrites(db, remains),
    ...rowSaver(db, remains),
    *close() {
      yield;
      closeFile(db);
      return null;
    },
  };
};

const closeFile = (db: Database): void => {
  // A reader in the way costs nothing but the space.
  checkpoint(db);
  db.close();
};

const logToRead = (directory: string): LogHandlers => {
  const path = logFileIn(directory);
  if (!existsSync(path)) throw new Error(`There is no store in ${directory}`);
  const db = openLogFile(path, 'read');
  return { ...logReads(db), append: refuse, redact: refuse, loadCursor: refuse, saveCursor: refuse, close: () => closed(db) };
};

const modelsToRead = (directory: string): ModelHandlers => {
  const db = openReadFileReadOnly(readFileIn(directory));
  return {
    ...jobQueries(db),
    ...historyReads(db),
    save: refuse,
    dropHistory: refuse,
    erase: refuse,
    reset: refuse,
    putRecords: refuse,
    close: () => closed(db),
  };
};

const closed = (db: Database): null => {
  db.close();
  return null;
};

const refuse = (): never => {
  throw new Error('The store is open for reading only');
};
