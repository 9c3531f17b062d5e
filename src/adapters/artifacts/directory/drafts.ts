import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Ids } from '../../../application/ports/ids.js';
import { durableDirectory, namesIn, removeAll } from './files.js';

const folder = '.drafts';
/** Nobody writes at one file for longer. */
const abandonedAfterMs = 7 * 86_400_000;

/** Names of files that this process is writing, in all its stores. */
const ours = new Set<string>();

/** Files being written, apart from those that are there. */
export class Drafts {
  readonly #directory: string;

  constructor(
    root: string,
    private readonly ids: Ids,
  ) {
    this.#directory = path.join(root, folder);
  }

  /** A name that is free, and is taken until `end`. */
  async begin(): Promise<string> {
    await durableDirectory(this.#directory);
    const draft = path.join(this.#directory, `${process.pid}-${this.ids.next()}`);
    ours.add(draft);
    return draft;
  }

  async end(draft: string): Promise<void> {
    await removeAll(draft);
    await removeAll(noteOfDraft(draft));
    ours.delete(draft);
  }

  /** Removes what processes that are gone have left. In a container the next life has the number of the last. */
  async sweep(now: number): Promise<void> {
    for (const name of await namesIn(this.#directory)) {
      const file = path.join(this.#directory, name);
      if (ours.has(file) || ours.has(file.slice(0, -noteEnding.length))) continue;
      const pid = Number(name.split('-')[0]);
      if (pid === process.pid || !isAlive(pid) || (await ageOf(file, now)) > abandonedAfterMs) await removeAll(file);
    }
  }
}

const noteEnding = '.json';
export const noteOfDraft = (draft: string): string => `${draft}${noteEnding}`;

const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const ageOf = (file: string, now: number): Promise<number> =>
  stat(file).then(
    ({ mtimeMs }) => now - mtimeMs,
    () => 0,
  );
