import type { Database } from './driver.js';

const attempts = 1_000;
const pauseMs = 2;
const bell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Moves everything from the write-ahead log into the database and empties it: older versions of a page stay readable in the file
 * until then. A reader in the middle of a query holds this up; other requests are served between the attempts.
 */
export function* truncateWal(db: Database): Generator<void, void> {
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  for (let i = 0; i < attempts; i++) {
    if (checkpoint.all([])[0]?.[0] === 0) return;
    Atomics.wait(bell, 0, 0, pauseMs);
    yield;
  }
  throw new Error(`A reader has kept ${db.path} busy: what was deleted is still in its write-ahead log`);
}
