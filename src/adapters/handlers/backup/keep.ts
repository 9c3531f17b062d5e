import type { Instant } from '../../../domain/instant.js';
import type { Directory } from '../files/index.js';
import { isArchive, isPartial, sumName } from './archive/names.js';

/** A run that is still writing is younger: no attempt may take longer. */
const staleMs = 24 * 60 * 60 * 1_000;

/** Removes archives of this job, and no other file, but for the newest; returns which. */
export const keepNewest = async (directory: Directory, prefix: string, keep: number): Promise<readonly string[]> => {
  const old = (await namesIn(directory, (name) => isArchive(name, prefix))).sort().reverse().slice(keep);
  for (const name of old) {
    await directory.remove(sumName(name));
    await directory.remove(name);
  }
  return old;
};

/** What killed runs have left. */
export const removeStalePartials = async (directory: Directory, prefix: string, now: Instant): Promise<void> => {
  for (const name of await namesIn(directory, (found) => isPartial(found, prefix))) {
    const found = await directory.stat(name);
    if (found && found.mtimeMs < now - staleMs) await directory.remove(name);
  }
};

const namesIn = async (directory: Directory, wanted: (name: string) => boolean): Promise<string[]> => {
  const names: string[] = [];
  for await (const { name, kind } of directory.entries()) if (kind === 'file' && wanted(name)) names.push(name);
  return names;
};
