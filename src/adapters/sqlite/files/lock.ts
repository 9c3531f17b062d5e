import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openDatabase, sqliteCode } from './driver.js';

/** Another writer, of this process or another one, holds the directory. */
export class Locked extends Error {
  constructor(readonly pid: number | null) {
    super('locked');
  }
}

/**
 * An exclusive transaction on a file of its own: a lock of the operating system that ends with its holder, however that ends.
 * Who holds it is written beside it, for people.
 */
export const lockDirectory = (directory: string): { release(): void } => {
  const pidFile = join(directory, 'writer.pid');
  const file: Database = openDatabase(join(directory, 'writer.lock'), 'write', 0);
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    throw sqliteCode(error) === 'SQLITE_BUSY' ? new Locked(pidIn(pidFile)) : error;
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return {
    release: () => {
      file.exec('ROLLBACK');
      file.close();
    },
  };
};

const pidIn = (path: string): number | null => {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || null;
  } catch {
    return null;
  }
};
