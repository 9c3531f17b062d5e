import { describe, expect, it } from 'vitest';
import type { PublishedEvent, Scheduler } from '../../src/bootstrap/index.js';
import { openNode, sharedMemory } from './node.js';
import { day, deferred, hour, longIt, minute, openScheduler, rejection, time } from './opened.js';

const report = { jobName: 'report', jobType: 'pdf', schedule: { type: 'recurring', interval: { value: 1, unit: 'minutes' } } } as const;

const eventsOf = async (scheduler: Pick<Scheduler, 'events'>): Promise<readonly PublishedEvent[]> => {
  const events: PublishedEvent[] = [];
  for await (const event of scheduler.events()) events.push(event);
  return events;
};

describe('retention', () => {
  it('drops the oldest executions, from history and log', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, retention: { executions: 10, days: null } });
    await clock.advance(100 * minute);
    const history = await scheduler.jobHistory('report', 1_000);
    expect(history.length).toBeGreaterThanOrEqual(10);
    expect(history.length).toBeLessThanOrEqual(60);
    expect(history[0]?.scheduledFor).toEqual(new Date(time('08:30').getTime() + 100 * minute));
    const events = await eventsOf(scheduler);
    expect(events.filter((e) => e.type === 'JobCompacted')).toHaveLength(1);
    expect(events.filter((e) => e.type === 'ExecutionQueued').length).toBeLessThanOrEqual(60);
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });

  longIt('keeps history near its bound however long the job lives', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, retention: { executions: 200, days: null } });
    let most = 0;
    for (let i = 0; i < 20; i++) {
      await clock.advance(50 * minute);
      most = Math.max(most, (await scheduler.jobHistory('report', 10_000)).length);
    }
    expect(most).toBeLessThanOrEqual(250);
    expect(await scheduler.jobHistory('report', 10_000)).not.toHaveLength(0);
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('leaves statistics, state and what is running as they were', async () => {
    const end = deferred();
    const { scheduler, clock } = openScheduler({
      handlers: { pdf: (parameters) => ((parameters as { hangs?: boolean }).hangs ? end.promise : 'ran') },
    });
    await scheduler.scheduleJob({ ...report, overlap: 'allow', timeout: day, retention: { executions: 5, days: null } });
    const long = await scheduler.runNow('report', { hangs: true }, { wait: false });
    await clock.advance(120 * minute);
    expect(await scheduler.getJobStats('report')).toMatchObject({ totalExecutions: 120, completed: 120 });
    expect(await scheduler.getExecution(long.executionId)).toMatchObject({ status: 'running' });
    end.resolve('at last');
    await clock.advance(minute);
    expect(await scheduler.getExecution(long.executionId)).toMatchObject({ status: 'completed', result: 'at last' });
    expect(await scheduler.getJobStats('report')).toMatchObject({ totalExecutions: 122 });
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('drops what is too old, whichever bound keeps fewer', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    const daily = { ...report, schedule: { type: 'recurring', cronExpression: '0 9 * * *' } } as const;
    await scheduler.scheduleJob({ ...daily, retention: { executions: 1_000, days: 10 } });
    await clock.advance(60 * day);
    const history = await scheduler.jobHistory('report', 1_000);
    expect(history.length).toBeLessThanOrEqual(13);
    expect(history.length).toBeGreaterThanOrEqual(9);
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('of false keeps all', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, retention: false });
    await clock.advance(300 * minute);
    expect(await scheduler.jobHistory('report', 1_000)).toHaveLength(300);
    expect((await eventsOf(scheduler)).some((e) => e.type === 'JobCompacted')).toBe(false);
  });

  it('of one job leaves others alone', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, retention: { executions: 1, days: null } });
    await scheduler.scheduleJob({ ...report, jobName: 'other' });
    await clock.advance(110 * minute);
    expect(await scheduler.jobHistory('other', 1_000)).toHaveLength(110);
  });

  it('takes log lines of dropped executions with it', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: (_, { log }) => log.info('secret') } });
    await scheduler.scheduleJob({ ...report, retention: { executions: 1, days: null } });
    await clock.advance(minute);
    const [first] = await scheduler.jobHistory('report');
    expect((await scheduler.getExecution(first?.executionId ?? '')).log).toHaveLength(1);
    await clock.advance(100 * minute);
    expect((await rejection(scheduler.getExecution(first?.executionId ?? ''))).code).toBe('EXECUTION_NOT_FOUND');
  });
});

describe('after retention', () => {
  const compacted = async () => {
    const storage = sharedMemory();
    const node = await openNode({ storage, handlersByName: { pdf: () => 'ran' } });
    await node.runtime.start();
    await node.jobs.scheduleJob({ ...report, priority: 'low', retention: { executions: 10, days: null } });
    await node.clock.advance(130 * minute);
    return { storage, ...node };
  };

  it('a rebuild makes the same read models, creation instants included', async () => {
    const { storage, runtime, jobs, clock } = await compacted();
    const before = [await jobs.getJob('report'), await jobs.jobHistory('report', 1_000), await jobs.getJobStats('report')];
    await runtime.stop(0);
    await clock.advance(3 * hour);
    const again = await openNode({ storage, clock, node: 'n2', handlersByName: { pdf: () => 'ran' } });
    await again.runtime.rebuild();
    const { jobs: after } = again;
    expect([
      { ...(await after.getJob('report')), status: 'scheduled', waitingFor: null },
      await after.jobHistory('report', 1_000),
      await after.getJobStats('report'),
    ]).toEqual(before);
    expect((await after.getJob('report')).createdAt).toEqual(time('08:30'));
    expect(await again.runtime.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('a job is as it was at any time that is kept, and says so of the rest', async () => {
    const { jobs, runtime } = await compacted();
    expect(await jobs.jobAsOf('report', time('10:35'))).toMatchObject({ priority: 'low', nextRunAt: time('10:36') });
    expect((await rejection(jobs.jobAsOf('report', time('08:35')))).code).toBe('INVALID_ARGUMENT');
    await runtime.stop(0);
  });

  it('occurrences whose history was dropped are explained as such', async () => {
    const { jobs, runtime } = await compacted();
    expect(await jobs.explain('report', time('10:35'))).toMatchObject({ code: 'COMPLETED' });
    expect(await jobs.explain('report', time('08:35'))).toMatchObject({ code: 'HISTORY_DROPPED' });
    expect(await jobs.explain('report', time('08:29'))).toMatchObject({ code: 'BEFORE_CREATION' });
    await runtime.stop(0);
  });

  it('a deletion and a new beginning are as clean as ever', async () => {
    const { jobs, runtime, clock } = await compacted();
    await jobs.deleteJob('report');
    expect(await runtime.verify()).toMatchObject({ ok: true, problems: [], executions: 0 });
    await jobs.scheduleJob({ ...report, retention: { executions: 10, days: null } });
    await clock.advance(130 * minute);
    expect((await jobs.jobHistory('report', 1_000)).length).toBeLessThanOrEqual(60);
    expect(await jobs.getJobStats('report')).toMatchObject({ totalExecutions: 130 });
    expect(await runtime.verify()).toMatchObject({ ok: true, problems: [] });
    await runtime.stop(0);
  });
});
