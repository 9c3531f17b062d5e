import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export type SmallDisk = {
  readonly kind: string;
  readonly directory: string;
  /** From now on the process can write nothing more to it. */
  fill(pid: number): void;
  /** There is room again. */
  empty(pid: number): void;
  remove(): void;
};

const diskBytes = 64 * 1_024 * 1_024;
/** The files of a store are longer soon, those of witnesses stay shorter. */
const longestFileBytes = 65_536;

const newDirectory = (): string => mkdtempSync(path.join(tmpdir(), 'small-disk-'));
const run = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args).status === 0;

/** A small file system, which we may fill to its last byte. Null where this machine does not let us mount one. */
const smallFileSystem = (): SmallDisk | null => {
  const directory = newDirectory();
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', directory)) {
    rmSync(directory, { recursive: true });
    return null;
  }
  const ballast = path.join(directory, 'ballast');
  return {
    kind: 'a file system of 64 MiB',
    directory,
    fill: () => {
      const file = openSync(ballast, 'a');
      for (const bytes of [65_536, 4_096, 1]) fillWith(file, Buffer.alloc(bytes));
      closeSync(file);
    },
    empty: () => rmSync(ballast),
    remove: () => {
      run('umount', '--lazy', directory);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** Where nothing can be mounted: the kernel refuses a process every write past some length of a file. */
const limitedFiles = (): SmallDisk => {
  const directory = newDirectory();
  const limit = (pid: number, bytes: number | 'unlimited') => run('prlimit', '--pid', `${pid}`, `--fsize=${bytes}:unlimited`);
  return {
    kind: 'a limit on the length of files',
    directory,
    fill: (pid) => {
      if (!limit(pid, longestFileBytes)) throw new Error('prlimit could not limit the length of files');
    },
    // One that has ended since has no limit any more.
    empty: (pid) => void limit(pid, 'unlimited'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
};

export const smallDisk = (): SmallDisk => smallFileSystem() ?? limitedFiles();

const fillWith = (file: number, block: Uint8Array): void => {
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
};
