import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Steps } from '../protocol.js';
import type { Database } from './driver.js';
import { transactionOn } from './transaction.js';
import { walOf } from './wal.js';

// secure_delete overwrites what is deleted, but when SQLite moves cells between pages it may leave a copy behind in the unused gap
// of a page it has rebuilt. That copy would outlive a deletion, which therefore empties the gaps of all pages that were written since
// they were last looked at. (The file of the log of events needs none of this: its cells never move.)

const pagesAtOnce = 64;
const walHeader = 32;
const frameHeader = 24;

export type Remains = {
  /** Before the write-ahead log is emptied: remembers which pages it holds. */
  note(): void;
  /** Empties the gaps of all pages that may have something there, those in the write-ahead log included. */
  scrub(): Steps<void>;
};

/** What deleted cells may have left in the gaps of a file's pages. At first any page may have some: nobody knows what was written before. */
export const remainsIn = (db: Database): Remains => {
  const transaction = transactionOn(db);
  let isKnown = false;
  const written = new Set<number>();

  const note = (): void => {
    if (isKnown) for (const number of pagesInWal(walOf(db))) written.add(number);
  };

  const clean = (numbers: readonly number[]): void => {
    const read = db.prepare('SELECT data FROM sqlite_dbpage WHERE pgno = ?');
    const write = db.prepare('UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?');
    transaction(() => {
      for (const number of numbers) {
        const page = read.all([number])[0]?.[0];
        if (!(page instanceof Uint8Array)) continue;
        const gap = gapOf(page, number);
        if (isEmpty(gap)) continue;
        gap.fill(0);
        write.run([page, number]);
      }
    });
  };

  function* scrub(): Steps<void> {
    note();
    const numbers = isKnown ? [...written] : Array.from({ length: pageCount(db) }, (_, i) => i + 1);
    for (let from = 0; from < numbers.length; from += pagesAtOnce) {
      clean(numbers.slice(from, from + pagesAtOnce));
      yield;
    }
    isKnown = true;
    written.clear();
  }

  return { note, scrub };
};

const pageCount = (db: Database): number => Number(db.prepare('PRAGMA page_count').all([])[0]?.[0]);

/** Numbers of the pages of which the write-ahead log holds a version. (SQLite file format, 4.1) */
function* pagesInWal(path: string): Generator<number> {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(walHeader);
    if (readSync(file, header, 0, walHeader, 0) < walHeader) return;
    const frame = frameHeader + header.readUInt32BE(8);
    const salt = header.subarray(16, 24);
    const { size } = fstatSync(file);
    const start = Buffer.alloc(frameHeader);
    for (let at = walHeader; at + frame <= size; at += frame) {
      readSync(file, start, 0, frameHeader, at);
      // Frames of an older round have another salt.
      if (!start.subarray(8, 16).equals(salt)) return;
      yield start.readUInt32BE(0);
    }
  } finally {
    closeSync(file);
  }
}

const zeros = Buffer.alloc(0x1_0000);
const isEmpty = (gap: Uint8Array): boolean => Buffer.compare(gap, zeros.subarray(0, gap.length)) === 0;

const headerSizes: ReadonlyMap<number, number> = new Map([
  [2, 12],
  [5, 12],
  [10, 8],
  [13, 8],
]);

/** The part of a b-tree page between its cell pointers and its cells; nothing of a page of another kind. (SQLite file format, 1.6) */
const gapOf = (page: Uint8Array, number: number): Uint8Array => {
  const start = number === 1 ? 100 : 0;
  const headerSize = headerSizes.get(page[start] ?? 0);
  if (headerSize === undefined) return page.subarray(0, 0);
  const at = (offset: number): number => ((page[start + offset] ?? 0) << 8) | (page[start + offset + 1] ?? 0);
  return page.subarray(start + headerSize + 2 * at(3), at(5) || 0x1_0000);
};
