import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { ArtifactsUnavailable } from '../../../application/ports/artifacts.js';

const readSize = 64 * 1024;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

/** What a file system refuses becomes the error of the port. */
export const answered = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new ArtifactsUnavailable(`the directory of artifacts cannot be used: ${(error as Error).message}`, { cause: error });
  }
};

/** A file that must not exist, for its owner only. */
export const newFile = (file: string): Promise<FileHandle> =>
  open(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW, 0o600);

/** Null where there is no such file; links are not followed. */
const existingFile = (file: string): Promise<FileHandle | null> =>
  open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });

export async function* contentOf(file: string): AsyncGenerator<Uint8Array> {
  const handle = await answered(() => existingFile(file));
  if (!handle) return;
  try {
    for (;;) {
      const { bytesRead, buffer } = await answered(() => handle.read(new Uint8Array(readSize), 0, readSize));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** Names in a directory; none where there is none. */
export const namesIn = (directory: string): Promise<readonly string[]> =>
  readdir(directory).catch((error) => {
    if (isMissing(error)) return [];
    throw error;
  });

/** A directory whose entry is durable as far down as it had to be made. */
export const durableDirectory = async (directory: string): Promise<void> => {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = path.dirname(made)) await sync(path.dirname(made));
};

/** Makes renames and removals in a directory durable. */
export const sync = async (directory: string): Promise<void> => {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

export const removeAll = (place: string): Promise<void> => rm(place, { recursive: true, force: true });

export const removeEmpty = (directory: string): Promise<void> =>
  rmdir(directory).catch((error) => {
    if (!isMissing(error) && codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
  });
