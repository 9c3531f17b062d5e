import { describe, expect, it } from 'vitest';
import { get } from '../../src/bootstrap/bind.js';
import { createContainer } from '../../src/bootstrap/container.js';
import type { Handler, SchedulerOptions } from '../../src/bootstrap/index.js';
import { T } from '../../src/bootstrap/tokens.js';
import { openNode, partsOf, sharedMemory } from './node.js';
import { begin, day, deferred, hour, hourly, longIt, minute, openScheduler, rejection, time, untilAborted } from './opened.js';

const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;
const once = { type: 'once', runAt: begin } as const;

/** A handler that runs until it is let go, and what was running at once, by a key of the run. */
const turnstile = (keyOf: (context: Parameters<Handler>[1]) => string) => {
  const started: string[] = [];
  const running = new Map<string, number>();
  const most = new Map<string, number>();
  let go: (() => void)[] = [];
  const handler: Handler = async (_, context) => {
    const key = keyOf(context);
    started.push(context.jobName);
    running.set(key, (running.get(key) ?? 0) + 1);
    most.set(key, Math.max(most.get(key) ?? 0, running.get(key) ?? 0));
    await new Promise<void>((resolve) => void go.push(resolve));
    running.set(key, (running.get(key) ?? 0) - 1);
  };
  const letGo = (n = Number.POSITIVE_INFINITY): void => {
    const leaving = go.slice(0, n);
    go = go.slice(leaving.length);
    for (const leave of leaving) leave();
  };
  return { handler, started, most, letGo };
};

describe('limits', () => {
  const all = async (
    options: SchedulerOptions,
    jobs: readonly { jobName: string; jobType?: string; organization?: string }[],
    keyOf: (context: Parameters<Handler>[1]) => string,
  ) => {
    const { handler, most, started, letGo } = turnstile(keyOf);
    const { scheduler, clock } = openScheduler({ ...options, handlers: { pdf: handler, mail: handler } });
    for (const { jobName } of jobs) scheduler.jobHandlers.set(jobName, handler);
    await scheduler.scheduleJobs(jobs.map((job) => ({ jobType: 'pdf', schedule: once, ...job })));
    for (let i = 0; i < jobs.length + 2; i++) {
      await clock.advance(1);
      letGo(1);
    }
    await clock.advance(1);
    expect(started).toHaveLength(jobs.length);
    return most;
  };
  const jobs = (n: number, given: object = {}) => Array.from({ length: n }, (_, i) => ({ jobName: `job-${i}`, ...given }));

  it('hold for the node', async () => {
    expect(await all({ concurrency: 3 }, jobs(10), () => 'node')).toEqual(new Map([['node', 3]]));
  });

  it('hold for a job type', async () => {
    const mixed = jobs(10).map((job, i) => ({ ...job, jobType: i % 2 ? 'pdf' : 'mail' }));
    expect(await all({ limits: { jobTypes: { pdf: 2 } } }, mixed, ({ jobType }) => jobType)).toEqual(
      new Map([
        ['mail', 5],
        ['pdf', 2],
      ]),
    );
  });

  it('hold for custom jobs, together and each', async () => {
    const custom = jobs(6, { jobType: 'custom' });
    expect(await all({ limits: { jobTypes: { custom: 2 } } }, custom, () => 'custom')).toEqual(new Map([['custom', 2]]));
  });

  it('hold for an organization', async () => {
    const tenants = jobs(12).map((job, i) => ({ ...job, organization: ['a', 'b', 'constructor'][i % 3] ?? '' }));
    const most = await all({ limits: { perOrganization: 2, organizations: { b: 1 } } }, tenants, ({ organization }) => organization);
    expect(most).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
        ['constructor', 2],
      ]),
    );
  });

  it('hold for a handler that asks for one', async () => {
    const { handler, most, letGo } = turnstile(({ jobType }) => jobType);
    const { scheduler, clock } = openScheduler();
    scheduler.jobHandlers.set('pdf', handler, { concurrency: 2 });
    await scheduler.scheduleJobs(jobs(5, { jobType: 'pdf', schedule: once }) as never);
    for (let i = 0; i < 6; i++) {
      await clock.advance(1);
      letGo(1);
    }
    expect(most).toEqual(new Map([['pdf', 2]]));
  });

  it('count what runs side by side in one job', async () => {
    const { handler, most, letGo } = turnstile(() => 'job');
    const { scheduler, clock } = openScheduler({ concurrency: 2, handlers: { pdf: handler } });
    await scheduler.scheduleJob({
      ...report,
      overlap: 'allow',
      timeout: day,
      schedule: { type: 'recurring', interval: { value: 1, unit: 'minutes' } },
    });
    for (let i = 0; i < 10; i++) await clock.advance(minute);
    expect(most.get('job')).toBe(2);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'running' });
    expect((await scheduler.getJob('report')).activeExecutions).toHaveLength(2);
    for (let i = 0; i < 12; i++) {
      letGo(1);
      await clock.advance(1);
    }
    const ran = (await scheduler.jobHistory('report')).map((e) => e.scheduledFor.getTime());
    expect(ran.sort()).toEqual(Array.from({ length: 10 }, (_, i) => begin.getTime() + (i + 1) * minute));
  });
});

describe('work that waits for capacity', () => {
  it('starts by priority', async () => {
    const { handler, started, letGo } = turnstile(() => 'node');
    const { scheduler, clock } = openScheduler({ concurrency: 1, handlers: { pdf: handler } });
    await scheduler.scheduleJob({ ...report, jobName: 'blocker', schedule: once });
    await clock.advance(0);
    for (const priority of ['low', 'normal', 'high', 'critical'] as const)
      await scheduler.scheduleJob({
        ...report,
        jobName: priority,
        priority,
        schedule: { type: 'once', runAt: new Date(begin.getTime() + 1_000) },
      });
    await clock.advance(2_000);
    for (let i = 0; i < 5; i++) {
      letGo();
      await clock.advance(1);
    }
    expect(started).toEqual(['blocker', 'critical', 'high', 'normal', 'low']);
  });

  it('is queued by its status, waits for capacity, and is no misfire however long it takes', async () => {
    const { handler, letGo } = turnstile(() => 'node');
    const { scheduler, clock } = openScheduler({ concurrency: 1, handlers: { pdf: handler } });
    await scheduler.scheduleJob({ ...report, jobName: 'blocker', schedule: once, timeout: 2 * day });
    await scheduler.scheduleJob({ ...report, misfire: 'skip', overlap: 'bufferAll' });
    await clock.advanceTo(time('11:30'));
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'queued', waitingFor: 'capacity', nextRunAt: time('09:00') });
    expect(await scheduler.getScheduledJobs({ status: 'queued' })).toMatchObject([{ jobName: 'report' }]);
    expect(await scheduler.explain('report', time('09:00'))).toMatchObject({ code: 'WAITING_FOR_CAPACITY' });
    expect(await scheduler.jobHistory('report')).toEqual([]);
    for (let i = 0; i < 5; i++) {
      letGo();
      await clock.advance(1);
    }
    const history = await scheduler.jobHistory('report');
    expect(history.map((e) => [e.scheduledFor, e.trigger, e.status])).toEqual(
      ['11:00', '10:00', '09:00'].map((t) => [time(t), 'schedule', 'completed']),
    );
    expect(await scheduler.getJobStats('report')).toMatchObject({ skippedOccurrences: 0, maxLatenessMs: 2.5 * hour });
  });

  it('does not keep one organization waiting behind the flood of another', async () => {
    const { handler, started, letGo } = turnstile(() => 'node');
    const { scheduler, clock } = openScheduler({ concurrency: 1, handlers: { pdf: handler } });
    const many = Array.from({ length: 50 }, (_, i) => ({ ...report, jobName: `flood-${i}`, organization: 'big', schedule: once }));
    await scheduler.scheduleJobs([
      ...many,
      ...Array.from({ length: 3 }, (_, i) => ({ ...report, jobName: `small-${i}`, organization: 'small', schedule: once })),
    ]);
    for (let i = 0; i < 10; i++) {
      await clock.advance(1);
      letGo();
    }
    expect(started.filter((name) => name.startsWith('small'))).toHaveLength(3);
  });

  it('keeps its place over a change of the definition', async () => {
    const { handler, letGo } = turnstile(() => 'node');
    const { scheduler, clock } = openScheduler({ concurrency: 1, handlers: { pdf: handler } });
    await scheduler.scheduleJob({ ...report, jobName: 'blocker', schedule: once, timeout: day });
    await scheduler.scheduleJob({ ...report, misfire: 'skip' });
    await clock.advanceTo(time('09:30'));
    await scheduler.scheduleJob({ ...report, misfire: 'skip', schedule: { type: 'recurring', cronExpression: '45 * * * *' } });
    letGo();
    await clock.advance(1);
    expect(await scheduler.jobHistory('report')).toMatchObject([{ scheduledFor: time('09:00'), trigger: 'schedule', status: 'running' }]);
  });
});

describe('a job without a handler', () => {
  it('waits, says why, and runs when the handler is there', async () => {
    const { scheduler, clock } = openScheduler();
    await scheduler.scheduleJob(report);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'scheduled', waitingFor: null });
    await clock.advanceTo(time('09:30'));
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'queued', waitingFor: 'handler' });
    expect(await scheduler.explain('report', time('09:00'))).toMatchObject({ code: 'NO_HANDLER' });
    scheduler.jobHandlers.set('pdf', () => 'at last');
    await clock.advance(0);
    expect(await scheduler.jobHistory('report')).toMatchObject([
      { scheduledFor: time('09:00'), trigger: 'schedule', status: 'completed', result: 'at last' },
    ]);
  });

  it('has missed nothing meanwhile, whatever its misfire policy', async () => {
    const { scheduler, clock } = openScheduler();
    await scheduler.scheduleJob({ ...report, misfire: 'skip', schedule: { type: 'once', runAt: time('09:00') } });
    await clock.advanceTo(time('12:30'));
    scheduler.jobHandlers.set('pdf', () => 'at last');
    await clock.advance(0);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'completed' });
  });

  it('of type custom is looked up by the name of the job', async () => {
    const { scheduler, clock } = openScheduler();
    scheduler.jobHandlers.set('custom', () => 'wrong');
    scheduler.jobHandlers.set('my-job', () => 'right');
    await scheduler.scheduleJob({ ...report, jobName: 'my-job', jobType: 'custom' });
    await clock.advanceTo(time('09:00'));
    expect(await scheduler.jobHistory('my-job')).toMatchObject([{ result: 'right' }]);
  });

  it('may bring its own, which wins over those by name and is not stored', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'by type' } });
    await scheduler.scheduleJob({ ...report, handler: () => 'its own' });
    await scheduler.scheduleJob({ ...report, jobName: 'other' });
    await scheduler.forOrganization('acme').scheduleJob(report);
    await clock.advanceTo(time('09:00'));
    expect(await scheduler.jobHistory('report')).toMatchObject([{ result: 'its own' }]);
    expect(await scheduler.jobHistory('other')).toMatchObject([{ result: 'by type' }]);
    expect(await scheduler.forOrganization('acme').jobHistory('report')).toMatchObject([{ result: 'by type' }]);
    expect(JSON.stringify(await scheduler.getJob('report'))).not.toContain('handler');
  });

  it('waits again when its handler is taken away, and is not failed', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob(report);
    await clock.advanceTo(time('09:30'));
    expect(scheduler.jobHandlers.delete('pdf')).toBe(true);
    await clock.advanceTo(time('10:30'));
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'queued', waitingFor: 'handler' });
    expect(await scheduler.jobHistory('report')).toHaveLength(1);
    scheduler.jobHandlers.set('pdf', () => 'again');
    await clock.advance(0);
    expect(await scheduler.jobHistory('report')).toMatchObject([
      { result: 'again', scheduledFor: time('10:00'), attempts: [{ status: 'completed' }] },
      {},
    ]);
    scheduler.jobHandlers.clear();
    await clock.advanceTo(time('11:30'));
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'queued', waitingFor: 'handler' });
  });

  it('keeps nobody else from running', async () => {
    const { scheduler, clock } = openScheduler({ concurrency: 1, handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJobs(
      Array.from({ length: 500 }, (_, i) => ({
        ...report,
        jobName: `orphan-${i}`,
        jobType: 'nobody',
        schedule: once,
        priority: 'critical' as const,
      })),
    );
    await scheduler.scheduleJob({ ...report, priority: 'low' });
    await clock.advanceTo(time('09:00'));
    expect(await scheduler.jobHistory('report')).toMatchObject([{ status: 'completed', startedAt: time('09:00') }]);
  });

  it('has handlers in a Map', () => {
    const { scheduler } = openScheduler({ predefined: false });
    const handler = (): string => 'ran';
    expect(scheduler.jobHandlers).toBeInstanceOf(Map);
    expect(scheduler.jobHandlers.set('pdf', handler)).toBe(scheduler.jobHandlers);
    expect(scheduler.jobHandlers.get('pdf')).toBe(handler);
    expect([scheduler.jobHandlers.has('pdf'), scheduler.jobHandlers.size, [...scheduler.jobHandlers.keys()]]).toEqual([true, 1, ['pdf']]);
    expect(scheduler.jobHandlers.delete('missing')).toBe(false);
  });
});

describe('the sweep', () => {
  const swept = async (given: Parameters<typeof partsOf>[0] = {}) => {
    const node = await openNode(given);
    const container = createContainer(node.parts);
    await get(container, T.dispatcher).start();
    const sweep = async () => {
      await get(container, T.sweeper).queueUnclaimed();
      await get(container, T.projector).saved();
    };
    return { ...node, sweep };
  };

  it('records due occurrences without a handler as queued, after a short grace', async () => {
    const { sweep, jobs, clock } = await swept();
    await jobs.scheduleJob(report);
    await clock.advanceTo(time('09:00:05'));
    await sweep();
    expect(await jobs.jobHistory('report')).toEqual([]);
    await clock.advance(1);
    await sweep();
    expect(await jobs.jobHistory('report')).toMatchObject([{ status: 'queued', trigger: 'schedule', scheduledFor: time('09:00') }]);
    expect(await jobs.explain('report', time('09:00'))).toMatchObject({ code: 'NO_HANDLER' });
  });

  it('leaves what was missed to the misfire policy', async () => {
    const storage = sharedMemory();
    const first = await openNode({ storage });
    await first.jobs.scheduleJob({ ...report, misfire: 'skip' });
    await first.clock.advanceTo(time('12:30'));
    const { sweep, jobs } = await swept({ storage, clock: first.clock });
    await sweep();
    expect(await jobs.jobHistory('report')).toEqual([]);
    expect(await jobs.getJobStats('report')).toMatchObject({ skippedOccurrences: 4 });
  });
});

describe('the clock of the machine', () => {
  /** A clock whose wall can be set, over one that only goes on. */
  const settable = () => {
    const node = partsOf();
    const clock = node.clock as ReturnType<typeof partsOf>['clock'] & { advance(ms: number): Promise<void> };
    let shift = 0;
    const shifted = new Proxy(clock, {
      get: (target, name) => {
        if (name === 'now') return () => target.now() + shift;
        if (name === 'at') return (due: number, callback: () => void) => target.after(due - shift - target.now(), callback);
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return {
      clock: shifted,
      set: (ms: number) => {
        shift += ms;
      },
    };
  };

  it('set forward by a day makes up for one run, not for all', async () => {
    const ran: string[] = [];
    const { clock, set } = settable();
    const { runtime, jobs } = await openNode({
      clock,
      handlersByName: { pdf: (_: never, { scheduledFor }: never) => void ran.push((scheduledFor as Date).toISOString().slice(5, 16)) },
    });
    await runtime.start();
    await jobs.scheduleJob(report);
    await clock.advance(35 * minute);
    set(day + 30 * minute);
    await clock.advance(2 * hour);
    expect(ran).toEqual(['03-02T09:00', '03-03T10:00', '03-03T11:00']);
    expect(await jobs.getJobStats('report')).toMatchObject({ skippedOccurrences: 24 });
    await runtime.stop(0);
  });

  it('set back runs nothing twice', async () => {
    const ran: string[] = [];
    const { clock, set } = settable();
    const { runtime, jobs } = await openNode({
      clock,
      handlersByName: { pdf: (_: never, { scheduledFor }: never) => void ran.push((scheduledFor as Date).toISOString().slice(11, 16)) },
    });
    await runtime.start();
    await jobs.scheduleJob(report);
    await clock.advance(35 * minute);
    set(-2 * hour);
    await clock.advance(hour);
    await clock.advance(2 * hour);
    expect(ran).toEqual(['09:00', '10:00']);
    await runtime.stop(0);
  });
});

describe('custom schedules', () => {
  it('run when their calculator says so', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    scheduler.customSchedules.set('every-17', (after) => new Date(after.getTime() + 17 * minute));
    await scheduler.scheduleJob({ ...report, schedule: { type: 'custom', calculator: 'every-17' } });
    await clock.advance(hour);
    expect((await scheduler.jobHistory('report')).map((e) => (e.scheduledFor.getTime() - begin.getTime()) / minute)).toEqual([51, 34, 17]);
  });

  it('whose calculator fails later pause their job and say why', async () => {
    let works = true;
    const { scheduler, clock } = openScheduler({
      handlers: { pdf: () => 'ran' },
      customSchedules: {
        fickle: (after) => {
          if (!works) throw new Error('out of order');
          return new Date(after.getTime() + 10 * minute);
        },
      },
    });
    await scheduler.scheduleJob({ ...report, schedule: { type: 'custom', calculator: 'fickle' } });
    await clock.advance(15 * minute);
    works = false;
    await clock.advance(hour);
    expect(await scheduler.getJob('report')).toMatchObject({
      status: 'paused',
      paused: { by: 'system', note: expect.stringContaining('fickle') },
    });
    expect((await rejection(scheduler.toggleJob('report', true))).code).toBe('INVALID_SCHEDULE');
    works = true;
    expect(await scheduler.toggleJob('report', true)).toMatchObject({ status: 'scheduled' });
    await clock.advance(15 * minute);
    expect((await scheduler.jobHistory('report')).length).toBeGreaterThan(1);
  });
});

longIt('a year of a daily job takes seconds', async () => {
  const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
  await scheduler.scheduleJob({ ...report, schedule: { type: 'recurring', cronExpression: '0 9 * * *', timezone: 'America/New_York' } });
  const startedAt = performance.now();
  await clock.advance(365 * day);
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(await scheduler.getJobStats('report')).toMatchObject({ completed: 365 });
});

it('a run by hand starts although the paused occurrence of the same instant does not', async () => {
  const { scheduler, clock } = openScheduler({ handlers: { pdf: (_, { jobName }) => `ran ${jobName}` } });
  await scheduler.scheduleJob({ ...report, schedule: once, enabled: false });
  await scheduler.runNow('report', {}, { wait: false });
  await clock.advance(minute);
  expect(await scheduler.jobHistory('report')).toMatchObject([{ trigger: 'manual', status: 'completed', result: 'ran report' }]);
  expect(await scheduler.getJob('report')).toMatchObject({ status: 'paused' });
});

it('a pause holds against a flood of due work', async () => {
  const end = deferred();
  let after = 0;
  let paused = false;
  const { scheduler, clock } = openScheduler({
    concurrency: 5,
    handlers: {
      pdf: (parameters, context) => {
        if (paused) after++;
        return Promise.race([end.promise, untilAborted(parameters, context)]);
      },
    },
  });
  await scheduler.scheduleJobs(Array.from({ length: 100 }, (_, i) => ({ ...report, jobName: `job-${i}`, schedule: once })));
  await clock.advance(0);
  await Promise.all(Array.from({ length: 100 }, (_, i) => scheduler.toggleJob(`job-${i}`, false)));
  paused = true;
  end.resolve('done');
  await clock.advance(hour);
  expect(after).toBe(0);
});
