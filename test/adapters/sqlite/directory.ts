import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../../src/adapters/sqlite/index.js';

export const newDirectory = (): string => mkdtempSync(join(tmpdir(), 'nexus-scheduler-'));
export const removeDirectory = (directory: string): void => rmSync(directory, { recursive: true, force: true });

/** A store in a directory of its own, which goes with it. */
export const openInNewDirectory = async () => {
  const directory = newDirectory();
  const opened = await openSqlite({ directory, node: 'n1' });
  return {
    ...opened,
    directory,
    close: async () => {
      await opened.close();
      removeDirectory(directory);
    },
  };
};
