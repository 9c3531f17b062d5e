import { statSync } from 'node:fs';
import type { Steps } from '../protocol.js';
import type { Database } from './driver.js';
import { scrub } from './scrub.js';
import { checkpoint, walOf } from './wal.js';

/** The write-ahead log is emptied when it has grown by this much. */
const growth = 32_000_000;

/** A step between two others, in which the write-ahead log is looked after where that is due. */
export const tidier = (db: Database): (() => Steps<void>) => {
  let limit = growth;
  return function* () {
    yield;
    const { size } = statSync(walOf(db));
    if (size < limit) return;
    yield* scrub(db);
    // Where a reader is in the way, it is tried again later.
    limit = checkpoint(db) ? growth : size + growth;
  };
};
