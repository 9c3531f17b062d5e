import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Header, type Pack, pack } from 'tar-stream';
import { encrypted } from './encryption.js';
import type { Secret } from './key.js';
import { type EntryRecord, type Manifest, manifestName } from './manifest.js';

const blockBytes = 64 * 1024;

/** One entry: a directory, or a file of exactly so many bytes. */
export type Entry = { readonly name: string; readonly mode: number; readonly modifiedAt: Date } & (
  | { readonly type: 'directory' }
  | { readonly type: 'file'; readonly bytes: number; readonly content: AsyncIterable<Uint8Array> }
);

export type WriteOptions = { readonly compress: boolean; readonly secret: Secret | null; readonly signal: AbortSignal };
export type Written = { readonly bytes: number; readonly sha256: string; readonly manifest: Manifest };

/** Writes entries, and as the last of them the manifest that `finish` makes of what was written. The file is flushed, and not closed. */
export const writeArchive = async (
  file: FileHandle,
  entries: AsyncIterable<Entry>,
  finish: (entries: readonly EntryRecord[]) => Manifest,
  { compress, secret, signal }: WriteOptions,
): Promise<Written> => {
  const tar = pack();
  const hash = createHash('sha256');
  let bytes = 0;
  const written = pipeline(
    Readable.from(inBlocks(Readable.from(tar))),
    compress ? createGzip({ chunkSize: blockBytes }) : new PassThrough(),
    async function* (source: AsyncIterable<Uint8Array>) {
      yield* secret ? encrypted(source, secret) : source;
    },
    async (source: AsyncIterable<Uint8Array>) => {
      for await (const chunk of source) {
        hash.update(chunk);
        bytes += chunk.byteLength;
        await writeAll(file, chunk);
      }
    },
    { signal },
  );
  // Where writing has failed nobody takes what is packed: packing must not wait for it.
  const failed = written.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  const packed = packAll(tar, entries, finish, failed).catch((error) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  const [manifest] = await Promise.all([packed, written]);
  await file.sync();
  return { bytes, sha256: hash.digest('hex'), manifest };
};

const packAll = async (
  tar: Pack,
  entries: AsyncIterable<Entry>,
  finish: (entries: readonly EntryRecord[]) => Manifest,
  failed: Promise<never>,
): Promise<Manifest> => {
  const records: EntryRecord[] = [];
  let newest = new Date(0);
  for await (const entry of entries) {
    if (entry.modifiedAt > newest) newest = entry.modifiedAt;
    const header = { name: entry.name, mode: entry.mode, mtime: entry.modifiedAt };
    if (entry.type === 'directory') await packOne(tar, { ...header, type: 'directory', size: 0 }, nothing(), failed);
    else {
      const sha256 = await packOne(tar, { ...header, size: entry.bytes }, entry.content, failed);
      records.push({ name: entry.name, bytes: entry.bytes, sha256 });
    }
  }
  const manifest = finish(records);
  const text = Buffer.from(JSON.stringify(manifest));
  await packOne(tar, { name: manifestName, mode: 0o600, mtime: newest, size: text.length }, [text], failed);
  tar.finalize();
  return manifest;
};

const packOne = async (
  tar: Pack,
  header: Partial<Header> & Pick<Header, 'name'>,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  failed: Promise<never>,
): Promise<string> => {
  const hash = createHash('sha256');
  let done: (error?: Error | null) => void = () => undefined;
  const taken = new Promise<void>((resolve, reject) => {
    done = (error) => (error ? reject(error) : resolve());
  });
  const sink = tar.entry(header, done);
  // Read where it is awaited below; it may come before.
  taken.catch(() => undefined);
  for await (const chunk of content) {
    hash.update(chunk);
    if (!sink.write(chunk)) await Promise.race([failed, taken, new Promise<void>((resolve) => sink.once('drain', () => resolve()))]);
  }
  sink.end(null);
  await Promise.race([failed, taken]);
  return hash.digest('hex');
};

/** A tar of small files comes in very small pieces, each of which would cost a turn of every stage. */
async function* inBlocks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of source) {
    held.push(piece);
    bytes += piece.byteLength;
    if (bytes < blockBytes) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  yield Buffer.concat(held);
}

const writeAll = async (file: FileHandle, chunk: Uint8Array): Promise<void> => {
  for (let from = 0; from < chunk.byteLength; ) from += (await file.write(chunk, from)).bytesWritten;
};

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {
  // A directory has no content.
}
