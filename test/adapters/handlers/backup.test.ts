import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backup } from '../../../src/adapters/handlers/backup/index.js';
import type { BackupResult } from '../../../src/adapters/handlers/backup/run.js';
import { NonRetryableError } from '../../../src/application/api/handlerErrors.js';
import { createScheduler, type Scheduler } from '../../../src/bootstrap/index.js';
import { restoreArchive } from '../../../src/bootstrap/restore.js';
import { begin, day, minute, openScheduler, rejection } from '../../application/opened.js';
import { all, lines, runType, servicesIn, tablesIn, temporaryDirectory } from './opened.js';

let directory: string;
let root: string;
const key = randomBytes(32).toString('hex');

beforeEach(() => {
  directory = temporaryDirectory();
  root = path.join(directory, 'files');
  mkdirSync(path.join(root, 'exports', 'deep', 'empty'), { recursive: true });
  writeFileSync(path.join(root, 'exports', 'stock.csv'), 'sku,quantity\nA,1\n');
  writeFileSync(path.join(root, 'exports', '-rf'), 'a name like an option');
  writeFileSync(path.join(root, 'exports', 'deep', 'big.bin'), randomBytes(700_000));
  writeFileSync(path.join(root, 'exports', 'deep', 'nothing'), '');
  chmodSync(path.join(root, 'exports', 'stock.csv'), 0o640);
  utimesSync(path.join(root, 'exports', 'stock.csv'), 1_700_000_000, 1_700_000_000);
  process.env.BACKUP_KEY = key;
});
afterEach(() => {
  delete process.env.BACKUP_KEY;
  delete process.env.BACKUP_PASSPHRASE;
});

const save = (parameters: Parameters<typeof runType>[1], given?: Parameters<typeof runType>[2]): Promise<BackupResult> =>
  runType(backup(servicesIn(directory, [root])), { destination: 'backups', ...parameters }, given) as Promise<BackupResult>;
const restore = (archive: string, more: Partial<Parameters<typeof restoreArchive>[0]> = {}) =>
  restoreArchive({
    archive,
    to: path.join(directory, 'restored'),
    keyName: 'BACKUP_KEY',
    predefined: {},
    organization: 'default',
    ...more,
  });
const archived = ({ directory: where, archive }: BackupResult): string => path.join(where, archive);
const exported = { sources: { directory: 'exports' } };

const contentOf = (at: string): unknown =>
  Object.fromEntries(
    readdirSync(at, { withFileTypes: true }).map((entry) => {
      const below = path.join(at, entry.name);
      if (entry.isDirectory()) return [entry.name, contentOf(below)];
      const { mode, mtimeMs } = statSync(below);
      return [entry.name, [createHash('sha256').update(readFileSync(below)).digest('hex'), mode, Math.floor(mtimeMs / 1_000)]];
    }),
  );

describe('a directory', () => {
  it.each([
    [{ compress: true, encrypt: false }, '.tar.gz'],
    [{ compress: false, encrypt: false }, '.tar'],
    [{ compress: true, encrypt: true }, '.tar.gz.enc'],
    [{ compress: false, encrypt: { keyFromEnv: 'BACKUP_PASSPHRASE' } }, '.tar.enc'],
  ])('comes back as it was: %j', async (how, ending) => {
    process.env.BACKUP_PASSPHRASE = 'correct horse battery staple';
    const result = await save({ ...exported, ...how });
    expect(result.archive).toMatch(
      new RegExp(`^backup-nightly-[0-9a-f]{8}-20260302T083000Z-[0-9a-z]{8}\\${ending.replaceAll('.', '\\.').slice(1)}$`),
    );
    expect(readdirSync(result.directory).sort()).toEqual([result.archive, `${result.archive}.sha256`]);
    expect(execFileSync('sha256sum', ['--check', `${result.archive}.sha256`], { cwd: result.directory, encoding: 'utf8' })).toContain('OK');
    expect(statSync(archived(result))).toMatchObject({ size: result.bytes, mode: 0o100600 });
    const keyName = typeof how.encrypt === 'object' ? how.encrypt.keyFromEnv : 'BACKUP_KEY';
    expect(await restore(archived(result), { keyName })).toMatchObject({
      sources: [{ type: 'directory', path: 'exports', files: 4, skipped: 0 }],
    });
    expect(contentOf(path.join(directory, 'restored', 'files', 'exports'))).toEqual(contentOf(path.join(root, 'exports')));
  });

  it('is read by tar, where it is not encrypted', async () => {
    const result = await save(exported);
    const listed = execFileSync('tar', ['-tzf', archived(result)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(listed.at(-1)).toBe('manifest.json');
    expect(listed).toContain('files/exports/deep/big.bin');
  });

  it('is saved without links, pipes, archives and what the scheduler saves in a better way', async () => {
    symlinkSync('/etc', path.join(root, 'link'));
    symlinkSync('/etc/passwd', path.join(root, 'exports', 'passwd'));
    execFileSync('mkfifo', [path.join(root, 'pipe')]);
    await save(exported);
    const all = await save({ sources: { directory: '.' } }, { context: { jobName: 'all' } });
    expect(all.sources).toEqual([{ type: 'directory', path: '.', files: 4, skipped: 4 }]);
    await expect(save({ sources: { directory: 'backups' } })).rejects.toThrow(/holds archives/);
    const own = backup(servicesIn(root, [root]));
    await expect(runType(own, { sources: { directory: '.' }, destination: 'elsewhere' })).rejects.toThrow(/scheduler's own data/);
  });
});

describe('an archive', () => {
  it('is not seen before it is whole: an abort half-way leaves nothing', async () => {
    const controller = new AbortController();
    const slow = servicesIn(directory, [root], {
      tables: async () => ({
        ...(await tablesIn(directory)),
        dump: async function* () {
          yield '{"id":1}';
          controller.abort(new Error('timed out'));
          yield '{"id":2}';
        },
      }),
    });
    const aborted = runType(
      backup(slow),
      { sources: [{ directory: 'exports' }, { collections: ['audit_logs'] }], destination: 'backups' },
      { signal: controller.signal },
    );
    await expect(aborted).rejects.toThrow('timed out');
    expect(readdirSync(path.join(root, 'backups'))).toEqual([]);
  });

  it('is written by the next attempt where one was killed, under the same name', async () => {
    const { archive } = await save(exported);
    const at = path.join(root, 'backups');
    rmSync(path.join(at, archive));
    rmSync(path.join(at, `${archive}.sha256`));
    writeFileSync(path.join(at, `.${archive}.partial`), 'half of it');
    expect((await save(exported)).archive).toBe(archive);
    expect(readdirSync(at).sort()).toEqual([archive, `${archive}.sha256`]);
  });

  it('makes way for newer ones, and nothing else does', async () => {
    const at = path.join(root, 'backups');
    const scheduledFor = (days: number) => new Date(begin.getTime() + days * day);
    for (let days = 0; days < 4; days++) await save(exported, { context: { scheduledFor: scheduledFor(days) } });
    const other = await save(exported, { context: { jobName: 'other' } });
    for (const name of [
      'backup-nightly.tar.gz',
      'backup-nightly-00000000-20200101T000000Z-aaaaaaaa.tar.gz',
      'notes.txt',
      '.backup.partial',
    ])
      writeFileSync(path.join(at, name), 'not ours');
    const result = await save({ ...exported, keep: 2 }, { context: { scheduledFor: scheduledFor(4) } });
    expect(result.removed).toHaveLength(3);
    const left = readdirSync(at);
    expect(left.filter((name) => name.startsWith(result.archive.slice(0, 24)) && name.endsWith('.gz'))).toHaveLength(2);
    expect(left).toContain(other.archive);
    expect(left.filter((name) => ['backup-nightly.tar.gz', 'notes.txt', '.backup.partial'].includes(name))).toHaveLength(3);
    expect(left).toContain('backup-nightly-00000000-20200101T000000Z-aaaaaaaa.tar.gz');
    for (const name of result.removed) expect(left).not.toContain(`${name}.sha256`);
  });

  it('has no key, and no word of what is in it', async () => {
    const result = await save({ ...exported, encrypt: true });
    const bytes = readFileSync(archived(result));
    for (const text of ['stock.csv', 'sku,quantity', 'manifest', key]) expect(bytes.includes(text)).toBe(false);
    expect(JSON.stringify(result)).not.toContain(key);
  });

  it.each([
    ['absent', undefined, /has no BACKUP_KEY/],
    ['short', 'password', /too short/],
  ])('is not written with a key that is %s', async (_what, value, why) => {
    delete process.env.BACKUP_KEY;
    if (value !== undefined) process.env.BACKUP_KEY = value;
    const error = await rejection(save({ ...exported, encrypt: true }));
    expect(error.message).toMatch(why);
    expect(error).toBeInstanceOf(NonRetryableError);
    if (value !== undefined) expect(error.message).not.toContain(value);
    expect(existsSync(path.join(root, 'backups'))).toBe(false);
  });
});

describe('the scheduler and its tables', () => {
  const eventsOf = async (scheduler: Pick<Scheduler, 'events'>) =>
    (await all(scheduler.events())).map(({ id, type, jobName, at, version, data }) => ({ id, type, jobName, at, version, data }));

  it('come back into an empty directory, equal in every event, row and product', async () => {
    const { scheduler, clock } = openScheduler({
      handlers: { ping: () => 'pong', fails: () => Promise.reject(new Error('no')) },
      predefined: { directory, roots: [root] },
    });
    const tables = await tablesIn(directory);
    const product = {
      organization: 'default',
      sku: 'A',
      name: 'Bolt ⚙',
      quantity: 2.5,
      reorderPoint: null,
      category: null,
      location: null,
      unitCost: 0.1,
      updatedAt: 1,
    };
    await tables.restore('default', 'products', lines(product));
    await tables.restore(
      'default',
      'audit_logs',
      lines({ id: 7, organization: 'default', createdAt: 5, action: 'x', detail: 'line\nbreak "quoted"' }),
    );
    const schedule = { type: 'recurring', interval: { value: 1, unit: 'hours' } } as const;
    await scheduler.scheduleJob({ jobName: 'compacted', jobType: 'ping', schedule, retention: { executions: 5, days: null } });
    await scheduler.scheduleJob({ jobName: 'failing', jobType: 'fails', schedule });
    await scheduler.scheduleJob({ jobName: 'deleted', jobType: 'ping', schedule });
    await scheduler.forOrganization('acme').scheduleJob({ jobName: 'theirs', jobType: 'ping', schedule });
    await clock.advance(4 * day);
    await scheduler.deleteJob('deleted');
    const job = {
      jobName: 'nightly',
      jobType: 'backup',
      schedule: { type: 'once', runAt: new Date(begin.getTime() + 900 * day) },
    } as const;
    await scheduler.scheduleJob({ ...job, parameters: { sources: ['scheduler', 'collections'], destination: 'backups', encrypt: true } });
    const run = await scheduler.runNow('nightly');
    expect(run).toMatchObject({ status: 'completed', result: { encrypted: true } });
    const result = run.result as BackupResult;
    expect(result.sources).toContainEqual({ type: 'collection', table: 'products', rows: 1 });

    const restored = path.join(directory, 'restored');
    expect(await restore(archived(result))).toMatchObject({ directory: restored });
    const again = createScheduler({ store: { directory: restored }, clock, logger: false, autoStart: false });
    const before = await eventsOf(scheduler);
    const after = await eventsOf(again);
    // The run that wrote the archive is in it as far as it had come.
    const ofOthers = (events: typeof before) =>
      events.filter(({ jobName }) => jobName !== 'nightly').sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(ofOthers(after)).toEqual(ofOthers(before));
    expect(after.length).toBeGreaterThan(100);
    expect(await again.jobHistory('compacted', 100)).toEqual(await scheduler.jobHistory('compacted', 100));
    expect(await again.getJobStats('failing')).toEqual(await scheduler.getJobStats('failing'));
    expect(await rejection(again.getJob('deleted'))).toMatchObject({ code: 'JOB_NOT_FOUND' });
    expect(await again.forOrganization('acme').getScheduledJobs()).toHaveLength(0);
    expect(await again.verify()).toMatchObject({ ok: true, problems: [] });
    await again.stop();
    const back = await tablesIn(restored);
    for (const table of ['products', 'audit_logs'])
      expect(await all(back.dump('default', table))).toEqual(await all(tables.dump('default', table)));
  });

  it('are saved by the next attempt where the one before could not, which left nothing', async () => {
    const { scheduler, clock } = openScheduler({ predefined: { directory, roots: [root] } });
    const schedule = { type: 'once', runAt: new Date(begin.getTime() + day) } as const;
    const parameters = { sources: ['scheduler', { directory: 'later' }], destination: 'backups' };
    const backoff = { type: 'constant', delay: minute, jitter: 0 } as const;
    await scheduler.scheduleJob({ jobName: 'nightly', jobType: 'backup', schedule, parameters, backoff });
    const { executionId } = await scheduler.runNow('nightly', {}, { wait: false });
    await clock.advance(1_000);
    expect(await scheduler.getExecution(executionId)).toMatchObject({
      status: 'retrying',
      attempts: [{ error: { message: `there is no ${path.join(root, 'later')}` } }],
    });
    expect(readdirSync(path.join(root, 'backups'))).toEqual([]);
    mkdirSync(path.join(root, 'later'));
    writeFileSync(path.join(root, 'later', 'a'), 'x');
    await clock.advance(minute);
    const { status, attempts, result } = await scheduler.getExecution(executionId);
    expect([status, attempts.length]).toEqual(['completed', 2]);
    expect(await restore(archived(result as BackupResult))).toMatchObject({ sources: [{ type: 'scheduler' }, { files: 1 }] });
  });

  it('have the run that saved them as running: where they are served, it is lost and tried again', async () => {
    const { scheduler, clock } = openScheduler({ predefined: { directory, roots: [root] } });
    const schedule = { type: 'once', runAt: new Date(begin.getTime() + day) } as const;
    const parameters = { sources: 'scheduler', destination: 'backups' };
    const backoff = { type: 'constant', delay: minute, jitter: 0 } as const;
    await scheduler.scheduleJob({ jobName: 'nightly', jobType: 'backup', schedule, parameters, backoff });
    const { executionId, result } = await scheduler.runNow('nightly');
    await restore(archived(result as BackupResult));
    const restored = path.join(directory, 'restored');
    const again = createScheduler({ store: { directory: restored }, clock, logger: false, autoStart: false });
    expect(await again.getExecution(executionId)).toMatchObject({ status: 'running', attempts: [{ attempt: 1 }] });
    await again.start();
    expect(await again.getExecution(executionId)).toMatchObject({ status: 'retrying', attempts: [{ error: { name: 'NodeLost' } }] });
    await clock.advance(minute);
    const { status, attempts, result: saved } = await again.getExecution(executionId);
    expect([status, attempts.length]).toEqual(['completed', 2]);
    expect(path.dirname(archived(saved as BackupResult))).toBe(path.join(restored, 'files', 'backups'));
    await again.stop();
  });

  it('of all organizations are for the own organization only', async () => {
    const { scheduler } = openScheduler({ handlers: { ping: () => 'pong' }, predefined: { directory, roots: [root] } });
    const schedule = { type: 'once', runAt: new Date(begin.getTime() + day) } as const;
    const parameters = { sources: { scheduler: 'all' }, destination: 'backups' };
    const job = { jobName: 'nightly', jobType: 'backup', schedule, parameters, maxAttempts: 1 } as const;
    await scheduler.scheduleJob(job);
    await scheduler.forOrganization('acme').scheduleJob(job);
    expect(await scheduler.forOrganization('acme').runNow('nightly')).toMatchObject({
      status: 'failed',
      error: { message: expect.stringMatching(/only jobs of the organization default/) },
    });
    const { result } = await scheduler.runNow('nightly');
    expect(result).toMatchObject({ sources: [{ type: 'scheduler', organization: null }] });
    await restore(archived(result as BackupResult));
    const again = createScheduler({ store: { directory: path.join(directory, 'restored') }, logger: false, autoStart: false });
    expect(await again.forOrganization('acme').getScheduledJobs()).toHaveLength(1);
    await again.stop();
  });
});

describe('parameters', () => {
  const good = { sources: 'scheduler', destination: 'backups' };
  it.each([
    [{ destination: 'backups' }, 'parameters.sources'],
    [{ ...good, sources: [] }, 'parameters.sources'],
    [{ ...good, sources: 'everything' }, 'parameters.sources'],
    [{ ...good, sources: { directory: '../..' } }, 'parameters.sources'],
    [{ sources: 'scheduler' }, 'parameters.destination'],
    [{ ...good, destination: '../backups' }, 'parameters.destination'],
    [{ ...good, destination: 'a\\b' }, 'parameters.destination'],
    [{ ...good, keep: 0 }, 'parameters.keep'],
    [{ ...good, encrypt: { key: 'secret' } }, 'parameters.encrypt'],
    [{ ...good, encrypt: 'my passphrase' }, 'parameters.encrypt'],
    [{ ...good, encrypt: { keyFromEnv: 'PATH' } }, 'parameters.encrypt'],
    [{ ...good, encrypt: { keyFromEnv: 'BACKUP_KEY_FILE' } }, 'parameters.encrypt'],
    [{ ...good, compres: true }, 'parameters.compres'],
  ])('are refused when the job is scheduled: %j', async (parameters, field) => {
    const { scheduler } = openScheduler({ predefined: { directory } });
    const job = { jobName: 'nightly', jobType: 'backup', schedule: { type: 'once', runAt: new Date(begin.getTime() + minute) } } as const;
    const { code, issues } = await rejection(scheduler.scheduleJob({ ...job, parameters }));
    expect([code, issues?.some(({ path: at }) => at === field || at.startsWith(`${field}.`))]).toEqual(['INVALID_JOB', true]);
  });

  it.each([
    [{ sources: { collections: ['users'] } }, /not a table that jobs may touch/],
    [{ sources: ['scheduler', 'scheduler'] }, /named twice|no scheduler/],
    [{ sources: [{ directory: 'exports' }, { directory: 'exports' }] }, /named twice/],
    [{ sources: [{ directory: 'exports' }, { directory: 'exports/deep' }] }, /two of them hold/],
    [{ sources: { directory: 'exports' }, destination: '/tmp/elsewhere' }, /not below a directory/],
  ])('are refused where the job runs: %j', async (parameters, why) => {
    await expect(save(parameters)).rejects.toThrow(why);
  });

  it('through a link are refused, for reading and for writing', async () => {
    const outside = temporaryDirectory();
    symlinkSync(outside, path.join(root, 'link'));
    await expect(save({ sources: { directory: 'link' } })).rejects.toThrow(NonRetryableError);
    await expect(save({ ...exported, destination: 'link/backups' })).rejects.toThrow(NonRetryableError);
    expect(readdirSync(outside)).toEqual([]);
  });
});
