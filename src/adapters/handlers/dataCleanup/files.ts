import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import type { Instant } from '../../../domain/instant.js';
import { type Directory, identity, identityOf, identityOfOpen, openDirectory } from '../files/index.js';
import type { Services } from '../services.js';

/** `skipped`: links, pipes, devices, directories of other file systems and the scheduler's own, which are left alone. */
export type FileCounts = { readonly matched: number; readonly deleted: number; readonly bytes: number; readonly skipped: number };

type Counts = { -readonly [name in keyof FileCounts]: FileCounts[name] };
type Walk = {
  readonly before: Instant;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  readonly device: number;
  readonly own: string | null;
  readonly counts: Counts;
  readonly depthLeft: number;
};

const deepest = 64;

/** Opens the directories, or none of them: where one is not allowed nothing is deleted anywhere. */
export const openAll = async ({ files: { roots, own } }: Services, tempPaths: readonly string[]): Promise<readonly Directory[]> => {
  const opened: Directory[] = [];
  try {
    for (const tempPath of tempPaths) {
      const directory = await openDirectory(roots, tempPath);
      opened.push(directory);
      await refuseOwn(directory, own);
    }
    return opened;
  } catch (error) {
    await Promise.all(opened.map((directory) => directory.close()));
    throw error;
  }
};

/** The log and the artifacts are never temporary files, however the roots are configured. */
const refuseOwn = async (directory: Directory, own: string | null): Promise<void> => {
  if ((await identityOf(own)) === (await identityOfOpen(directory)))
    throw new NonRetryableError(`${directory.path} holds the scheduler's own data, of which nothing is cleaned`);
};

export const cleanFiles = async (
  { files }: Services,
  directories: readonly Directory[],
  before: Instant,
  dryRun: boolean,
  { signal, log }: Pick<HandlerContext, 'signal' | 'log'>,
): Promise<FileCounts> => {
  const own = await identityOf(files.own);
  const counts: Counts = { matched: 0, deleted: 0, bytes: 0, skipped: 0 };
  for (const directory of directories) {
    const { device } = await directory.identity();
    await walk(directory, { before, dryRun, signal, device, own, counts, depthLeft: deepest });
    log.info(`${directory.path}: ${dryRun ? `${counts.matched} files would be deleted` : `${counts.deleted} files deleted`} so far`);
  }
  return counts;
};

const walk = async (directory: Directory, at: Walk): Promise<void> => {
  for await (const { name, kind } of directory.entries()) {
    at.signal.throwIfAborted();
    if (kind === 'directory') await descend(directory, name, at);
    else if (kind === 'file') await removeOld(directory, name, at);
    else at.counts.skipped++;
  }
};

const descend = async (directory: Directory, name: string, at: Walk): Promise<void> => {
  const seen = await directory.stat(name);
  if (seen === null) return;
  if (seen.dev !== at.device || !seen.isDirectory() || at.depthLeft === 0 || identity(seen.dev, seen.ino) === at.own) {
    at.counts.skipped++;
    return;
  }
  const inner = await directory.enter(name);
  try {
    await walk(inner, { ...at, depthLeft: at.depthLeft - 1 });
  } finally {
    await inner.close();
  }
};

const removeOld = async (directory: Directory, name: string, { before, dryRun, counts }: Walk): Promise<void> => {
  const seen = await directory.stat(name);
  if (!seen?.isFile() || seen.mtimeMs >= before) return;
  counts.matched++;
  if (dryRun || !(await directory.remove(name))) return;
  counts.deleted++;
  counts.bytes += seen.size;
};
