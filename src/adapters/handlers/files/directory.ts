import { constants, existsSync, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, opendir, realpath, rename, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { NonRetryableError } from '../../../application/api/handlerErrors.js';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Where the system names open directories, what is done below one happens in that very directory, wherever its path leads by then. */
const descriptors = '/proc/self/fd';
const canName = existsSync(descriptors);

type EntryKind = 'file' | 'directory' | 'other';

/** An open directory, and what may be done in it. No call follows a link, and names are those of entries of this directory. */
export class Directory {
  readonly #handle: FileHandle;
  /** For messages. */
  readonly path: string;

  private constructor(handle: FileHandle, at: string) {
    this.#handle = handle;
    this.path = at;
  }

  /** Links that lead to it are followed: whoever configures it says where it is. */
  static async open(directory: string): Promise<Directory> {
    const real = await realpath(directory);
    return new Directory(await open(real, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), real);
  }

  async enter(name: string): Promise<Directory> {
    const at = path.join(this.path, name);
    try {
      return new Directory(await open(await this.#at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW), at);
    } catch (error) {
      if (isCode(error, 'ELOOP', 'ENOTDIR')) throw new NonRetryableError(`${at} is no directory, or a link, which is not followed`);
      throw explained(error, at);
    }
  }

  /** Enters a directory, made where it is missing. */
  async ensure(name: string): Promise<Directory> {
    try {
      await mkdir(await this.#at(name), { mode: 0o700 });
      await this.sync();
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw explained(error, path.join(this.path, name));
    }
    return this.enter(name);
  }

  async *entries(): AsyncGenerator<{ readonly name: string; readonly kind: EntryKind }, void, undefined> {
    for await (const entry of await opendir(await this.#at('.')))
      yield { name: entry.name, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other' };
  }

  /** Null where there is no such entry. Of a link, what the link itself is. */
  async stat(name: string): Promise<Stats | null> {
    try {
      return await lstat(await this.#at(name));
    } catch (error) {
      if (isCode(error, 'ENOENT')) return null;
      throw explained(error, path.join(this.path, name));
    }
  }

  /** Opens a regular file for reading: no link, no pipe, no device. */
  async read(name: string): Promise<FileHandle> {
    const at = path.join(this.path, name);
    const seen = await this.stat(name);
    if (seen === null) throw new Error(`there is no ${at}`);
    if (!seen.isFile()) throw notRegular(at);
    let file: FileHandle;
    try {
      // Without waiting: what was a file a moment ago may be a pipe by now.
      file = await open(await this.#at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      throw isCode(error, 'ELOOP', 'ENXIO') ? notRegular(at) : explained(error, at);
    }
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw notRegular(at);
  }

  /** A new file, for this user only. */
  async create(name: string): Promise<FileHandle> {
    try {
      return await open(await this.#at(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    } catch (error) {
      throw explained(error, path.join(this.path, name));
    }
  }

  /** Takes the place of what has that name. Durable when the promise resolves. */
  async rename(from: string, to: string): Promise<void> {
    await rename(await this.#at(from), await this.#at(to));
    await this.sync();
  }

  /** Removes a file, or a link itself; false where there was none. */
  async remove(name: string): Promise<boolean> {
    return gone(unlink(await this.#at(name)));
  }

  /** Removes an empty directory; false where there was none. */
  async removeDirectory(name: string): Promise<boolean> {
    return gone(rmdir(await this.#at(name)));
  }

  async identity(): Promise<{ readonly device: number; readonly inode: number }> {
    const { dev, ino } = await this.#handle.stat();
    return { device: dev, inode: ino };
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #at(name: string): Promise<string> {
    if (name.includes('/') || name.includes('\0') || name === '' || name === '..') throw new Error('that is no name of an entry');
    if (canName) return `${descriptors}/${this.#handle.fd}/${name}`;
    // Elsewhere a path can only be looked at just before it is used.
    if ((await realpath(this.path)) !== this.path) throw new NonRetryableError(`${this.path} leads elsewhere by now`);
    return path.join(this.path, name);
  }
}

const gone = async (removal: Promise<void>): Promise<boolean> => {
  try {
    await removal;
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
};

const notRegular = (at: string) => new NonRetryableError(`${at} is no regular file: links, pipes and devices are not read`);

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** Without the name under which the system knows an open directory. */
const explained = (error: unknown, at: string): Error => {
  if (error instanceof NonRetryableError) return error;
  if (isCode(error, 'ENOENT')) return new Error(`there is no ${at}`, { cause: error });
  if (isCode(error, 'EACCES', 'EPERM', 'EROFS')) return new Error(`${at} may not be used by this user`, { cause: error });
  if (isCode(error, 'ENOSPC', 'EDQUOT')) return new Error(`there is no room for ${at}`, { cause: error });
  if (isCode(error, 'EEXIST')) return new Error(`${at} is there already`, { cause: error });
  return new Error(`${at} cannot be used (${error instanceof Error && 'code' in error ? String(error.code) : 'error'})`, { cause: error });
};
