import { describe, expect, it } from 'vitest';
import type { PublishedEvent } from '../../src/bootstrap/index.js';
import { hourly, openScheduler, rejection, time, untilAborted } from './opened.js';

const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;

const twoTenants = async () => {
  const { scheduler, clock } = openScheduler({ handlers: { pdf: (_, { organization }) => `ran for ${organization}`, slow: untilAborted } });
  const a = scheduler.forOrganization('acme');
  const b = scheduler.forOrganization('beta');
  await a.scheduleJob({ ...report, parameters: { of: 'acme' } });
  await b.scheduleJob({ ...report, parameters: { of: 'beta' } });
  await b.scheduleJob({ ...report, jobName: 'secret-of-beta', jobType: 'slow', tags: ['hidden'] });
  await clock.advanceTo(time('09:00'));
  const ofB = (await b.jobHistory('secret-of-beta'))[0]?.executionId ?? '';
  return { scheduler, clock, a, b, ofB };
};

describe('an organization', () => {
  it('has jobs of its own, under names of its own', async () => {
    const { a, b } = await twoTenants();
    expect((await a.getScheduledJobs()).map((j) => [j.organization, j.jobName])).toEqual([['acme', 'report']]);
    expect((await b.getScheduledJobs()).map((j) => j.jobName)).toEqual(['report', 'secret-of-beta']);
    expect(await a.jobHistory('report')).toMatchObject([{ organization: 'acme', result: 'ran for acme', parameters: { of: 'acme' } }]);
    expect((await a.getJob('report')).jobId).not.toBe((await b.getJob('report')).jobId);
  });

  it('sees nothing of another', async () => {
    const { a, ofB } = await twoTenants();
    const asks: readonly (() => Promise<unknown>)[] = [
      () => a.getJob('secret-of-beta'),
      () => a.jobHistory('secret-of-beta'),
      () => a.getJobStats('secret-of-beta'),
      () => a.explain('secret-of-beta', time('09:00')),
      () => a.jobAsOf('secret-of-beta', time('09:00')),
      () => a.runNow('secret-of-beta'),
      () => a.toggleJob('secret-of-beta', false),
      () => a.cancelJob('secret-of-beta'),
      () => a.deleteJob('secret-of-beta'),
    ];
    for (const ask of asks) expect((await rejection(ask())).code).toBe('JOB_NOT_FOUND');
    for (const ask of [() => a.getExecution(ofB), () => a.cancelExecution(ofB)])
      expect((await rejection(ask())).code).toBe('EXECUTION_NOT_FOUND');
    expect(await a.getScheduledJobs({ tag: 'hidden' })).toEqual([]);
    expect(await a.getScheduledJobs({ search: 'secret' })).toEqual([]);
    expect(await a.getScheduledJobs({ status: 'running' })).toEqual([]);
    expect(await a.getScheduledJobs({ cursor: 'secret-of-bet' })).toEqual([]);
  });

  it('cannot be told from one whose name begins alike', async () => {
    const { scheduler } = openScheduler();
    for (const organization of ['acme', 'acme2', 'acme.x', 'ACME', 'acme-'])
      await scheduler.forOrganization(organization).scheduleJob(report);
    for (const organization of ['acme', 'acme2', 'acme.x', 'ACME', 'acme-']) {
      const mine = scheduler.forOrganization(organization);
      expect((await mine.getScheduledJobs()).map((j) => j.organization)).toEqual([organization]);
      const events: PublishedEvent[] = [];
      for await (const event of mine.events()) events.push(event);
      expect(events.map((e) => e.organization)).toEqual([organization]);
    }
    await scheduler.forOrganization('acme').deleteJob('report');
    expect(await scheduler.forOrganization('acme2').getScheduledJobs()).toHaveLength(1);
  });

  it('hears and reads its own events only', async () => {
    const { scheduler, clock, a, b } = await twoTenants();
    const heard: PublishedEvent[] = [];
    const stop = a.on('*', (event) => heard.push(event));
    await a.toggleJob('report', false);
    await b.toggleJob('report', false);
    await b.cancelJob('secret-of-beta');
    await scheduler.scheduleJob(report);
    await clock.advanceTo(time('10:00'));
    stop();
    expect(heard.map((e) => [e.organization, e.type])).toEqual([['acme', 'JobPaused']]);
    const read: PublishedEvent[] = [];
    for await (const event of a.events()) read.push(event);
    expect(new Set(read.map((e) => e.organization))).toEqual(new Set(['acme']));
    expect(JSON.stringify(read)).not.toContain('beta');
    const named: PublishedEvent[] = [];
    for await (const event of a.events({ jobName: 'secret-of-beta' })) named.push(event);
    expect(named).toEqual([]);
  });

  it('does not reach into another by naming it in a job', async () => {
    const { scheduler } = openScheduler();
    const error = await rejection(scheduler.forOrganization('acme').scheduleJob({ ...report, organization: 'beta' }));
    expect(error).toMatchObject({ code: 'INVALID_JOB', issues: [{ path: 'organization' }] });
    const [bulk] = await scheduler.forOrganization('acme').scheduleJobs([{ ...report, organization: 'beta' }]);
    expect(bulk).toMatchObject({ code: 'INVALID_JOB', issues: [{ path: 'organization' }] });
    expect(await scheduler.forOrganization('beta').getScheduledJobs()).toEqual([]);
    expect(await scheduler.forOrganization('acme').scheduleJob({ ...report, organization: 'acme' })).toMatchObject({
      organization: 'acme',
    });
    // The root instance acts for all.
    expect(await scheduler.scheduleJob({ ...report, organization: 'beta' })).toMatchObject({ organization: 'beta' });
  });

  it('that is deleted job by job leaves the other as it was', async () => {
    const { scheduler, a, b } = await twoTenants();
    const before = JSON.stringify([await b.getScheduledJobs(), await b.jobHistory('report')]);
    await a.deleteJob('report');
    expect(JSON.stringify([await b.getScheduledJobs(), await b.jobHistory('report')])).toBe(before);
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('has a name like a job', () => {
    const { scheduler } = openScheduler();
    for (const name of ['', '..', 'a/b', 'a b', '*', '>', '-a', 'x'.repeat(129), null, {}])
      expect(() => scheduler.forOrganization(name as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => scheduler.forOrganization('x'.repeat(128))).not.toThrow();
  });

  it('is default for the root instance unless it was given', async () => {
    const { scheduler } = openScheduler({ organization: 'acme' });
    expect(await scheduler.scheduleJob(report)).toMatchObject({ organization: 'acme' });
    const heard: string[] = [];
    scheduler.on('*', (e) => heard.push(e.organization));
    await scheduler.toggleJob('report', false);
    expect(heard).toEqual(['acme']);
  });
});
