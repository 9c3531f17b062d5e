import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { Steps } from '../protocol.js';
import type { Database } from './driver.js';
import { transactionOn } from './transaction.js';
import { walOf } from './wal.js';

// secure_delete overwrites what is deleted, but when SQLite moves cells between pages it may leave a copy behind in the unused gap
// of a page it has rebuilt. That copy would outlive the deletion. Every page that was rebuilt is in the write-ahead log, so the
// gaps are emptied before the log is. (The file of the log of events needs none of this: its cells never move.)

const framesAtOnce = 64;
const walHeader = 32;
const frameHeader = 24;

/** Empties the gaps of all pages in the write-ahead log. */
export function* scrub(db: Database): Steps<void> {
  const transaction = transactionOn(db);
  const read = db.prepare('SELECT data FROM sqlite_dbpage WHERE pgno = ?');
  const write = db.prepare('UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?');
  const dirty = [...(yield* pagesWithRemains(walOf(db)))];
  for (let from = 0; from < dirty.length; from += framesAtOnce) {
    transaction(() => {
      for (const number of dirty.slice(from, from + framesAtOnce)) {
        const page = read.all([number])[0]?.[0];
        if (!(page instanceof Uint8Array)) continue;
        gapOf(page, number).fill(0);
        write.run([page, number]);
      }
    });
    yield;
  }
}

/** Numbers of the pages whose newest version in the write-ahead log has something in its gap. */
function* pagesWithRemains(path: string): Steps<ReadonlySet<number>> {
  const dirty = new Set<number>();
  if (!existsSync(path)) return dirty;
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(walHeader);
    if (readSync(file, header, 0, walHeader, 0) < walHeader) return dirty;
    const pageSize = header.readUInt32BE(8);
    const salt = header.subarray(16, 24);
    const frame = frameHeader + pageSize;
    const frames = Buffer.alloc(frame * framesAtOnce);
    for (let at = walHeader; ; at += frames.length) {
      const length = readSync(file, frames, 0, frames.length, at);
      for (let i = 0; i + frame <= length; i += frame) {
        // Frames of an older round have another salt.
        if (!frames.subarray(i + 8, i + 16).equals(salt)) return dirty;
        const number = frames.readUInt32BE(i);
        if (isEmpty(gapOf(frames.subarray(i + frameHeader, i + frame), number))) dirty.delete(number);
        else dirty.add(number);
      }
      if (length < frames.length) return dirty;
      yield;
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
