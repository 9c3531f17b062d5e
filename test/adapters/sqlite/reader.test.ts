import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../../src/adapters/sqlite/files/driver.js';
import { openSqlite, openSqliteReader } from '../../../src/adapters/sqlite/index.js';
import { changes } from '../../contracts/readModels.js';
import { executionRow, jobRow, request } from '../../contracts/samples.js';
import { newDirectory, removeDirectory } from './directory.js';

let directory: string;
beforeEach(() => {
  directory = newDirectory();
});
afterEach(() => removeDirectory(directory));

it('sees what a running writer has written', async () => {
  const writer = await openSqlite({ directory, node: 'n1' });
  await writer.store.append(request('acme/a', 0));
  const reader = await openSqliteReader(directory);
  expect(await reader.feed.head(0)).toBe(1);
  await writer.store.append(request('acme/a', 1));
  await writer.readModels.save(changes({ jobs: [jobRow('acme/a')], executions: [executionRow('acme/a', 'e1')] }));
  expect((await reader.store.read('acme/a', 0)).map((c) => c.version)).toEqual([1, 2]);
  expect(await reader.store.streams(null, 10)).toEqual(['acme/a']);
  expect((await reader.readModels.jobs(['acme/a'])).get('acme/a')).toEqual(jobRow('acme/a'));
  expect(await reader.readModels.execution('e1')).toEqual(executionRow('acme/a', 'e1'));
  await writer.store.redact('acme/a', 2);
  expect((await reader.store.read('acme/a', 0))[0]?.events).toEqual([]);
  await reader.close();
  await writer.close();
});

it('reads what a writer left, and locks nobody out', async () => {
  const writer = await openSqlite({ directory, node: 'n1' });
  await writer.store.append(request('acme/a', 0));
  await writer.close();
  const reader = await openSqliteReader(directory);
  expect(await reader.feed.head(0)).toBe(1);
  const next = await openSqlite({ directory, node: 'n2' });
  await next.store.append(request('acme/a', 1));
  expect(await reader.feed.head(0)).toBe(2);
  await next.close();
  await reader.close();
});

it('holds up the end of a redaction only while it is in the middle of a query', async () => {
  const writer = await openSqlite({ directory, node: 'n1' });
  await writer.store.append(request('acme/a', 0));
  const reader = openDatabase(join(directory, 'log.db'), 'read');
  reader.exec('BEGIN; SELECT * FROM commits');
  let isDone = false;
  const redaction = writer.store.redact('acme/a', 2).then(() => {
    isDone = true;
  });
  // Others are served meanwhile.
  expect((await writer.store.append(request('acme/a', 1))).outcome).toBe('appended');
  expect(isDone).toBe(false);
  reader.exec('COMMIT');
  await redaction;
  expect(statSync(join(directory, 'log.db-wal')).size).toBe(0);
  reader.close();
  await writer.close();
});

it('says so where there is no store, and makes none', async () => {
  const nowhere = join(directory, 'nowhere');
  await expect(openSqliteReader(nowhere)).rejects.toMatchObject({ name: 'StoreUnavailable', message: `There is no store in ${nowhere}` });
  expect(existsSync(nowhere)).toBe(false);
});
