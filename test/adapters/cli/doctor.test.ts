import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cliIn, everyMinute } from './cli.js';

const cli = cliIn('doctor');
afterAll(() => cli.remove());

type Found = { readonly what: string; readonly state: string; readonly detail: string };
const findings = async (...argv: readonly string[]): Promise<readonly Found[]> => (await cli.json('doctor', ...argv)).findings;

/** Null where it cannot be had: whoever may do everything may write everywhere but where nothing can be mounted. */
const readOnlyDirectory = (): { readonly path: string; release(): void } | null => {
  const directory = path.join(cli.directory, 'read-only');
  mkdirSync(directory);
  if (process.getuid?.() !== 0) {
    chmodSync(directory, 0o555);
    return { path: directory, release: () => chmodSync(directory, 0o755) };
  }
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', directory]).status === 0;
  return mounted ? { path: directory, release: () => void spawnSync('umount', [directory]) } : null;
};

describe('doctor', () => {
  it('says what is configured', async () => {
    const { code, out } = await cli.run('doctor');
    expect([code, out]).toEqual([0, expect.stringContaining('Nothing is wrong.')]);
    expect(out).toContain(`embedded, ${cli.data}: 0 jobs in organization default`);
    expect(out).toMatch(/keys +none: the HTTP API answers on this machine alone/);
    await cli.run('schedule', '-f', cli.file('jobs.json', { jobName: 'ping', jobType: 'ping', schedule: everyMinute }));
    expect((await cli.run('doctor')).out).toMatch(/1 jobs in organization default\n {2}disk +(look at it: )?[\d.]+ [KMGT]iB free/);
  });

  it('says what to look at, and how much of it there is', async () => {
    const warned = { what: 'MongoDB', ask: async () => ({ state: 'warn', detail: 'its clock is late' }) as const };
    const tired = { what: 'mail\u001b', ask: async () => ({ state: 'warn', detail: 'tired\u001b[31m' }) as const };
    const well = { what: 'NATS', ask: async () => ({ state: 'good', detail: 'answers' }) as const };
    const one = await cli.runIn({ servers: [warned, well] }, 'doctor');
    expect([one.code, one.out]).toEqual([0, expect.stringMatching(/Nothing is wrong, but look at 1 thing\.\n$/)]);
    expect(one.out).toMatch(/^ {2}MongoDB +look at it: its clock is late\n {2}NATS +answers$/m);
    const two = await cli.runIn({ servers: [warned, tired] }, 'doctor');
    expect([two.code, two.out]).toEqual([0, expect.stringMatching(/Nothing is wrong, but look at 2 things\.\n$/)]);
    expect(two.out).toContain('tired\\u001b[31m');
  });

  it('says what is wrong, with 1', async () => {
    const away = { what: 'NATS', ask: async () => ({ state: 'bad', detail: 'does not answer' }) as const };
    expect(await cli.runIn({ servers: [away] }, 'doctor')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/NATS +wrong: does not answer\nSomething is wrong\.\n$/),
    });
  });

  it('says where the data directory cannot be written, or made', async () => {
    expect((await findings('--data-dir', path.join(cli.directory, 'not', 'made', 'yet'))).filter(({ state }) => state === 'bad')).toEqual(
      [],
    );
    const file = cli.file('file', '');
    for (const directory of [file, path.join(file, 'below')])
      expect(await findings('--data-dir', directory)).toContainEqual({
        what: 'directory',
        state: 'bad',
        detail: expect.stringContaining(`${directory} cannot be written here (E`),
      });
  });

  it('says where the data directory is there, and may only be read', async ({ skip }) => {
    const directory = readOnlyDirectory();
    if (directory === null) return skip('nothing can be mounted here');
    const found = await findings('--data-dir', directory.path);
    directory.release();
    rmSync(directory.path, { recursive: true });
    expect(found).toContainEqual({
      what: 'directory',
      state: 'bad',
      detail: expect.stringMatching(/cannot be written here \((EROFS|EACCES)\)/),
    });
  });
});
