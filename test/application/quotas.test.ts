import { describe, expect, it } from 'vitest';
import { exportLog } from '../../src/application/audit/exportLog.js';
import { codec } from '../../src/bootstrap/codec.js';
import type { Handler } from '../../src/bootstrap/index.js';
import { SharedStorage } from '../sharedStorage.js';
import { join, next } from './cluster/join.js';
import { openNode, sharedMemory } from './node.js';
import { begin, hour, hourly, minute, openScheduler, rejection, time } from './opened.js';

const job = (jobName: string, given: object = {}) => ({ jobName, jobType: 'work', schedule: hourly, ...given }) as const;
const jobs = (count: number, prefix = 'job') => Array.from({ length: count }, (_, i) => job(`${prefix}-${i}`));
const fifty = Array.from({ length: 50 }, (_, i) => i);

describe('an organization', () => {
  it('has no more jobs than it may have: one more is refused, says why, and leaves no trace', async () => {
    const { scheduler } = openScheduler({ limits: { jobsPerOrganization: 2 }, autoStart: false });
    await scheduler.scheduleJobs(jobs(2));
    const refused = await rejection(scheduler.scheduleJob(job('third', { handler: () => 'never bound' })));
    expect(refused).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      issues: [
        { path: 'organization', message: expect.stringMatching(/"default" has as many jobs as it may have, 2 .*delete some, or raise/) },
      ],
    });
    expect((await scheduler.getScheduledJobs()).map(({ jobName }) => jobName)).toEqual(['job-0', 'job-1']);
    expect(await scheduler.verify()).toMatchObject({ ok: true, commits: 2 });
  });

  it('may change the jobs it has, and have others for those it deletes', async () => {
    const { scheduler } = openScheduler({ limits: { jobsPerOrganization: 2 }, autoStart: false });
    await scheduler.scheduleJobs(jobs(2));
    expect(await scheduler.scheduleJob(job('job-1', { priority: 'high' }))).toMatchObject({ created: false, version: 2 });
    await scheduler.deleteJob('job-0');
    expect(await scheduler.scheduleJob(job('third'))).toMatchObject({ created: true });
    expect(await rejection(scheduler.scheduleJob(job('job-0')))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  it('counts those that have ended, and not those that were refused for something else', async () => {
    const { scheduler, clock } = openScheduler({ limits: { jobsPerOrganization: 1 }, handlers: { work: () => 'done' } });
    expect(await rejection(scheduler.scheduleJob(job('x', { schedule: { type: 'once', runAt: time('08:00') } })))).toMatchObject({
      code: 'INVALID_SCHEDULE',
    });
    await scheduler.scheduleJob(job('once', { schedule: { type: 'once', runAt: time('09:00') } }));
    await clock.advance(hour);
    expect(await scheduler.getJob('once')).toMatchObject({ status: 'completed' });
    expect(await rejection(scheduler.scheduleJob(job('another')))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  it('leaves the others what is theirs; one that is named has a number of its own', async () => {
    const { scheduler } = openScheduler({ limits: { jobsPerOrganization: 1, jobsOf: { large: 3, none: 0 } }, autoStart: false });
    const made = async (organization: string): Promise<number> => {
      const results = await scheduler.forOrganization(organization).scheduleJobs(jobs(5));
      return results.filter((result) => 'jobId' in result).length;
    };
    expect([await made('acme'), await made('acme2'), await made('large'), await made('none'), await made('constructor')]).toEqual([
      1, 1, 3, 0, 1,
    ]);
  });

  it('has exactly as many where all ask at once, whatever else they change and delete meanwhile', async () => {
    const { scheduler } = openScheduler({ limits: { jobsPerOrganization: 20 }, autoStart: false });
    await scheduler.scheduleJobs(jobs(10, 'old'));
    const answers = await Promise.allSettled(
      fifty.flatMap((i) => [
        scheduler.scheduleJob(job(`new-${i}`)),
        scheduler.scheduleJob(job(`new-${i}`, { priority: 'low' })),
        scheduler.scheduleJob(job(`old-${i % 10}`, { description: `change ${i}` })),
      ]),
    );
    const refused = answers.flatMap((answer, i) => (answer.status === 'rejected' ? [[i % 3, answer.reason.code]] : []));
    expect(refused).toHaveLength(2 * 40);
    expect(refused.every(([kind, code]) => kind !== 2 && code === 'QUOTA_EXCEEDED')).toBe(true);
    expect(await scheduler.getScheduledJobs({ limit: 100 })).toHaveLength(20);
    await Promise.allSettled(fifty.flatMap((i) => [scheduler.deleteJob(`old-${i % 10}`), scheduler.scheduleJob(job(`late-${i}`))]));
    await scheduler.scheduleJobs(jobs(50, 'last'));
    expect(await scheduler.getScheduledJobs({ limit: 100 })).toHaveLength(20);
    expect(await scheduler.verify()).toMatchObject({ ok: true, jobs: 20 });
  });

  it('has the same number after a restart, and of a log that is imported', async () => {
    const quotas = { jobsPerOrganization: 3, jobsOf: {}, chain: null };
    const storage = sharedMemory();
    const first = await openNode({ storage, quotas });
    await first.jobs.scheduleJobs(jobs(2));
    await first.runtime.stop(0);
    const second = await openNode({ storage, quotas });
    expect((await second.jobs.scheduleJobs(jobs(2, 'more'))).map((result) => 'jobId' in result)).toEqual([true, false]);

    const filled = await openNode({ quotas });
    const past = { type: 'once', runAt: time('08:00') } as const;
    expect(await rejection(filled.jobs.scheduleJob(job('counts', { schedule: past })))).toMatchObject({ code: 'INVALID_SCHEDULE' });
    await filled.runtime.importLog(exportLog(storage.store, codec, null));
    expect(await rejection(filled.jobs.scheduleJob(job('another')))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });
});

it('nodes that share a store count the jobs of all of them', async () => {
  const shared = new SharedStorage();
  const open = (node: string) => shared.open(node);
  const options = { limits: { jobsPerOrganization: 3 } };
  const [a, b] = [await join(open, 'a', {}, options), await join(open, 'b', {}, options)];
  await b.scheduler.scheduleJob(job('of-b'));
  const heard = next(b.scheduler, 'JobScheduled', 'a-1');
  await a.scheduler.scheduleJobs(jobs(2, 'a'));
  await heard;
  expect(await rejection(b.scheduler.scheduleJob(job('too-many')))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  await a.scheduler.getScheduledJobs();
  expect(await rejection(a.scheduler.scheduleJob(job('too-many')))).toMatchObject({ code: 'QUOTA_EXCEEDED' });
});

describe('a chain of jobs whose runs make each other', () => {
  /** Makes the next job as soon as it runs: a loop without an end. */
  const breeding =
    (schedule: () => (jobName: string) => Promise<unknown>): Handler =>
    async (_, { jobName }) => {
      await new Promise(setImmediate);
      await schedule()(`${jobName}x`);
    };
  const now = { type: 'once', runAt: begin } as const;
  const breed = (jobName: string) => job(jobName, { schedule: now, maxAttempts: 1 });

  it('is no longer than allowed; the run that would go on fails, and says why', async () => {
    const work = breeding(() => (jobName) => scheduler.scheduleJob(breed(jobName)));
    const { scheduler, clock } = openScheduler({ limits: { chainDepth: 3 }, handlers: { work } });
    await scheduler.scheduleJob(breed('a'));
    await clock.advance(minute);
    expect((await scheduler.getScheduledJobs()).map(({ jobName, status }) => [jobName, status])).toEqual([
      ['a', 'completed'],
      ['ax', 'completed'],
      ['axx', 'completed'],
      ['axxx', 'failed'],
    ]);
    const [last] = await scheduler.jobHistory('axxx');
    expect(last?.error).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      message: expect.stringMatching(/^jobName: .*chain of 3 .*raise limits.chainDepth/),
    });
    const [parent] = await scheduler.jobHistory('axx');
    const made = [];
    for await (const { data } of scheduler.events({ jobName: 'axxx', type: 'JobScheduled' })) made.push(data);
    expect(made).toMatchObject([{ madeBy: { executionId: parent?.executionId, depth: 3 } }]);
    expect(await scheduler.verify()).toMatchObject({ ok: true, jobs: 4 });
  });

  it('is as long after a restart, and goes on through the bulk, another organization, and a timer', async () => {
    const storage = sharedMemory();
    const { lineage } = await import('../../src/adapters/system/lineage.js');
    const quotas = { jobsOf: {}, chain: { depth: 2, lineage } };
    const first = await openNode({ storage, quotas });
    first.handlers.set('work', (async (_: never, { jobName }: { jobName: string }) => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await first.runtime.jobs('default', true).scheduleJobs([job(`${jobName}x`, { schedule: now, organization: 'acme' })]);
    }) as never);
    await first.jobs.scheduleJob(job('a', { schedule: now }));
    await first.runtime.start();
    await first.clock.advance(minute);
    await first.runtime.stop(0);
    const second = await openNode({ storage, quotas });
    const acme = second.runtime.jobs('acme');
    const refusals: unknown[] = [];
    second.handlers.set('work', (async (_: never, { jobName }: { jobName: string }) => {
      await acme.scheduleJob(job(`${jobName}y`, { schedule: now })).catch(({ code }) => refusals.push(code));
    }) as never);
    await second.runtime.start();
    await acme.runNow('axx', {}, { wait: false });
    await second.clock.advance(minute);
    expect((await acme.getScheduledJobs()).map(({ jobName }) => jobName)).toEqual(['ax', 'axx']);
    expect(refusals).toEqual(['QUOTA_EXCEEDED']);
    await second.runtime.stop(0);
  });

  it('does not grow where a job is scheduled anew, where a client asks, or a listener', async () => {
    const listened: Promise<unknown>[] = [];
    const work: Handler = async (_, { jobName }) => {
      await scheduler.scheduleJob({ ...breed(jobName), description: 'seen' });
      await scheduler.scheduleJob(job('other', { priority: 'low' }));
    };
    const { scheduler, clock } = openScheduler({ limits: { chainDepth: 0 }, handlers: { work } });
    scheduler.on('JobRescheduled', ({ jobName }) => {
      if (jobName === 'a') listened.push(scheduler.scheduleJob(job('of-listener')));
    });
    await scheduler.scheduleJob(job('other'));
    await scheduler.scheduleJob(breed('a'));
    await clock.advance(minute);
    expect((await scheduler.jobHistory('a'))[0]).toMatchObject({ status: 'completed' });
    expect(await Promise.all(listened)).toMatchObject([{ created: true }]);
    expect(await scheduler.scheduleJob(breed('b'))).toMatchObject({ created: true });
  });
});
