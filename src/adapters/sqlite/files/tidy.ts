import { statSync } from 'node:fs';
import type { Database } from './driver.js';
import type { Remains } from './remains.js';
import { checkpoint, walOf } from './wal.js';

/** The write-ahead log is emptied when it has grown by this much. */
const growth = 32_000_000;

/** Looks after the write-ahead log, where that is due, between two transactions. */
export const tidier = (db: Database, remains: Remains): (() => void) => {
  let limit = growth;
  return () => {
    const { size } = statSync(walOf(db));
    if (size < limit) return;
    remains.note();
    // Where a reader is in the way, it is tried again later.
    limit = checkpoint(db) ? growth : size + growth;
  };
};
