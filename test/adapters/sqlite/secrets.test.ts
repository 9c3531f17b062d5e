import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqlite } from '../../../src/adapters/sqlite/index.js';
import type { Storage } from '../../../src/application/ports/storage.js';
import { changes } from '../../contracts/readModels.js';
import { at, completed, executionRow, jobRow, request, tombstone } from '../../contracts/samples.js';
import { newDirectory, removeDirectory } from './directory.js';

const secret = 'correct-horse-battery-staple';

let directory: string;
let storage: Storage;
beforeEach(async () => {
  directory = newDirectory();
  storage = await openSqlite({ directory, node: 'n1' });
});
afterEach(async () => {
  await storage.close();
  removeDirectory(directory);
});

/** By another process: one that closes a file gives up the locks it has on it. */
const filesWithSecret = (): readonly string[] => {
  const { stdout } = spawnSync('grep', ['-rlaF', secret, directory], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((path) => path.slice(directory.length + 1))
    .sort();
};

const texts =
  (word: string): ((n: number) => string) =>
  (n) =>
    `${word}/`.repeat(1 + (n % 97));

/** Commits and rows of growing and shrinking sizes, so that pages are split, merged and rewritten. */
const fill = async (streams: readonly string[], wordOf: (stream: string) => string): Promise<void> => {
  for (let version = 0; version < 6; version++) {
    const text = (stream: string, i: number): string => texts(wordOf(stream))(i * 31 + version * 17);
    const executionId = (stream: string): string => `${stream}-${version % 3}`;
    await Promise.all(streams.map((s, i) => storage.store.append(request(s, version, { events: [completed(text(s, i))] }))));
    await storage.readModels.save(
      changes({
        jobs: streams.map((s, i) =>
          jobRow(s, { definition: { parameters: text(s, i), description: text(s, i).slice(0, 90), tags: [wordOf(s)] } }, version + 1),
        ),
        executions: streams.map((s, i) =>
          executionRow(s, executionId(s), { version: version + 1, queuedVersion: version + 1, result: text(s, i) }),
        ),
      }),
    );
    const line = (message: string) => ({ at: at(0), level: 'info' as const, message });
    await storage.runRecords.put(
      streams.map((s, i) => ({ executionId: executionId(s), stream: s, progress: null, log: [line(text(s, i))], droppedLines: 0 })),
    );
  }
};

it('leaves no payload of deleted jobs in any file, whatever lies beside them', { timeout: 30_000 }, async () => {
  const streams = Array.from({ length: 300 }, (_, i) => `acme/job-${i}`);
  const deleted = streams.filter((_, i) => i % 3 > 0);
  await fill(streams, (stream) => (deleted.includes(stream) ? secret : 'harmless-words-of-other-jobs'));
  expect(filesWithSecret()).toEqual(expect.arrayContaining(['log.db-wal', 'read.db-wal']));
  for (const stream of deleted) await storage.store.append(request(stream, 6, { events: [{ type: 'JobDeleted', fencingToken: 1 }] }));
  await storage.readModels.save(changes({ jobs: deleted.map((stream) => tombstone(stream, 7)) }));
  await Promise.all(deleted.flatMap((stream) => [storage.store.redact(stream, 7), storage.readModels.erase(stream)]));
  expect(filesWithSecret()).toEqual([]);
  expect((await storage.store.read('acme/job-1', 6)).map((c) => c.events)).toEqual([[{ type: 'JobDeleted', fencingToken: 1 }]]);
  expect((await storage.readModels.listJobs({ organization: 'acme', now: at(0), limit: 1_000 })).length).toBe(100);
});

it('has removed a payload when the redaction of one stream among many is answered', async () => {
  await storage.store.append(request('acme/a', 0, { events: [completed(secret.repeat(1_000))] }));
  await Promise.all(Array.from({ length: 50 }, (_, i) => storage.store.append(request(`acme/${i}`, 0))));
  await storage.store.redact('acme/a', 2);
  expect(filesWithSecret()).toEqual([]);
});
