import { afterAll, describe, expect, it } from 'vitest';
import { createScheduler, manualClock, type Scheduler, type SchedulerError } from '../../src/bootstrap/index.js';

const opened: Scheduler[] = [];
afterAll(() => Promise.all(opened.map((scheduler) => scheduler.stop({ drainMs: 0 }))));

const open = (options: Parameters<typeof createScheduler>[0]): Scheduler => {
  const scheduler = createScheduler({ store: 'memory', logger: false, clock: manualClock(new Date('2026-03-02T08:30:00Z')), ...options });
  opened.push(scheduler);
  return scheduler;
};

describe('handlers among the options', () => {
  it('are in the map at once', () => {
    const { jobHandlers } = open({ handlers: { a: () => 1, b: { handler: () => 2, concurrency: 3 } } });
    expect([jobHandlers.has('a'), jobHandlers.has('b'), jobHandlers.has('report_generation')]).toEqual([true, true, true]);
  });

  it('take the place of predefined ones, whose checks of parameters they end', async () => {
    const scheduler = open({ handlers: { email_notification: (parameters) => parameters } });
    const job = { jobName: 'mail', jobType: 'email_notification', schedule: { type: 'once', runAt: '2099-01-01T00:00:00Z' } } as const;
    await scheduler.scheduleJob({ ...job, parameters: { anything: 1 } });
    expect(await scheduler.runNow('mail')).toMatchObject({ status: 'completed', result: { anything: 1 } });
  });

  it('give way to one that is set later', async () => {
    const scheduler = open({ handlers: { a: () => 'first' } });
    scheduler.jobHandlers.set('a', () => 'second');
    await scheduler.scheduleJob({ jobName: 'a', jobType: 'a', schedule: { type: 'once', runAt: '2099-01-01T00:00:00Z' } });
    expect((await scheduler.runNow('a')).result).toBe('second');
  });
});

describe('stop', () => {
  it('takes no time that is none', async () => {
    const scheduler = open({});
    for (const options of [null, { drainMs: 'x' }, { drainMs: -1 }, { drainMs: 2 ** 31 }])
      await expect(scheduler.stop(options as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await scheduler.stop();
  });
});

describe('jobHandlers', () => {
  it('takes no handler that is none', () => {
    const { jobHandlers } = open({});
    const refused = (...given: readonly unknown[]): readonly string[] => {
      try {
        jobHandlers.set(...(given as [string, never]));
      } catch (error) {
        return (error as SchedulerError).issues?.map(({ path }) => path) ?? [];
      }
      return ['accepted'];
    };
    for (const handler of [undefined, null, 5, {}, '', { handler: 1 }]) expect(refused('a', handler)).toEqual(['handler']);
    expect(refused('a b', 5, { concurrency: 0 })).toEqual(['name', 'handler', 'concurrency']);
    expect(refused('a', () => 1, { concurrency: 'two' })).toEqual(['concurrency']);
    expect(jobHandlers.has('a')).toBe(false);
    expect(refused('a', './handler.mjs', { concurrency: 2 })).toEqual(['accepted']);
  });
});
