import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openSqlite } from '../../../src/adapters/sqlite/index.js';
import { request } from '../../contracts/samples.js';
import { newDirectory, openInNewDirectory, removeDirectory } from './directory.js';

const copies: string[] = [];
afterEach(() => copies.splice(0).forEach(removeDirectory));

const room = 1 << 20;

it('lengthens the write-ahead log of events once for many commits, and what is written into it is found by whoever opens a copy', async () => {
  const { store, directory, close } = await openInNewDirectory();
  const sizes: number[] = [];
  for (let i = 0; i < 40; i++) {
    await store.append(request(`acme/j${i}`, 0));
    sizes.push(statSync(join(directory, 'log.db-wal')).size);
  }
  expect(sizes[0]).toBeGreaterThanOrEqual(room);
  expect(new Set(sizes).size).toBe(1);
  const copy = newDirectory();
  copies.push(copy);
  cpSync(directory, copy, { recursive: true });
  const opened = await openSqlite({ directory: copy, node: 'n2' });
  expect(await opened.feed.head(0)).toBe(40);
  expect((await opened.feed.after(0, 0, 100)).map(({ stream }) => stream)).toEqual(Array.from({ length: 40 }, (_, i) => `acme/j${i}`));
  await opened.close();
  await close();
});

it('has room again after the log was emptied', async () => {
  const { store, directory, close } = await openInNewDirectory();
  await store.append(request('acme/a', 0));
  await store.redact('acme/a', 2);
  expect(statSync(join(directory, 'log.db-wal')).size).toBe(0);
  await store.append(request('acme/b', 0));
  expect(statSync(join(directory, 'log.db-wal')).size).toBeGreaterThanOrEqual(room);
  await close();
});
