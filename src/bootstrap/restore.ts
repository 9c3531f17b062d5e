import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from '../adapters/handlers/backup/archive/manifest.js';
import { type ArchiveOptions, checkArchive, unpackArchive } from '../adapters/handlers/backup/restore.js';
import { importLog } from '../application/audit/importLog.js';
import { SchedulerError } from '../domain/errors.js';
import { chooseLogger } from './chooseLogger.js';
import { codec } from './codec.js';
import { openStorage } from './openStorage.js';
import type { PredefinedOptions } from './options.js';
import { createScheduler } from './scheduler.js';
import { backupKey } from './services/backupKey.js';
import { openInventory } from './services/inventory.js';

export type RestoreOptions = {
  readonly archive: string;
  /** A directory that is empty or not there; null: the archive is only checked. */
  readonly to: string | null;
  /** Check the target too, and write nothing. */
  readonly dryRun?: boolean;
  /** The variable of the environment that holds the key. */
  readonly keyName: string;
  readonly maxBytes?: number;
  readonly predefined: PredefinedOptions;
  readonly organization: string;
  readonly signal?: AbortSignal;
};

export type Restored = {
  /** Null where nothing was written. */
  readonly directory: string | null;
  readonly createdAt: string;
  readonly organization: string;
  readonly jobName: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly encrypted: boolean;
  readonly sources: Manifest['sources'];
  readonly entries: number;
};

/**
 * Checks all of an archive, restores it aside, verifies the log, and only then gives the directory its name. Tables go into the inventory
 * that options name, where they must be empty, else into an embedded one in the directory. Rejects with `INVALID_ARGUMENT` for a target
 * that is not empty, and with `ARCHIVE_DAMAGED`.
 */
export const restoreArchive = async (options: RestoreOptions): Promise<Restored> => {
  const { archive, to, dryRun = false, keyName, maxBytes, signal = new AbortController().signal } = options;
  const reading: ArchiveOptions = { key: () => backupKey(keyName), keyName, maxBytes, signal };
  const target = to === null ? null : path.resolve(to);
  if (target !== null) await refuseUnlessEmpty(target);
  try {
    const checked = await checkArchive(archive, reading);
    if (target !== null && !dryRun) await restoreInto(target, options, reading, checked);
    const { createdAt, organization, jobName, sources, entries } = checked.manifest;
    const { bytes, sha256, encrypted } = checked;
    const directory = dryRun ? null : target;
    return { directory, createdAt, organization, jobName, bytes, sha256, encrypted, sources, entries: entries.length };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'ArchiveDamaged') throw damaged(error.message, error);
    throw error.name === 'TableRefused' ? refusal('to', error.message, error) : error;
  }
};

type Checked = Awaited<ReturnType<typeof checkArchive>>;

const restoreInto = async (target: string, options: RestoreOptions, reading: ArchiveOptions, checked: Checked): Promise<void> => {
  const aside = `${target}.restoring`;
  await mkdir(path.dirname(target), { recursive: true });
  await mkdir(aside, { mode: 0o700 }).catch((error) => {
    throw error.code === 'EEXIST' ? refusal('to', `${aside} is left from a restore that did not end: remove it`, error) : error;
  });
  try {
    const again = await unpackArchive(options.archive, checked, targetsIn(aside, options), reading);
    if (again.sha256 !== checked.sha256) throw damaged('the archive was changed while it was restored');
    if (checked.manifest.sources.some(({ type }) => type === 'scheduler')) await verifyLog(aside);
    await rmdir(target).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(aside, target);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
};

const targetsIn = (directory: string, { predefined, organization }: RestoreOptions): Parameters<typeof unpackArchive>[2] => ({
  directory,
  importLog: async (lines) => {
    const storage = await openStorage({ directory }, 'restore', chooseLogger(false));
    try {
      await importLog(storage.store, codec, lines);
    } catch (error) {
      throw error instanceof SchedulerError && error.code === 'INVALID_ARGUMENT'
        ? damaged(`the log in it: ${error.message}`, error)
        : error;
    } finally {
      await storage.close();
    }
  },
  restoreTable: async (owner, table, rows) => {
    const { value, close } = await openInventory({ ...predefined, directory, organization });
    try {
      await value.tables.restore(owner, table, rows);
    } finally {
      await close();
    }
  },
});

/** Derives the read models from the restored log, and compares. */
const verifyLog = async (directory: string): Promise<void> => {
  const scheduler = createScheduler({ store: { directory }, autoStart: false, predefined: false, logger: false });
  try {
    const { ok, problems } = await scheduler.verify();
    if (!ok) throw damaged(`the restored log is not intact: ${problems[0]?.where} ${problems[0]?.detail}`);
  } finally {
    await scheduler.stop({ drainMs: 0 });
  }
};

const refuseUnlessEmpty = async (target: string): Promise<void> => {
  const names = await readdir(target).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw error.code === 'ENOTDIR' ? refusal('to', `${target} is no directory`, error) : error;
  });
  if (names.length > 0) throw refusal('to', `${target} is not empty: a backup is only restored into an empty directory`);
};

const damaged = (message: string, cause?: unknown) =>
  new SchedulerError('ARCHIVE_DAMAGED', message, { ...(cause !== undefined && { cause }) });

const refusal = (path: string, message: string, cause?: unknown) =>
  new SchedulerError('INVALID_ARGUMENT', `${path}: ${message}`, { ...(cause !== undefined && { cause }) });
