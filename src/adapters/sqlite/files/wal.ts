import { closeSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import type { Steps } from '../protocol.js';
import type { Database } from './driver.js';

const attempts = 1_000;
const pauseMs = 2;
const bell = new Int32Array(new SharedArrayBuffer(4));

export const walOf = (db: Database): string => `${db.path}-wal`;

/** Moves what it can from the write-ahead log into the database. False, at once, where a reader is in the way of emptying it. */
export const checkpoint = (db: Database): boolean => {
  db.exec('PRAGMA busy_timeout = 0');
  return db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all([])[0]?.[0] === 0;
};

/**
 * Empties the write-ahead log: older versions of a page stay readable in the file until then. A reader in the middle of a query
 * holds this up; other requests are served between the attempts.
 */
export function* truncateWal(db: Database): Steps<void> {
  for (let i = 0; i < attempts; i++) {
    if (checkpoint(db)) return;
    Atomics.wait(bell, 0, 0, pauseMs);
    yield;
  }
  throw new Error(`A reader has kept ${db.path} busy: what was deleted is still in its write-ahead log`);
}

const roomBytes = 1 << 20;

/**
 * A write that makes a file longer is durable only with the file system's own journal, and with what others have lately written through
 * it: that takes twice as long, and sometimes ten times. So where SQLite had to lengthen its log, this lengthens it further, by zeros,
 * which are no frame of the log: what follows is written over them. Call it after a commit.
 */
export const walRoom = (db: Database): (() => void) => {
  const path = walOf(db);
  let end = statSync(path).size;
  return () => {
    const { size } = statSync(path);
    if (size === end) return;
    lengthen(path, size);
    end = statSync(path).size;
  };
};

const lengthen = (path: string, size: number): void => {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, Buffer.alloc(roomBytes), 0, roomBytes, size);
  } catch {
    // There is no room for more than is needed.
    ftruncateSync(file, size);
  } finally {
    closeSync(file);
  }
};
