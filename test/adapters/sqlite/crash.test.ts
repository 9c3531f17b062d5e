import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqlite } from '../../../src/adapters/sqlite/index.js';
import { startLink } from '../../../src/adapters/sqlite/link.js';
import type { LogCalls } from '../../../src/adapters/sqlite/protocol.js';
import type { Commit, EventFeed } from '../../../src/application/ports/eventStore.js';
import { newDirectory, removeDirectory } from './directory.js';
import { kill, outputOf, startChild } from './process.js';

let directory: string;
beforeEach(() => {
  directory = newDirectory();
});
afterEach(() => removeDirectory(directory));

const allOf = async (feed: EventFeed): Promise<readonly Commit[]> => {
  const commits: Commit[] = [];
  for (let page = await feed.after(0, 0, 1_000); page.length > 0; page = await feed.after(0, commits.length, 1_000)) commits.push(...page);
  return commits;
};

it('keeps every acknowledged commit through kill -9, again and again', { timeout: 60_000 }, async () => {
  const acknowledged: string[] = [];
  for (let run = 0; run < 8; run++) {
    const child = startChild('appends.mjs', directory, String(run));
    let text = '';
    const enough = 100 + run * 137;
    child.stdout?.setEncoding('utf8');
    for await (const chunk of child.stdout ?? []) {
      text += chunk;
      if (text.split('\n').length > enough && !child.killed) child.kill('SIGKILL');
    }
    acknowledged.push(...text.split('\n').slice(0, -1));
  }
  const { feed, readModels, close } = await openSqlite({ directory, node: 'n1' });
  const commits = await allOf(feed);
  expect(commits.map((c) => c.position)).toEqual(commits.map((_, i) => i + 1));
  expect(commits.every((c) => c.events.length === 2)).toBe(true);
  const there = new Set(commits.map((c) => `${c.stream} ${c.version} ${c.position}`));
  expect(acknowledged.length).toBeGreaterThan(3_000);
  expect(acknowledged.filter((line) => !there.has(line))).toEqual([]);
  const versions = new Map<string, number>();
  expect(commits.filter(({ stream, version }) => version !== (versions.get(stream) ?? 0) + 1 || !versions.set(stream, version))).toEqual(
    [],
  );
  expect(await readModels.checkpoint(0)).toBeLessThanOrEqual(commits.length);
  await close();
});

it('opens at once after its holder was killed', async () => {
  const child = startChild('holds.mjs', directory);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  await expect(openSqlite({ directory, node: 'n1' })).rejects.toMatchObject({ name: 'StoreLocked', directory, pid: child.pid });
  await kill(child);
  const { close } = await openSqlite({ directory, node: 'n1' });
  await close();
});

it('refuses a second scheduler of the same process, until the first has closed', async () => {
  const first = await openSqlite({ directory, node: 'n1' });
  await expect(openSqlite({ directory, node: 'n2' })).rejects.toMatchObject({ name: 'StoreLocked', pid: process.pid });
  await first.close();
  const second = await openSqlite({ directory, node: 'n2' });
  await second.close();
});

it('lets a process end by itself, once everything is answered', async () => {
  expect(await outputOf(startChild('leaves.mjs', directory, 'closed'))).toBe('appended closed');
  expect(await outputOf(startChild('leaves.mjs', directory, 'idle'))).toBe('appended idle');
});

it('refuses cleanly when the disk is full and goes on when it is not', async () => {
  const { appended, ...rest } = JSON.parse(await outputOf(startChild('fills.mjs', directory)));
  expect(rest).toEqual({
    refusal: 'StoreUnavailable',
    headWhenFull: appended,
    healed: { outcome: 'appended', version: 1, partition: 0, position: appended + 1 },
  });
});

it('rejects what was asked of a thread that ended', async () => {
  const options = { directory, mode: 'write', part: 'log' } as const;
  const link = await startLink<LogCalls>(options, new URL('child/quits.mjs', import.meta.url)).open({ head: 0 });
  const asked = [link.call('head', {}), link.call('head', {})];
  for (const answer of asked) await expect(answer).rejects.toMatchObject({ name: 'StoreUnavailable' });
  await expect(link.call('head', {})).rejects.toMatchObject({ name: 'StoreUnavailable' });
  await link.close();
});

it('rejects what is asked after closing, and answers what was asked before', async () => {
  const { store, close } = await openSqlite({ directory, node: 'n1' });
  const before = store.append({ stream: 'acme/a', expectedVersion: 0, commitId: 'c', at: 1 as never, events: [] });
  await Promise.all([before, close(), close()]);
  expect((await before).outcome).toBe('appended');
  await expect(store.read('acme/a', 0)).rejects.toMatchObject({ name: 'StoreUnavailable' });
});
