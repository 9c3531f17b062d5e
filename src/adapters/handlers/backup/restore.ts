import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { Directory } from '../files/index.js';
import { type Secret, secretOf } from './archive/key.js';
import { ArchiveDamaged, type Manifest } from './archive/manifest.js';
import { type Checked, type FoundEntry, type ReadLimits, type ReadOptions, readArchive, usualLimits } from './archive/read.js';
import { linesOf } from './parts.js';

const linesHeld = 1_000;

/** Where the parts of an archive go. */
export type Targets = {
  /** Directories and files, below this one. */
  readonly directory: string;
  importLog(lines: AsyncIterable<string>): Promise<void>;
  restoreTable(organization: string, table: string, rows: AsyncIterable<string>): Promise<void>;
};

export type ArchiveOptions = {
  /** A key or passphrase; null where the environment has none. */
  readonly key: () => Promise<string | null>;
  readonly keyName: string;
  readonly maxBytes?: number | undefined;
  readonly signal: AbortSignal;
};

/** Reads all of an archive and finds it whole, or rejects with `ArchiveDamaged`. Writes nothing. */
export const checkArchive = (archive: string, options: ArchiveOptions): Promise<Checked> =>
  withFile(archive, (file) => readArchive(file, readOptions(options), async () => undefined));

/** Restores an archive that has been found whole. What is written is checked once more as it is read. */
export const unpackArchive = (archive: string, { manifest }: Checked, targets: Targets, options: ArchiveOptions): Promise<Checked> =>
  withFile(archive, async (file) => {
    const root = await Directory.open(targets.directory);
    const texts = textsOf(manifest, targets);
    try {
      const checked = await readArchive(file, readOptions(options), async (entry, content) => {
        if (entry.name.startsWith('files/')) await writeFile(root, entry, content);
        else await texts.take(entry.name, content);
      });
      await texts.end();
      return checked;
    } catch (error) {
      throw await texts.failed(error);
    } finally {
      await root.close();
    }
  });

const readOptions = ({ key, keyName, maxBytes, signal }: ArchiveOptions): ReadOptions => ({
  signal,
  limits: { ...usualLimits, ...(maxBytes !== undefined && { maxBytes }) } satisfies ReadLimits,
  secret: async (): Promise<Secret> => {
    const text = await key();
    const secret = text === null ? null : secretOf(text);
    if (secret === null) throw new ArchiveDamaged(`the archive is encrypted: set ${keyName} to the key or passphrase it was written with`);
    return secret;
  },
});

const withFile = async <T>(archive: string, use: (file: FileHandle) => Promise<T>): Promise<T> => {
  const file = await open(archive, 'r');
  try {
    if (!(await file.stat()).isFile()) throw new ArchiveDamaged(`${archive} is no file`);
    return await use(file);
  } finally {
    await file.close();
  }
};

const writeFile = async (
  root: Directory,
  { name, type, mode, modifiedAt }: FoundEntry,
  content: AsyncIterable<Uint8Array>,
): Promise<void> => {
  const names = name.replace(/\/$/, '').split('/');
  const last = type === 'file' ? names.pop() : undefined;
  let at = root;
  try {
    for (const step of names) {
      const above = at;
      at = await above.ensure(step);
      if (above !== root) await above.close();
    }
    if (last !== undefined) await fill(await at.create(last), mode, modifiedAt, content);
  } finally {
    if (at !== root) await at.close();
  }
};

const fill = async (file: FileHandle, mode: number, modifiedAt: Date, content: AsyncIterable<Uint8Array>): Promise<void> => {
  try {
    for await (const chunk of content) await file.writeFile(chunk);
    await file.chmod(mode);
    await file.utimes(modifiedAt, modifiedAt);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Entries of lines belong together by what comes before the last slash; each group is one stream of lines to its target. */
const textsOf = (manifest: Manifest, targets: Targets) => {
  const tables = new Map(
    manifest.sources.flatMap((s) => (s.type === 'collection' ? [[`collections/${encodeURIComponent(s.table)}`, s.table]] : [])),
  );
  let group: { readonly name: string; readonly lines: PassThrough; readonly done: Promise<void> } | null = null;

  const consume = (name: string, lines: AsyncIterable<string>): Promise<void> => {
    if (name === 'scheduler') return targets.importLog(lines);
    const table = tables.get(name);
    if (table === undefined) throw new ArchiveDamaged(`the archive has ${name}, of which its manifest says nothing`);
    return targets.restoreTable(manifest.organization, table, lines);
  };
  const end = async (): Promise<void> => {
    group?.lines.end();
    await group?.done;
    group = null;
  };
  return {
    take: async (entry: string, content: AsyncIterable<Uint8Array>): Promise<void> => {
      const name = entry.slice(0, entry.lastIndexOf('/'));
      if (group?.name !== name) {
        await end();
        const lines = new PassThrough({ objectMode: true, highWaterMark: linesHeld });
        // Whoever reads them hears of it; there need not be one any more.
        lines.on('error', () => undefined);
        group = { name, lines, done: consume(name, lines) };
        group.done.catch(() => undefined);
      }
      const { lines, done } = group;
      for await (const text of linesOf(content)) if (!lines.write(text)) await Promise.race([done, once(lines, 'drain')]);
    },
    end,
    /** Lets the target hear of it; what it says itself explains more. */
    failed: async (error: unknown): Promise<unknown> => {
      if (!group) return error;
      group.lines.destroy(error instanceof Error ? error : new Error(String(error)));
      return group.done.then(
        () => error,
        (reason) => reason,
      );
    },
  };
};
