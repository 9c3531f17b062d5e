import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { decrypted, isEncrypted } from './encryption.js';
import type { Secret } from './key.js';
import { ArchiveDamaged, type EntryRecord, entryNameFault, type Manifest, manifestName, manifestSchema } from './manifest.js';

/** Bounds on what a hostile archive can cost. */
export type ReadLimits = { readonly maxBytes: number; readonly maxEntries: number };
export const usualLimits: ReadLimits = { maxBytes: 64 * 2 ** 30, maxEntries: 200_000 };
const largestManifest = 128 * 2 ** 20;

export type ReadOptions = {
  /** Asked for where the archive is encrypted. */
  readonly secret: () => Promise<Secret>;
  readonly signal: AbortSignal;
  readonly limits?: ReadLimits;
};

export type FoundEntry = { readonly name: string; readonly type: 'file' | 'directory'; readonly mode: number; readonly modifiedAt: Date };
/** `content` is read before the next entry is asked for. */
export type Visit = (entry: FoundEntry, content: AsyncIterable<Uint8Array>) => Promise<void>;

export type Checked = { readonly manifest: Manifest; readonly bytes: number; readonly sha256: string; readonly encrypted: boolean };

/**
 * Reads an archive to its end and shows each entry but the manifest. Rejects with `ArchiveDamaged` unless it holds exactly what its
 * manifest says; names that lead elsewhere, links and devices are refused where they come.
 */
export const readArchive = async (
  file: FileHandle,
  { secret, signal, limits = usualLimits }: ReadOptions,
  visit: Visit,
): Promise<Checked> => {
  const whole = createHash('sha256');
  let fileBytes = 0;
  const raw = async function* () {
    const block = Buffer.alloc(256 * 1024);
    for (let at = 0; ; ) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(block, 0, block.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      fileBytes = at;
      const chunk = Buffer.from(block.subarray(0, bytesRead));
      whole.update(chunk);
      yield chunk;
    }
  };
  const beginning = Buffer.alloc(16);
  await file.read(beginning, 0, beginning.length, 0);
  const isSealed = isEncrypted(beginning);
  const plain = isSealed ? decrypted(raw(), await secret()) : raw();
  const found = await unpack(plain, signal, limits, visit);
  checkAgainst(found.manifest, found.records);
  return { manifest: found.manifest, bytes: fileBytes, sha256: whole.digest('hex'), encrypted: isSealed };
};

type Unpacked = { readonly manifest: Manifest; readonly records: ReadonlyMap<string, EntryRecord> };

const unpack = async (plain: AsyncIterable<Uint8Array>, signal: AbortSignal, limits: ReadLimits, visit: Visit): Promise<Unpacked> => {
  const tar = extract();
  // An error of any stage destroys the tar reader, whose iteration then throws it.
  pipeline(Readable.from(bounded(await unzipped(plain), limits.maxBytes)), tar, () => undefined);
  const records = new Map<string, EntryRecord>();
  let manifest: Manifest | null = null;
  try {
    for await (const entry of tar) {
      signal.throwIfAborted();
      const bytes: AsyncIterable<Uint8Array> = Readable.from(entry);
      if (manifest) throw new ArchiveDamaged('the archive has entries after its manifest');
      if (entry.header.name === manifestName) {
        manifest = await readManifest(bytes);
        continue;
      }
      const found = checkedHeader(entry.header);
      if (records.has(found.name)) throw new ArchiveDamaged(`the archive has the entry ${found.name} twice`);
      if (records.size === limits.maxEntries) throw new ArchiveDamaged(`the archive has more than ${limits.maxEntries} entries`);
      const measured = measure(bytes);
      await visit(found, measured.content);
      for await (const _ of measured.content);
      records.set(found.name, { name: found.name, ...measured.end() });
    }
  } catch (error) {
    throw explained(error);
  } finally {
    tar.destroy();
  }
  if (!manifest) throw new ArchiveDamaged('the archive has no manifest: it is cut off, or none of ours');
  return { manifest, records };
};

/** Of what the manifest has no record: only directories. */
const checkAgainst = (manifest: Manifest, records: ReadonlyMap<string, EntryRecord>): void => {
  const missing = new Map(records);
  for (const { name, bytes, sha256 } of manifest.entries) {
    const record = missing.get(name);
    if (!record) throw new ArchiveDamaged(`the archive lacks ${name}`);
    if (record.bytes !== bytes || record.sha256 !== sha256)
      throw new ArchiveDamaged(`${name} is not what was saved: its SHA-256 is another`);
    missing.delete(name);
  }
  for (const { name, bytes } of missing.values())
    if (!name.endsWith('/') || bytes > 0) throw new ArchiveDamaged(`the archive has ${name}, of which its manifest says nothing`);
};

const checkedHeader = ({ name, type, mode, mtime }: Header): FoundEntry => {
  if (type !== 'file' && type !== 'directory') throw new ArchiveDamaged(`the archive has ${name}, which is no file but a ${String(type)}`);
  const fault = entryNameFault(type === 'directory' ? name.replace(/\/$/, '') : name);
  if (fault !== null) throw new ArchiveDamaged(`the archive has an entry ${JSON.stringify(name)} that ${fault}`);
  return { name: type === 'directory' && !name.endsWith('/') ? `${name}/` : name, type, mode: mode & 0o777, modifiedAt: mtime };
};

const measure = (content: AsyncIterable<Uint8Array>) => {
  const hash = createHash('sha256');
  let bytes = 0;
  const iterator = (async function* () {
    for await (const chunk of content) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  })();
  // Whoever stops reading half-way leaves the rest to be read past.
  const shared = { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
  return { content: shared, end: () => ({ bytes, sha256: hash.digest('hex') }) };
};

const readManifest = async (content: AsyncIterable<Uint8Array>): Promise<Manifest> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.byteLength;
    if (bytes > largestManifest) throw new ArchiveDamaged('the manifest is too large');
    chunks.push(chunk);
  }
  const parsed = manifestSchema.safeParse(jsonOf(Buffer.concat(chunks).toString('utf8')));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'cannot be read' };
  throw new ArchiveDamaged(`the manifest cannot be read: ${path.join('.') || 'it'} ${message}`);
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Without compression where it has none. */
const unzipped = async (source: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> => {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  const all = async function* () {
    for (let next = first; !next.done; next = await iterator.next()) yield next.value;
  };
  if (first.done || first.value[0] !== 0x1f || first.value[1] !== 0x8b) return all();
  const gunzip = createGunzip();
  pipeline(Readable.from(all()), gunzip, () => undefined);
  return gunzip;
};

async function* bounded(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new ArchiveDamaged(`the archive holds more than the ${maxBytes} bytes that are allowed`);
    yield chunk;
  }
}

const explained = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof ArchiveDamaged) return error;
  if ('code' in error && String(error.code).startsWith('Z_'))
    return new ArchiveDamaged('the archive is cut off or damaged', { cause: error });
  return /tar|header|Unexpected end/i.test(error.message)
    ? new ArchiveDamaged(`the archive is no archive of ours: ${error.message}`, { cause: error })
    : error;
};
