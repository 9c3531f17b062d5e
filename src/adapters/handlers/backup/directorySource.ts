import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import { type Directory, identity, identityOf, identityOfOpen, namesBelow, openDirectory } from '../files/index.js';
import type { Services } from '../services.js';
import type { Entry } from './archive/write.js';
import type { Saving } from './sources.js';

const mostFiles = 100_000;
const deepest = 64;
const blockBytes = 256 * 1024;

type Walk = {
  readonly signal: AbortSignal;
  /** Identities of what is not saved: where archives go, and what the scheduler saves in a better way. */
  readonly left: ReadonlySet<string | null>;
  readonly counts: { files: number; skipped: number };
};

/** Regular files and directories below a root, as they are while they are read. Links are not followed, and not saved. */
export const directoryEntries = ({ files: { roots, own } }: Services, path: string, destination: string, signal: AbortSignal): Saving => {
  const counts = { files: 0, skipped: 0 };
  const entries = async function* (): AsyncGenerator<Entry, void, undefined> {
    const directory = await openDirectory(roots, path);
    try {
      const left = new Set([await identityOf(destination), await identityOf(own)]);
      if (left.has(await identityOfOpen(directory)))
        throw new NonRetryableError(
          `parameters.sources: ${path} holds archives, or the scheduler's own data, which the source 'scheduler' saves`,
        );
      yield* walk(directory, ['files', ...namesBelow(roots, path)], deepest, { signal, left, counts });
    } finally {
      await directory.close();
    }
  };
  return { entries: entries(), saved: () => ({ type: 'directory', path, ...counts }) };
};

async function* walk(directory: Directory, names: readonly string[], depthLeft: number, at: Walk): AsyncGenerator<Entry, void, undefined> {
  for await (const { name, kind } of directory.entries()) {
    at.signal.throwIfAborted();
    const seen = await directory.stat(name);
    if (seen === null) continue; // Gone since it was listed.
    const path = [...names, name].join('/');
    if (kind === 'directory' && seen.isDirectory() && depthLeft > 0 && !at.left.has(identity(seen.dev, seen.ino))) {
      yield { type: 'directory', name: `${path}/`, mode: seen.mode & 0o777, modifiedAt: seen.mtime };
      const inner = await directory.enter(name);
      try {
        yield* walk(inner, [...names, name], depthLeft - 1, at);
      } finally {
        await inner.close();
      }
    } else if (kind === 'file' && seen.isFile()) {
      if (++at.counts.files > mostFiles)
        throw new NonRetryableError(`parameters.sources: there are more than ${mostFiles} files: save parts of it`);
      yield* fileEntry(directory, name, path);
    } else at.counts.skipped++;
  }
}

/** As long as it is when it is opened: what is added meanwhile is for the next time. */
async function* fileEntry(directory: Directory, name: string, path: string): AsyncGenerator<Entry, void, undefined> {
  const file = await directory.read(name);
  try {
    const { size, mode, mtime } = await file.stat();
    const content = async function* () {
      const block = Buffer.alloc(Math.min(blockBytes, Math.max(1, size)));
      for (let at = 0; at < size; ) {
        const { bytesRead } = await file.read(block, 0, Math.min(block.length, size - at), at);
        if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
        at += bytesRead;
        yield Buffer.from(block.subarray(0, bytesRead));
      }
    };
    yield { type: 'file', name: path, mode: mode & 0o777, modifiedAt: mtime, bytes: size, content: content() };
  } finally {
    await file.close();
  }
}
