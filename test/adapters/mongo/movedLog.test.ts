import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createScheduler, type Scheduler, type StoreOption } from '../../../src/bootstrap/index.js';
import { begin, deferred, hour, hourly, openScheduler, rejection, time } from '../../application/opened.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { newDatabase } from './open.js';

const everything = { organization: null };

const linesOf = async (scheduler: Scheduler): Promise<readonly string[]> => {
  const lines: string[] = [];
  for await (const line of scheduler.exportLog(everything)) lines.push(line);
  return lines;
};

async function* from(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** The lives of jobs that ran, failed, were changed, paused, and deleted; runs of the one that comes often are dropped. */
const live = async (store: StoreOption, often: string): Promise<void> => {
  const { scheduler, clock } = openScheduler({
    store,
    handlers: { work: () => ({ done: 'würdig' }), fails: () => Promise.reject(new Error('no')) },
  });
  const deleted = deferred();
  scheduler.on('JobDeleted', () => deleted.resolve(undefined));
  await scheduler.scheduleJob({ jobName: 'steady', jobType: 'work', schedule: hourly, parameters: { $where: '1', 'a.b': [null] } });
  await scheduler.scheduleJob({
    jobName: 'short',
    jobType: 'work',
    schedule: { ...hourly, cronExpression: often },
    retention: { executions: 1 },
  });
  await scheduler.scheduleJob({ jobName: 'sad', jobType: 'fails', schedule: hourly, maxAttempts: 2, organization: 'acme' });
  await scheduler.scheduleJob({ jobName: 'gone', jobType: 'work', schedule: hourly });
  await clock.advance(2 * hour);
  await scheduler.scheduleJob({ jobName: 'steady', jobType: 'work', schedule: hourly, priority: 'high' });
  await scheduler.toggleJob('short', false, { note: 'enough' });
  await scheduler.deleteJob('gone');
  await deleted.promise;
  await scheduler.stop({ drainMs: 0 });
};

describeOnMongo('a log that is moved', (server) => {
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  const embedded = (): StoreOption => {
    const directory = mkdtempSync(path.join(tmpdir(), 'moved-'));
    made.push(directory);
    return { directory };
  };
  const onServer = (): StoreOption => ({ mongodb: server().uri, database: newDatabase() });
  const looking = (store: StoreOption): Scheduler => openScheduler({ store, autoStart: false }).scheduler;

  it.each([
    { direction: 'to a server', first: embedded, second: onServer, often: '*/2 * * * *', told: 'JobCompacted' },
    { direction: 'from a server', first: onServer, second: embedded, often: '0 * * * *', told: 'JobDeleted' },
  ])('$direction has the same events there', { timeout: 60_000 }, async ({ first, second, often, told }) => {
    const [here, there] = [first(), second()];
    await live(here, often);
    const source = looking(here);
    const lines = await linesOf(source);
    expect(lines.join('\n')).toContain(`"type":"${told}"`);
    const target = looking(there);
    // All lines but the first and the last.
    const commits = lines.length - 2;
    expect(await target.importLog(from(lines))).toBe(commits);
    expect(await linesOf(target)).toEqual(lines);
    for (const scheduler of [source, target]) expect(await scheduler.verify()).toMatchObject({ ok: true, commits, jobs: 3 });
    for (const [jobName, at] of [
      ['steady', time('08:30')],
      ['steady', time('10:30')],
      ['short', time('10:30')],
    ] as const)
      expect(await target.jobAsOf(jobName, at)).toEqual(await source.jobAsOf(jobName, at));
    expect(await target.jobHistory('steady')).toEqual(await source.jobHistory('steady'));
    expect(await target.forOrganization('acme').getJobStats('sad')).toEqual(await source.forOrganization('acme').getJobStats('sad'));
  });

  it('is refused by a store that has one, which is as it was', { timeout: 60_000 }, async () => {
    const here = onServer();
    const owner = openScheduler({ store: here, autoStart: false }).scheduler;
    await owner.scheduleJob({ jobName: 'mine', jobType: 'work', schedule: hourly });
    const before = await linesOf(owner);
    const other = createScheduler({ store: 'memory', logger: false, autoStart: false });
    await other.scheduleJob({ jobName: 'theirs', jobType: 'work', schedule: { type: 'once', runAt: new Date(begin.getTime() + 1e12) } });
    const refused = await rejection(owner.importLog(from(await linesOf(other))));
    await other.stop();
    expect(refused).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('only imported into an empty store') });
    expect(await linesOf(owner)).toEqual(before);
    expect(await owner.verify()).toMatchObject({ ok: true, jobs: 1 });
  });
});
