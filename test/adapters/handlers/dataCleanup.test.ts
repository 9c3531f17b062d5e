import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { dataCleanup } from '../../../src/adapters/handlers/dataCleanup/index.js';
import { NonRetryableError } from '../../../src/application/api/handlerErrors.js';
import type { DataTables } from '../../../src/application/ports/dataTables.js';
import { InventoryUnavailable } from '../../../src/application/ports/inventory.js';
import type { Handler } from '../../../src/bootstrap/index.js';
import { begin, day, hour, minute, openScheduler } from '../../application/opened.js';
import { all, lines, runType, servicesIn, tablesIn, temporaryDirectory } from './opened.js';

let directory: string;
let root: string;
let tables: DataTables;

const daysAgo = (days: number): number => begin.getTime() - days * day;
const auditRow = (id: number, days: number, organization = 'default') => ({
  id,
  organization,
  createdAt: daysAgo(days),
  action: 'login',
  detail: null,
});
const errorRow = (id: number, days: number) => ({ id, organization: 'default', createdAt: daysAgo(days), source: null, message: 'oops' });
const idsIn = async (table: string, organization = 'default'): Promise<readonly number[]> =>
  (await all(tables.dump(organization, table))).map((row) => JSON.parse(row).id).sort((a, b) => a - b);

const file = (name: string, days: number): string => {
  const at = path.join(root, name);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, 'x'.repeat(10));
  const seconds = daysAgo(days) / 1_000;
  utimesSync(at, seconds, seconds);
  return at;
};

beforeEach(async () => {
  directory = temporaryDirectory();
  root = path.join(directory, 'files');
  mkdirSync(root);
  tables = await tablesIn(directory);
  await tables.restore('default', 'audit_logs', lines(auditRow(1, 90), auditRow(2, 31), auditRow(3, 29), auditRow(4, 0)));
  await tables.restore('default', 'error_logs', lines(errorRow(1, 31), errorRow(2, 1)));
  await tables.restore('acme', 'audit_logs', lines(auditRow(5, 90, 'acme')));
});

const clean = (parameters: Parameters<typeof runType>[1], given?: Parameters<typeof runType>[2]) =>
  runType(dataCleanup(servicesIn(directory, [root])), parameters, given);

describe('rows', () => {
  it('go when they are old, as the job of the documentation asks for', async () => {
    const { scheduler, clock } = openScheduler({ predefined: { directory, roots: [root] } });
    await scheduler.scheduleJob({
      jobName: 'weekly-log-cleanup',
      jobType: 'data_cleanup',
      schedule: { type: 'recurring', interval: { value: 1, unit: 'weeks' } },
      parameters: { retentionDays: 30, tables: ['audit_logs', 'error_logs'] },
      priority: 'normal',
    });
    const run = await scheduler.runNow('weekly-log-cleanup');
    expect(run).toMatchObject({
      status: 'completed',
      result: { dryRun: false, tables: { audit_logs: { matched: 2, deleted: 2 }, error_logs: { matched: 1, deleted: 1 } } },
    });
    expect(await idsIn('audit_logs')).toEqual([3, 4]);
    expect(await idsIn('error_logs')).toEqual([2]);
    expect(await idsIn('audit_logs', 'acme')).toEqual([5]);
    await clock.advance(7 * day);
    expect(await idsIn('audit_logs')).toEqual([4]);
    const { progress, log } = await scheduler.getExecution(run.executionId);
    expect(progress?.fraction).toBe(1);
    expect(log.map((line) => line.message)).toEqual(['audit_logs: 2 rows deleted', 'error_logs: 1 rows deleted']);
  });

  it('are only counted by a dry run', async () => {
    expect(await clean({ retentionDays: 30, tables: ['audit_logs'], dryRun: true })).toMatchObject({
      dryRun: true,
      tables: { audit_logs: { matched: 2, deleted: 0 } },
    });
    expect(await idsIn('audit_logs')).toEqual([1, 2, 3, 4]);
  });

  it('go by the field that holds their age', async () => {
    await tables.restore(
      'default',
      'stock_movements',
      lines(
        ...[90, 1].map((days, i) => ({
          organization: 'default',
          id: `m${i}`,
          sku: 'A',
          at: daysAgo(days),
          change: 1,
          quantityAfter: 1,
          reason: 'count',
          location: null,
        })),
      ),
    );
    const byTable = { retentionDays: 30, tables: ['stock_movements', 'audit_logs'], dateField: { stock_movements: 'at' } };
    expect(await clean(byTable)).toMatchObject({ tables: { stock_movements: { deleted: 1 }, audit_logs: { deleted: 2 } } });
    await expect(clean({ retentionDays: 30, tables: ['audit_logs'], dateField: 'nowhere' })).rejects.toThrow(/no column "nowhere"/);
  });

  it('go in whole batches; an abort leaves the rest, and the next run takes it', async () => {
    const controller = new AbortController();
    const aborted = clean(
      { retentionDays: 30, tables: ['audit_logs', 'error_logs'], batchSize: 1 },
      { signal: controller.signal, onProgress: () => controller.abort(new Error('timed out')) },
    );
    await expect(aborted).rejects.toThrow('timed out');
    expect(await idsIn('audit_logs')).toEqual([2, 3, 4]);
    expect(await idsIn('error_logs')).toEqual([1, 2]);
    await clean({ retentionDays: 30, tables: ['audit_logs', 'error_logs'], batchSize: 1 });
    expect([await idsIn('audit_logs'), await idsIn('error_logs')]).toEqual([[3, 4], [2]]);
  });

  it('go at the next attempt where the tables could not be reached', async () => {
    const { scheduler, clock } = openScheduler();
    let asked = 0;
    const flaky = servicesIn(directory, [root], {
      tables: async () => {
        if (++asked === 1) throw new InventoryUnavailable('the inventory is away');
        return tables;
      },
    });
    scheduler.jobHandlers.set('data_cleanup', dataCleanup(flaky).handler as Handler);
    const schedule = { type: 'once', runAt: new Date(begin.getTime() + minute) } as const;
    const parameters = { retentionDays: 30, tables: ['audit_logs'] };
    await scheduler.scheduleJob({ jobName: 'clean', jobType: 'data_cleanup', schedule, parameters });
    await clock.advance(hour);
    const [execution] = await scheduler.jobHistory('clean');
    expect(execution).toMatchObject({ status: 'completed', attempts: [{ status: 'failed' }, { status: 'completed' }] });
    expect(await idsIn('audit_logs')).toEqual([3, 4]);
  });

  it.each([
    ['products', /not cleaned by age/],
    ['job_memory', /not a table that jobs may touch/],
    ['sqlite_schema', /not a table that jobs may touch/],
    ['audit_logs"; DROP TABLE products; --', /not a table that jobs may touch/],
  ])('of a table that is not allowed stay, and so do those of all others: %s', async (table, why) => {
    const refused = clean({ retentionDays: 1, tables: ['audit_logs', table] });
    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.toBeInstanceOf(NonRetryableError);
    expect(await idsIn('audit_logs')).toEqual([1, 2, 3, 4]);
  });
});

describe('files', () => {
  it('go when they are old, however deep; links, pipes and what they lead to stay', async () => {
    const outside = path.join(directory, 'outside');
    mkdirSync(outside);
    writeFileSync(path.join(outside, 'precious'), 'x');
    utimesSync(path.join(outside, 'precious'), 1, 1);
    file('tmp/a/b/old', 31);
    file('tmp/-rf', 31);
    file('tmp/new', 29);
    file('other/old', 31);
    symlinkSync(outside, path.join(root, 'tmp', 'link'));
    symlinkSync(path.join(outside, 'precious'), path.join(root, 'tmp', 'file-link'));
    execFileSync('mkfifo', [path.join(root, 'tmp', 'pipe')]);
    const parameters = { retentionDays: 30, tempPaths: ['tmp'] };
    expect(await clean({ ...parameters, dryRun: true })).toMatchObject({ files: { matched: 2, deleted: 0, bytes: 0, skipped: 3 } });
    expect(await clean(parameters)).toMatchObject({ files: { matched: 2, deleted: 2, bytes: 20, skipped: 3 }, tables: {} });
    expect(readdirSync(path.join(root, 'tmp')).sort()).toEqual(['a', 'file-link', 'link', 'new', 'pipe']);
    expect(readdirSync(outside)).toEqual(['precious']);
    expect(existsSync(path.join(root, 'other', 'old'))).toBe(true);
  });

  it('may lie anywhere below a root, or be all of it', async () => {
    file('old', 31);
    file('tmp/old', 31);
    expect(await clean({ retentionDays: 30, tempPaths: [path.join(root, 'tmp')] })).toMatchObject({ files: { deleted: 1 } });
    expect(await clean({ retentionDays: 30, tempPaths: ['.'] })).toMatchObject({ files: { deleted: 1 } });
  });

  it('of the scheduler itself stay, be they all that a root is, or a part of it', async () => {
    file('old', 31);
    const log = path.join(directory, 'log.db');
    writeFileSync(log, 'the log');
    utimesSync(log, 1, 1);
    const everything = (roots: readonly string[]) =>
      runType(dataCleanup(servicesIn(directory, roots)), { retentionDays: 1, tempPaths: ['.'] });
    await expect(everything([directory])).rejects.toThrow(/scheduler's own data/);
    const above = path.join(temporaryDirectory(), 'above');
    mkdirSync(above);
    symlinkSync(directory, path.join(above, 'data'));
    expect(await everything([above])).toMatchObject({ files: { deleted: 0, skipped: 1 } });
    const nested = servicesIn(path.join(root, 'data'), [root]);
    const own = file('data/log.db', 31);
    expect(await runType(dataCleanup(nested), { retentionDays: 30, tempPaths: ['.'] })).toMatchObject({
      files: { deleted: 1, skipped: 1 },
    });
    expect([existsSync(log), existsSync(own)]).toEqual([true, true]);
  });

  it.each(['/', '/etc', '../outside', 'tmp/../..', 'gone/%2e%2e', 'link'])(
    'below %s stay, and no row is deleted either',
    async (tempPath) => {
      symlinkSync('/etc', path.join(root, 'link'));
      await expect(clean({ retentionDays: 1, tables: ['audit_logs'], tempPaths: [tempPath] })).rejects.toThrow();
      expect(await idsIn('audit_logs')).toEqual([1, 2, 3, 4]);
    },
  );

  it('stay from where an abort came', async () => {
    for (const name of ['a', 'b', 'c']) file(`tmp/${name}`, 31);
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(clean({ retentionDays: 30, tempPaths: ['tmp'] }, { signal })).rejects.toThrow('cancelled');
    expect(readdirSync(path.join(root, 'tmp'))).toHaveLength(3);
  });
});

describe('executions', () => {
  it('go from history and log when they ended long ago, and statistics stay', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { ping: () => 'pong' }, predefined: { directory, roots: [root] } });
    const daily = { type: 'recurring', cronExpression: '0 9 * * *' } as const;
    for (const jobName of ['one', 'two']) await scheduler.scheduleJob({ jobName, jobType: 'ping', schedule: daily, retention: false });
    await scheduler.scheduleJob({
      jobName: 'tidy',
      jobType: 'data_cleanup',
      schedule: { type: 'once', runAt: new Date(begin.getTime() + 300 * day) },
      parameters: { retentionDays: 10, executions: { jobs: ['one'] } },
    });
    await clock.advance(40 * day);
    const dry = await scheduler.runNow('tidy', { dryRun: true });
    expect(dry.result).toMatchObject({ executions: { matched: 30, deleted: 0, jobs: 1 } });
    expect(await scheduler.jobHistory('one', 100)).toHaveLength(40);
    const done = await scheduler.runNow('tidy');
    expect(done).toMatchObject({ status: 'completed', result: { executions: { matched: 30, deleted: 30, jobs: 1 }, tables: {} } });
    expect([(await scheduler.jobHistory('one', 100)).length, (await scheduler.jobHistory('two', 100)).length]).toEqual([10, 40]);
    const all = await scheduler.runNow('tidy', { executions: true, retentionDays: 20 });
    expect(all.result).toMatchObject({ executions: { matched: 20, deleted: 20, jobs: 1 } });
    expect(await scheduler.getJobStats('one')).toMatchObject({ totalExecutions: 40 });
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });
});

describe('parameters', () => {
  it.each([
    [{}, 'parameters.retentionDays'],
    [{ retentionDays: 30 }, 'parameters.tables'],
    [{ retentionDays: 0, tables: ['a'] }, 'parameters.retentionDays'],
    [{ retentionDays: -1, tables: ['a'] }, 'parameters.retentionDays'],
    [{ retentionDays: 1.5, tables: ['a'] }, 'parameters.retentionDays'],
    [{ retentionDays: '30', tables: ['a'] }, 'parameters.retentionDays'],
    [{ retentionDays: 1e308, tables: ['a'] }, 'parameters.retentionDays'],
    [{ retentionDays: 30, tables: 'audit_logs' }, 'parameters.tables'],
    [{ retentionDays: 30, tables: [{ $gt: '' }] }, 'parameters.tables.0'],
    [{ retentionDays: 30, tables: ['a', 'a'] }, 'parameters.tables'],
    [{ retentionDays: 30, tempPaths: ['../..'] }, 'parameters.tempPaths.0'],
    [{ retentionDays: 30, tempPaths: ['a\0b'] }, 'parameters.tempPaths.0'],
    [{ retentionDays: 30, tables: ['a'], batchSize: 0 }, 'parameters.batchSize'],
    [{ retentionDays: 30, tables: ['a'], dryRun: 'yes' }, 'parameters.dryRun'],
    [{ retentionDays: 30, tables: ['a'], dateField: { b: 'at' } }, 'parameters.dateField.b'],
    [{ retentionDays: 30, tables: ['a'], table: 'b' }, 'parameters.table'],
    [{ retentionDays: 30, executions: false }, 'parameters.executions'],
  ])('are refused when the job is scheduled: %j', async (parameters, field) => {
    const { scheduler } = openScheduler({ predefined: { directory } });
    const job = {
      jobName: 'clean',
      jobType: 'data_cleanup',
      schedule: { type: 'once', runAt: new Date(begin.getTime() + minute) },
    } as const;
    await expect(scheduler.scheduleJob({ ...job, parameters })).rejects.toMatchObject({
      code: 'INVALID_JOB',
      issues: expect.arrayContaining([expect.objectContaining({ path: field })]),
    });
    expect(await scheduler.getScheduledJobs()).toHaveLength(0);
  });
});
