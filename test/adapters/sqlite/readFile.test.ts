import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/adapters/sqlite/files/driver.js';
import { openSqlite, openSqliteReader } from '../../../src/adapters/sqlite/index.js';
import { changes } from '../../contracts/readModels.js';
import { at, jobRow, request } from '../../contracts/samples.js';
import { newDirectory, removeDirectory } from './directory.js';

let directory: string;
let readFile: string;
beforeEach(async () => {
  directory = newDirectory();
  readFile = join(directory, 'read.db');
  const { store, readModels, close } = await openSqlite({ directory, node: 'n1' });
  await store.append(request('acme/a', 0));
  await readModels.save(changes({ jobs: [jobRow('acme/a')], checkpoints: new Map([[0, 1]]) }));
  await close();
});
afterEach(() => removeDirectory(directory));

const run = (path: string, sql: string): void => {
  const db = openDatabase(path, 'write');
  db.exec(sql);
  db.close();
};

const harm: { readonly [what: string]: () => void } = {
  'is missing': () => rmSync(readFile),
  'is not a database': () => writeFileSync(readFile, 'x'.repeat(10_000)),
  'is of another version': () => run(readFile, 'PRAGMA user_version = 999'),
  'lacks a table': () => run(readFile, 'DROP TABLE checkpoints'),
  'is ahead of the log': () => run(readFile, 'UPDATE checkpoints SET position = 2'),
};

describe('read models whose file', () => {
  it.each(Object.keys(harm))('%s are empty, and can be filled again', async (what) => {
    harm[what]?.();
    const { feed, readModels, close } = await openSqlite({ directory, node: 'n1' });
    expect(await readModels.checkpoint(0)).toBe(0);
    expect(await readModels.jobs(['acme/a'])).toEqual(new Map());
    expect(await feed.head(0)).toBe(1);
    await readModels.save(changes({ jobs: [jobRow('acme/a')], checkpoints: new Map([[0, 1]]) }));
    expect(await readModels.checkpoint(0)).toBe(1);
    await close();
  });

  it('is damaged somewhere inside fail, and are made anew at the next start', async () => {
    const first = await openSqlite({ directory, node: 'n1' });
    await first.readModels.save(changes({ jobs: Array.from({ length: 500 }, (_, i) => jobRow(`acme/${i}`)) }));
    await first.close();
    const pages = openSync(readFile, 'r+');
    for (let page = 20; page < 60; page++) writeSync(pages, Buffer.alloc(4_000, 'x'), 0, 4_000, page * 8_192);
    closeSync(pages);
    const second = await openSqlite({ directory, node: 'n1' });
    const every = { organization: 'acme', now: at(0), limit: 1_000 };
    await expect(second.readModels.listJobs(every)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await second.close();
    const third = await openSqlite({ directory, node: 'n1' });
    expect(await third.readModels.listJobs(every)).toEqual([]);
    expect(await third.feed.head(0)).toBe(1);
    await third.close();
  });

  it('is whole are kept', async () => {
    const { readModels, close } = await openSqlite({ directory, node: 'n1' });
    expect(await readModels.checkpoint(0)).toBe(1);
    await close();
  });

  it('is unusable are empty for a reader too', async () => {
    harm['is not a database']?.();
    const { feed, readModels, close } = await openSqliteReader(directory);
    expect(await readModels.checkpoint(0)).toBe(0);
    expect(await feed.head(0)).toBe(1);
    await close();
  });
});

it('refuses a log of another version and leaves it alone', async () => {
  run(join(directory, 'log.db'), 'PRAGMA user_version = 999');
  await expect(openSqlite({ directory, node: 'n1' })).rejects.toMatchObject({ name: 'StoreUnavailable' });
  run(join(directory, 'log.db'), 'PRAGMA user_version = 1');
  const { feed, close } = await openSqlite({ directory, node: 'n1' });
  expect(await feed.head(0)).toBe(1);
  await close();
});
