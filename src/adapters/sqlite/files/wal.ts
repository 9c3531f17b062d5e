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
