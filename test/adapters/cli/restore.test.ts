import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createScheduler, manualClock } from '../../../src/bootstrap/index.js';
import { restoreArchive } from '../../../src/bootstrap/restore.js';
import { cliIn, monday } from './cli.js';

const cli = cliIn('restore');
const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'restore-')));
const root = path.join(base, 'files');
const target = path.join(base, 'target');
let plain: string;
let sealed: string;

/** Archives as a job has written them. */
beforeAll(async () => {
  process.env.BACKUP_KEY = '0f'.repeat(32);
  mkdirSync(path.join(root, 'docs'), { recursive: true });
  writeFileSync(path.join(root, 'docs', 'note.txt'), 'hello');
  const scheduler = createScheduler({
    store: 'memory',
    clock: manualClock(monday),
    logger: false,
    predefined: { directory: base, roots: [root] },
  });
  scheduler.jobHandlers.set('ping', () => 'pong');
  const once = { type: 'once', runAt: new Date('2030-01-01T00:00:00Z') } as const;
  await scheduler.scheduleJob({ jobName: 'ping', jobType: 'ping', schedule: once });
  await scheduler.runNow('ping');
  const parameters = { sources: ['scheduler', { directory: 'docs' }], destination: 'backups' };
  await scheduler.scheduleJob({ jobName: 'nightly', jobType: 'backup', schedule: once, parameters });
  const archiveOf = async (more: object): Promise<string> => {
    const { result } = await scheduler.runNow('nightly', { ...more });
    const { directory, archive } = result as { directory: string; archive: string };
    return path.join(directory, archive);
  };
  plain = await archiveOf({});
  sealed = await archiveOf({ encrypt: true });
  await scheduler.stop();
});
afterEach(() => rmSync(target, { recursive: true, force: true }));
afterAll(() => {
  delete process.env.BACKUP_KEY;
  cli.remove();
  rmSync(base, { recursive: true });
});

type Entry = {
  readonly name: string;
  readonly type?: 'file' | 'symlink' | 'link' | 'fifo' | 'character-device' | 'directory';
  readonly content?: string;
  readonly linkname?: string;
};

const manifestOf = (entries: readonly Entry[], more: object = {}): Entry => ({
  name: 'manifest.json',
  content: JSON.stringify({
    format: 'nexus-scheduler-backup',
    version: 1,
    createdAt: '2026-03-02T09:00:00.000Z',
    organization: 'default',
    jobName: 'nightly',
    executionId: 'x',
    sources: [],
    entries: entries
      .filter(({ type = 'file' }) => type === 'file')
      .map(({ name, content = '' }) => ({
        name,
        bytes: Buffer.byteLength(content),
        sha256: createHash('sha256').update(content).digest('hex'),
      })),
    ...more,
  }),
});

const archive = async (entries: readonly Entry[]): Promise<string> => {
  const tar = pack();
  for (const { name, type = 'file', content = '', linkname } of entries)
    tar.entry({ name, type, ...(linkname !== undefined && { linkname }) }, content);
  tar.finalize();
  return written(gzipSync(await buffer(tar as unknown as NodeJS.ReadableStream)));
};

const written = (bytes: Uint8Array): string => {
  const file = path.join(base, 'hostile.tar.gz');
  writeFileSync(file, bytes);
  return file;
};

/** Nothing is left beside or in the target. */
const expectNothing = () => expect(readdirSync(base).filter((name) => name.startsWith('target'))).toEqual([]);

describe('restore', () => {
  it('brings a data directory back, of which the other commands know', async () => {
    const { code, out } = await cli.run('restore', plain, '--to', target);
    expect([code, out]).toEqual([0, expect.stringMatching(/^restored into .*target\n.*written .* by nightly of default\n/)]);
    expect(out).toMatch(/directory +docs: 1 files/);
    expect(readFileSync(path.join(target, 'files', 'docs', 'note.txt'), 'utf8')).toBe('hello');
    expect(statSync(target).mode & 0o777).toBe(0o700);
    expect((await cli.run('verify', '--data-dir', target)).out).toMatch(/^intact/);
    expect(await cli.json('history', 'ping', '--data-dir', target)).toMatchObject([{ status: 'completed', result: 'pong' }]);
  });

  it('takes an encrypted archive with its key, and with no other', async () => {
    expect(await cli.json('restore', sealed, '--to', target)).toMatchObject({ directory: target, encrypted: true });
    rmSync(target, { recursive: true });
    process.env.BACKUP_OTHER = 'f0'.repeat(32);
    const wrong = await cli.run('restore', sealed, '--to', target, '--key-env', 'BACKUP_OTHER');
    const none = await cli.run('restore', sealed, '--to', target, '--key-env', 'BACKUP_NONE');
    const other = await cli.run('restore', sealed, '--to', target, '--key-env', 'PATH');
    delete process.env.BACKUP_OTHER;
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('the key is another, or the archive was changed')]);
    expect(none.err).toContain('the archive is encrypted: set BACKUP_NONE');
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('--key-env names a variable that begins with BACKUP_')]);
    expectNothing();
  });

  it('only checks the archive, or that it could be restored, and writes nothing', async () => {
    expect(await cli.run('restore', plain, '--verify')).toMatchObject({ code: 0, out: expect.stringMatching(/^intact: \d entries/) });
    expect(await cli.run('restore', plain, '--to', target, '--dry-run')).toMatchObject({
      code: 0,
      err: expect.stringContaining('dry run'),
    });
    expect(await cli.run('restore', plain, '--to', target, '--verify')).toMatchObject({ code: 2 });
    expectNothing();
  });

  it('takes an empty directory, and none that has anything in it', async () => {
    mkdirSync(target);
    expect(await cli.run('restore', plain, '--to', target)).toMatchObject({ code: 0 });
    const before = readdirSync(target);
    for (const flags of [[], ['--dry-run']]) {
      const { code, err } = await cli.run('restore', plain, '--to', target, ...flags);
      expect([code, err]).toEqual([1, expect.stringMatching(/^error: \S+ is not empty: /)]);
    }
    expect(readdirSync(target)).toEqual(before);
    expect(await cli.run('restore', plain, '--to', plain)).toMatchObject({ code: 1, err: expect.stringContaining('is no directory') });
  });

  it('says of an archive that cannot be read why', async () => {
    const nowhere = `${plain}.not-there`;
    expect(await cli.run('restore', nowhere, '--to', target)).toMatchObject({
      code: 1,
      err: `error: ${nowhere} cannot be read: there is no such file (INVALID_FILE)\n`,
    });
    expectNothing();
  });

  it('leaves alone what another restore has begun', async () => {
    mkdirSync(`${target}.restoring`);
    const { code, err } = await cli.run('restore', plain, '--to', target);
    expect([code, err]).toEqual([1, expect.stringContaining('left from a restore that did not end')]);
    expect(existsSync(`${target}.restoring`)).toBe(true);
    rmSync(`${target}.restoring`, { recursive: true });
  });
});

describe('a hostile archive', () => {
  const slip = (name: string): readonly Entry[] => [{ name, content: 'x' }];
  it.each<readonly [string, readonly Entry[], RegExp]>([
    ['leads up', slip('files/../../escaped'), /would lie elsewhere/],
    ['leads up from the beginning', slip('../escaped'), /no known kind/],
    ['is absolute', slip('/etc/cron.d/escaped'), /no known kind/],
    ['has empty names', slip('files//escaped'), /would lie elsewhere/],
    ['is of the target itself', slip('files/.'), /would lie elsewhere/],
    ['would be the store', slip('log.db'), /no known kind/],
    ['is a link', [{ name: 'files/link', type: 'symlink', linkname: '/etc' }], /no file but a symlink/],
    ['is a hard link', [{ name: 'files/link', type: 'link', linkname: '/etc/passwd' }], /no file but a link/],
    ['is a pipe', [{ name: 'files/pipe', type: 'fifo' }], /no file but a fifo/],
    ['is a device', [{ name: 'files/device', type: 'character-device' }], /no file but a character-device/],
    [
      'comes twice',
      [
        { name: 'files/a', content: 'x' },
        { name: 'files/a', content: 'x' },
      ],
      /twice/,
    ],
    [
      'is a file and a directory',
      [
        { name: 'files/a', content: 'x' },
        { name: 'files/a/b', content: 'x' },
      ],
      /no directory/,
    ],
    [
      'is of a table that the manifest has not',
      [{ name: 'collections/users/000001.ndjson', content: '{}\n' }],
      /its manifest says nothing/,
    ],
  ])('is refused whose entry %s', async (_what, entries, why) => {
    const file = await archive([...entries, manifestOf(entries)]);
    const { code, err } = await cli.run('restore', file, '--to', target);
    expect(err).toMatch(why);
    expect(code).toBe(1);
    expectNothing();
    expect(existsSync(path.join(base, 'escaped'))).toBe(false);
  });

  const good: readonly Entry[] = [{ name: 'files/a', content: 'x' }];
  const log = (...lines: readonly unknown[]): readonly Entry[] => [
    {
      name: 'scheduler/000001.ndjson',
      content: lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
    },
  ];
  const header = { format: 'nexus-scheduler-log', version: 2, organization: null };
  const scheduler = { sources: [{ type: 'scheduler', organization: null, commits: 1 }] };
  it.each<readonly [string, readonly Entry[], RegExp]>([
    ['has no manifest', good, /has no manifest/],
    ['has a manifest of another content', [...good, manifestOf([{ name: 'files/a', content: 'y' }])], /its SHA-256 is another/],
    ['lacks what its manifest names', [...good, manifestOf([...good, { name: 'files/b', content: '' }])], /lacks files\/b/],
    ['has what its manifest does not name', [...good, manifestOf([])], /says nothing/],
    ['goes on after its manifest', [manifestOf(good), ...good], /after its manifest/],
    ['is of a later version', [...good, manifestOf(good, { version: 2 })], /version that this release does not know/],
    ['has a manifest that is no JSON', [...good, { name: 'manifest.json', content: '{' }], /manifest cannot be read/],
    ['has a log that is none', [...log('hello'), manifestOf(log('hello'), scheduler)], /line 1 is no JSON object/],
    [
      'has a log with a hole',
      [
        ...log(header, { commitId: 'a', stream: 'o/j', version: 2, at: 1, events: [] }),
        manifestOf(log(header, { commitId: 'a', stream: 'o/j', version: 2, at: 1, events: [] }), scheduler),
      ],
      /does not follow what is before it/,
    ],
    [
      'has a log of events that nobody knows',
      [
        ...log(header, { commitId: 'a', stream: 'o/j', version: 1, at: 1, events: [{ type: 'Nonsense' }] }),
        manifestOf(log(header, { commitId: 'a', stream: 'o/j', version: 1, at: 1, events: [{ type: 'Nonsense' }] }), scheduler),
      ],
      /"Nonsense"/,
    ],
  ])('is refused that %s', async (_what, entries, why) => {
    const { code, err } = await cli.run('restore', await archive(entries), '--to', target);
    expect([code, err]).toEqual([1, expect.stringMatching(why)]);
    expectNothing();
  });

  it('is refused that is a bomb, before anything is written', async () => {
    const bomb = written(gzipSync(Buffer.alloc(50_000_000)));
    const refused = restoreArchive({
      archive: bomb,
      to: target,
      keyName: 'BACKUP_KEY',
      maxBytes: 1_000_000,
      predefined: {},
      organization: 'default',
    });
    await expect(refused).rejects.toThrow('the archive holds more than the 1000000 bytes that are allowed');
    expectNothing();
  });

  it.each([
    ['nothing', () => new Uint8Array()],
    ['no archive', () => Buffer.from('hello')],
    ['half of one', () => readFileSync(plain).subarray(0, -200)],
    ['half of an encrypted one', () => readFileSync(sealed).subarray(0, -200)],
    ['the beginning of an encrypted one', () => readFileSync(sealed).subarray(0, 12)],
    ['an encrypted one with a changed byte', () => flipped(readFileSync(sealed), 100)],
    ['an encrypted one with another header', () => flipped(readFileSync(sealed), 12)],
    ['one with a changed byte inside', () => gzipSync(flipped(gunzipSync(readFileSync(plain)), 700))],
  ])('is refused that is %s', async (_what, bytes) => {
    for (const flags of [['--to', target], ['--verify']]) {
      const { code, err } = await cli.run('restore', written(bytes()), ...flags);
      expect([code, err]).toEqual([1, expect.stringMatching(/ARCHIVE_DAMAGED/)]);
    }
    expectNothing();
  });
});

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};
