import { stat } from 'node:fs/promises';
import type { Directory } from './directory.js';

/** What is the same of a directory whatever path leads to it; null where there is none. */
export const identityOf = async (path: string | null): Promise<string | null> => {
  const found = path === null ? null : await stat(path).catch(() => null);
  return found && identity(found.dev, found.ino);
};

export const identityOfOpen = async (directory: Directory): Promise<string> => {
  const { device, inode } = await directory.identity();
  return identity(device, inode);
};

export const identity = (device: number, inode: number): string => `${device}:${inode}`;
