import { describe, expect, it } from 'vitest';
import { type HandlerContext, NonRetryableError, nextOccurrences, type Scheduler, SchedulerError } from '../../src/bootstrap/index.js';
import { begin, day, deferred, hour, hourly, minute, openScheduler, rejection, time, untilAborted } from './opened.js';

const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;

describe('scheduleJob', () => {
  it('creates a job and answers with what became of it', async () => {
    const { scheduler } = openScheduler();
    expect(await scheduler.scheduleJob(report)).toEqual({
      jobId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      jobName: 'report',
      organization: 'default',
      status: 'scheduled',
      nextRunAt: time('09:00'),
      created: true,
      version: 1,
    });
  });

  it('fills in the defaults', async () => {
    const { scheduler } = openScheduler();
    await scheduler.scheduleJob(report);
    expect(await scheduler.getJob('report')).toMatchObject({
      parameters: {},
      priority: 'normal',
      maxAttempts: 3,
      timeout: 300_000,
      backoff: { type: 'exponential', delay: 1_000, factor: 2, maxDelay: 3_600_000, jitter: 0.2 },
      overlap: 'skip',
      misfire: { policy: 'once', max: 100 },
      isolation: 'inline',
      tags: [],
      enabled: true,
      schedule: { type: 'recurring', cronExpression: '0 * * * *', timezone: 'UTC' },
      retention: { maxExecutions: 1_000, maxAgeMs: 90 * day },
    });
  });

  it('updates the job of that name, and keeps its id', async () => {
    const { scheduler } = openScheduler();
    const { jobId } = await scheduler.scheduleJob({ ...report, tags: ['a'] });
    expect(await scheduler.scheduleJob({ ...report, priority: 'high' })).toMatchObject({ jobId, created: false, version: 2 });
    expect(await scheduler.getJob('report')).toMatchObject({ priority: 'high', tags: [] });
    expect(await scheduler.scheduleJob({ ...report, priority: 'high' })).toMatchObject({ jobId, created: false, version: 2 });
  });

  it('said again at another time appends nothing, whatever the anchor', async () => {
    const { scheduler, clock } = openScheduler();
    const job = { ...report, schedule: { type: 'recurring', interval: { value: 2, unit: 'hours' } } } as const;
    expect(await scheduler.scheduleJob(job)).toMatchObject({ nextRunAt: time('10:30'), version: 1 });
    await clock.advance(7 * minute);
    expect(await scheduler.scheduleJob(job)).toMatchObject({ nextRunAt: time('10:30'), version: 1, created: false });
  });

  it('called many times at once creates one job', async () => {
    const { scheduler } = openScheduler();
    const results = await Promise.all(Array.from({ length: 30 }, () => scheduler.scheduleJob(report)));
    expect(results.filter((r) => r.created)).toHaveLength(1);
    expect(new Set(results.map((r) => r.jobId)).size).toBe(1);
    expect(new Set(results.map((r) => r.version))).toEqual(new Set([1]));
    const events = [];
    for await (const event of scheduler.events()) events.push(event.type);
    expect(events).toEqual(['JobScheduled']);
  });

  it('with an idempotency key answers a repetition like the first time', async () => {
    const { scheduler } = openScheduler();
    const first = await scheduler.scheduleJob({ ...report, idempotencyKey: 'k1' });
    await scheduler.scheduleJob({ ...report, priority: 'low' });
    expect(await scheduler.scheduleJob({ ...report, idempotencyKey: 'k1' })).toEqual(first);
    const second = await scheduler.scheduleJob({ ...report, priority: 'low', idempotencyKey: 'k2', tags: ['a'] });
    await scheduler.scheduleJob({ ...report, priority: 'low' });
    expect(await scheduler.scheduleJob({ ...report, idempotencyKey: 'k2' })).toEqual(second);
    expect(await scheduler.getJob('report')).toMatchObject({ priority: 'low' });
  });

  it('with enabled: false creates a paused job; an update leaves that alone', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    expect(await scheduler.scheduleJob({ ...report, enabled: false })).toMatchObject({ status: 'paused' });
    await scheduler.scheduleJob({ ...report, priority: 'high' });
    await clock.advance(2 * hour);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'paused', enabled: false });
    expect(await scheduler.jobHistory('report')).toEqual([]);
    expect(await scheduler.scheduleJob({ ...report, priority: 'high', enabled: true })).toMatchObject({ status: 'scheduled' });
  });

  it('takes an organization', async () => {
    const { scheduler } = openScheduler();
    expect(await scheduler.scheduleJob({ ...report, organization: 'acme' })).toMatchObject({ organization: 'acme' });
    expect((await rejection(scheduler.getJob('report'))).code).toBe('JOB_NOT_FOUND');
    expect(await scheduler.forOrganization('acme').getJob('report')).toMatchObject({ organization: 'acme' });
  });

  it('runs a one-time job of up to a minute ago at once, and refuses an older one', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, schedule: { type: 'once', runAt: new Date(begin.getTime() - minute) } });
    await clock.advance(0);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'completed', nextRunAt: null });
    const error = await rejection(
      scheduler.scheduleJob({ ...report, jobName: 'old', schedule: { type: 'once', runAt: new Date(begin.getTime() - minute - 1) } }),
    );
    expect(error).toMatchObject({ code: 'INVALID_SCHEDULE', issues: [{ path: 'schedule.runAt', message: expect.any(String) }] });
  });

  it('names everything that is wrong at once, and leaves the log as it was', async () => {
    const { scheduler } = openScheduler();
    const error = await rejection(
      scheduler.scheduleJob({
        jobName: 'no spaces please',
        jobType: 7,
        schedule: { type: 'recurring', cronExpression: '61 * * * *', timezone: 'Mars/Olympus' },
        parameters: { when: new Date() },
        priority: 'urgent',
        maxAttempts: 0,
        timeout: -5,
        backoff: { delay: 'long', colour: 'red' },
        overlap: 'maybe',
        misfire: { policy: 'some', window: -1, max: 5_000 },
        isolation: 'none',
        tags: 'a',
        enabled: 'yes',
        retention: { executions: 0, days: 'many', weeks: 1 },
        organization: '../acme',
        colour: 'red',
      } as never),
    );
    expect(error).toBeInstanceOf(SchedulerError);
    expect(error.code).toBe('INVALID_JOB');
    const paths = new Set(error.issues?.map((i) => i.path));
    for (const path of [
      'jobName',
      'jobType',
      'schedule.cronExpression',
      'schedule.timezone',
      'parameters',
      'priority',
      'maxAttempts',
      'timeout',
      'backoff.delay',
      'backoff.colour',
      'overlap',
      'misfire.policy',
      'misfire.window',
      'misfire.max',
      'isolation',
      'tags',
      'enabled',
      'retention.executions',
      'retention.days',
      'retention.weeks',
      'organization',
      'colour',
    ])
      expect(paths, path).toContain(path);
    const events = [];
    for await (const event of scheduler.events()) events.push(event);
    expect(events).toEqual([]);
    expect((await scheduler.verify()).commits).toBe(0);
  });

  it('wants a module where the handler is to run in a thread of its own', async () => {
    const { scheduler } = openScheduler();
    const error = await rejection(scheduler.scheduleJob({ ...report, isolation: 'worker', handler: () => 1, priority: 'urgent' as never }));
    expect(error.issues?.map((i) => i.path)).toEqual(['priority', 'handler']);
  });

  it('that is refused leaves the handler as it was', async () => {
    const { scheduler } = openScheduler();
    await scheduler.scheduleJob({ ...report, handler: () => 'old' });
    for (const [job, options] of [
      [{ ...report, priority: 'high' }, { expectedVersion: 77 }],
      [{ ...report, schedule: { type: 'once', runAt: time('01:00') } }],
    ] as const)
      await rejection(scheduler.scheduleJob({ ...job, handler: () => 'new' } as never, options));
    expect((await scheduler.runNow('report')).result).toBe('old');
    await scheduler.scheduleJob({ ...report, handler: () => 'new' });
    expect((await scheduler.runNow('report')).result).toBe('new');
  });

  it('tells a wrong schedule from a wrong job', async () => {
    const { scheduler } = openScheduler();
    const wrong = await rejection(scheduler.scheduleJob({ ...report, schedule: { type: 'recurring', cronExpression: 'often' } }));
    expect(wrong).toMatchObject({ code: 'INVALID_SCHEDULE', issues: [{ path: 'schedule.cronExpression' }] });
    const missing = await rejection(scheduler.scheduleJob({ ...report, schedule: { type: 'custom', calculator: 'moon' } }));
    expect(missing.code).toBe('CALCULATOR_MISSING');
    expect((await rejection(scheduler.scheduleJob(undefined as never))).code).toBe('INVALID_JOB');
    expect((await rejection(scheduler.scheduleJob({ ...report, schedule: undefined as never }))).issues?.[0]?.path).toMatch(/^schedule/);
  });

  it('refuses parameters of more than 256 KiB in UTF-8, and takes them up to there', async () => {
    const { scheduler } = openScheduler();
    const fits = { text: 'ü'.repeat(131_066) };
    expect(new TextEncoder().encode(JSON.stringify(fits)).length).toBe(256 * 1024 - 1);
    await scheduler.scheduleJob({ ...report, parameters: fits });
    expect((await scheduler.getJob('report')).parameters).toEqual(fits);
    const error = await rejection(scheduler.scheduleJob({ ...report, parameters: { text: 'ü'.repeat(131_067) } }));
    expect(error).toMatchObject({ code: 'INVALID_JOB', issues: [{ path: 'parameters' }] });
  });

  it('keeps hostile parameters as data', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: (parameters) => parameters } });
    const parameters = JSON.parse(
      '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}},"$set":{"a.b":1},"nul":"\\u0000","":"empty"}',
    );
    await scheduler.scheduleJob({ ...report, parameters });
    const { result } = await scheduler.runNow('report', JSON.parse('{"__proto__":{"isRoot":true}}'));
    expect(JSON.stringify(result)).toBe(
      '{"__proto__":{"isRoot":true},"constructor":{"prototype":{"x":1}},"$set":{"a.b":1},"nul":"\\u0000","":"empty"}',
    );
    expect('isAdmin' in {} || 'isRoot' in {}).toBe(false);
  });
});

describe('scheduleJobs', () => {
  it('answers with one result or error for each, in order', async () => {
    const { scheduler } = openScheduler();
    const results = await scheduler.scheduleJobs([
      report,
      { ...report, jobName: 'not a name' },
      { ...report, priority: 'high' },
      { ...report, jobName: 'second' },
      null as never,
    ]);
    expect(results).toMatchObject([
      { jobName: 'report', created: true, version: 1 },
      { code: 'INVALID_JOB', issues: [{ path: 'jobName' }] },
      { jobName: 'report', created: false, version: 2 },
      { jobName: 'second', created: true },
      { code: 'INVALID_JOB' },
    ]);
    expect(results[1]).toBeInstanceOf(SchedulerError);
    expect((await rejection(scheduler.scheduleJobs('many' as never))).code).toBe('INVALID_ARGUMENT');
    expect(await scheduler.scheduleJobs([])).toEqual([]);
  });

  it('lets others have their turn however much it refuses', async () => {
    const { scheduler } = openScheduler();
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const results = await scheduler.scheduleJobs(Array.from({ length: 1_280 }, () => 0 as never));
    clearInterval(timer);
    expect(results.every((result) => result instanceof SchedulerError && result.code === 'INVALID_JOB')).toBe(true);
    expect(turns).toBeGreaterThan(0);
  });

  it('takes thousands', async () => {
    const { scheduler } = openScheduler();
    const jobs = Array.from({ length: 3_000 }, (_, i) => ({ ...report, jobName: `job-${i}` }));
    const results = await scheduler.scheduleJobs(jobs);
    expect(results.map((r) => 'jobName' in r && r.jobName)).toEqual(jobs.map((j) => j.jobName));
    expect(await scheduler.getScheduledJobs({ limit: 10_000 })).toHaveLength(3_000);
  });
});

describe('runNow', () => {
  it('runs the job and answers with how it ended', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: async (parameters) => ({ got: parameters }) } });
    await scheduler.scheduleJob({ ...report, parameters: { format: 'pdf', to: { a: 1 } } });
    expect(await scheduler.runNow('report', { to: { b: 2 } })).toEqual({
      executionId: expect.any(String),
      jobName: 'report',
      status: 'completed',
      attempts: 1,
      startedAt: begin,
      finishedAt: begin,
      durationMs: 0,
      result: { got: { format: 'pdf', to: { b: 2 } } },
    });
  });

  it('waits for retries, and answers a failure without throwing', async () => {
    let calls = 0;
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: () => {
          calls++;
          throw new Error(`failure ${calls}`);
        },
      },
    });
    await scheduler.scheduleJob({ ...report, backoff: { type: 'constant', delay: 10_000, jitter: 0 } });
    const run = scheduler.runNow('report');
    await clock.advance(25_000);
    expect(await run).toMatchObject({
      status: 'failed',
      attempts: 3,
      startedAt: begin,
      finishedAt: new Date(begin.getTime() + 20_000),
      durationMs: 20_000,
      error: { name: 'Error', message: 'failure 3' },
    });
  });

  it('with wait: false answers at once that the run is queued', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob(report);
    const run = await scheduler.runNow('report', {}, { wait: false });
    expect(run).toEqual({
      executionId: expect.any(String),
      jobName: 'report',
      status: 'queued',
      attempts: 0,
      startedAt: null,
      finishedAt: null,
      durationMs: null,
    });
    await clock.advance(0);
    expect(await scheduler.getExecution(run.executionId)).toMatchObject({ status: 'completed', trigger: 'manual', result: 'ran' });
  });

  it('that waits for a run without a handler is refused; one that does not wait is queued', async () => {
    const { scheduler, clock } = openScheduler();
    await scheduler.scheduleJob(report);
    expect((await rejection(scheduler.runNow('report'))).code).toBe('NO_HANDLER');
    const { executionId } = await scheduler.runNow('report', undefined, { wait: false });
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'queued', waitingFor: 'handler' });
    scheduler.jobHandlers.set('pdf', () => 'at last');
    await clock.advance(0);
    expect(await scheduler.getExecution(executionId)).toMatchObject({ status: 'completed', result: 'at last' });
  });

  it('refuses unknown jobs, wrong names and wrong parameters', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob(report);
    expect((await rejection(scheduler.runNow('missing'))).code).toBe('JOB_NOT_FOUND');
    expect((await rejection(scheduler.runNow('a/b'))).code).toBe('INVALID_JOB');
    expect((await rejection(scheduler.runNow({ $gt: '' } as never))).code).toBe('INVALID_JOB');
    for (const parameters of [null, [], 'text', { f: () => 1 }, { n: Number.NaN }])
      expect(await rejection(scheduler.runNow('report', parameters as never))).toMatchObject({ issues: [{ path: 'parameters' }] });
  });

  it('counts with trigger manual in history and statistics', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, schedule: { ...hourly, maxRuns: 1 } });
    await scheduler.runNow('report');
    expect(await scheduler.jobHistory('report')).toMatchObject([{ trigger: 'manual', status: 'completed' }]);
    expect(await scheduler.getJobStats('report')).toMatchObject({ totalExecutions: 1, completed: 1 });
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'scheduled', nextRunAt: time('09:00') });
  });

  it.each([
    ['skip', 'JOB_ALREADY_RUNNING'],
    ['bufferOne', 'waits'],
    ['bufferAll', 'waits'],
    ['cancelOther', 'replaces'],
    ['allow', 'beside'],
  ] as const)('while a run is active under %s: %s', async (overlap, effect) => {
    const first = deferred<string>();
    let calls = 0;
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: (parameters, context) => (++calls === 1 ? Promise.race([first.promise, untilAborted(parameters, context)]) : 'second'),
      },
    });
    await scheduler.scheduleJob({ ...report, overlap });
    const running = scheduler.runNow('report');
    await clock.advance(0);
    if (effect === 'JOB_ALREADY_RUNNING') {
      expect(await rejection(scheduler.runNow('report'))).toMatchObject({ code: 'JOB_ALREADY_RUNNING' });
      first.resolve('first');
      expect(await running).toMatchObject({ status: 'completed', result: 'first' });
      return;
    }
    const second = scheduler.runNow('report');
    await clock.advance(0);
    expect(calls).toBe(effect === 'waits' ? 1 : 2);
    if (effect !== 'replaces') first.resolve('first');
    expect(await running).toMatchObject(effect === 'replaces' ? { status: 'cancelled' } : { status: 'completed', result: 'first' });
    await clock.advance(0);
    expect(await second).toMatchObject({ status: 'completed', result: 'second' });
  });

  it('does not wait for longer than it was told', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: untilAborted } });
    await scheduler.scheduleJob(report);
    expect((await rejection(scheduler.runNow('report', {}, { waitMs: 5 }))).code).toBe('WAIT_TIMEOUT');
    await clock.advance(0);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'running' });
  });
});

describe('jobHistory', () => {
  it('tells of executions, the newest first', async () => {
    let calls = 0;
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: () => {
          if (++calls === 2) throw Object.assign(new TypeError('broken'), { code: 'E_BROKEN' });
          return { calls };
        },
      },
    });
    await scheduler.scheduleJob({ ...report, parameters: { format: 'pdf' }, backoff: { type: 'constant', delay: 60_000, jitter: 0 } });
    await clock.advanceTo(time('10:30'));
    const history = await scheduler.jobHistory('report');
    expect(history.map((e) => e.scheduledFor)).toEqual([time('10:00'), time('09:00')]);
    expect(history[1]).toEqual({
      executionId: expect.any(String),
      jobName: 'report',
      organization: 'default',
      status: 'completed',
      trigger: 'schedule',
      scheduledFor: time('09:00'),
      queuedAt: time('09:00'),
      startedAt: time('09:00'),
      finishedAt: time('09:00'),
      durationMs: 0,
      attempts: [
        {
          attempt: 1,
          status: 'completed',
          startedAt: time('09:00'),
          finishedAt: time('09:00'),
          durationMs: 0,
          node: expect.stringMatching(/^n1-/),
        },
      ],
      parameters: { format: 'pdf' },
      result: { calls: 1 },
    });
    expect(history[0]).toMatchObject({
      status: 'completed',
      startedAt: time('10:00'),
      finishedAt: time('10:01'),
      durationMs: minute,
      attempts: [
        {
          attempt: 1,
          status: 'failed',
          cause: 'error',
          error: { name: 'TypeError', message: 'broken', code: 'E_BROKEN', stack: expect.stringContaining('broken') },
        },
        { attempt: 2, status: 'completed', startedAt: time('10:01') },
      ],
      result: { calls: 3 },
    });
  });

  it('has twenty entries unless told otherwise, and never more', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, schedule: { type: 'recurring', interval: { value: 1, unit: 'minutes' } } });
    await clock.advance(30 * minute);
    expect(await scheduler.jobHistory('report')).toHaveLength(20);
    expect(await scheduler.jobHistory('report', 3)).toHaveLength(3);
    expect(await scheduler.jobHistory('report', 100)).toHaveLength(30);
    for (const limit of [0, -1, 1.5, '5', Number.NaN, null, 10_001])
      expect((await rejection(scheduler.jobHistory('report', limit as never))).code).toBe('INVALID_ARGUMENT');
    expect((await rejection(scheduler.jobHistory('missing'))).code).toBe('JOB_NOT_FOUND');
  });

  it('has no more entries than asked for where one commit queued many', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, overlap: 'allow' });
    await Promise.all(Array.from({ length: 10 }, () => scheduler.runNow('report', {}, { wait: false })));
    await clock.advance(0);
    expect(await scheduler.jobHistory('report', 4)).toHaveLength(4);
  });
});

describe('getScheduledJobs', () => {
  const opened = async () => {
    const { scheduler, clock } = openScheduler({
      handlers: { pdf: () => 'ran', bad: () => Promise.reject(new NonRetryableError('no')), slow: untilAborted },
    });
    const once = { type: 'once', runAt: time('08:31') } as const;
    await scheduler.scheduleJobs([
      { ...report, jobName: 'a-scheduled', tags: ['red', 'blue'], description: 'Monthly FIGURES' },
      { ...report, jobName: 'b-paused', enabled: false },
      { ...report, jobName: 'c-completed', schedule: once },
      { ...report, jobName: 'd-failed', jobType: 'bad', schedule: once },
      { ...report, jobName: 'e-running', jobType: 'slow', schedule: once },
      { ...report, jobName: 'f-queued', jobType: 'nobody', schedule: once },
      { ...report, jobName: 'g-cancelled', tags: ['red'] },
    ]);
    await scheduler.cancelJob('g-cancelled');
    await clock.advance(2 * minute);
    return scheduler;
  };

  it('lists jobs of all statuses in the order of their names', async () => {
    const scheduler = await opened();
    const jobs = await scheduler.getScheduledJobs();
    expect(Array.isArray(jobs)).toBe(true);
    expect(jobs.map((j) => `${j.jobName.slice(2)}`)).toEqual(jobs.map((j) => j.status));
    expect(jobs).toHaveLength(7);
    expect(jobs.nextCursor).toBeUndefined();
    expect(Object.keys(jobs)).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    expect(jobs[0]).toEqual(await scheduler.getJob('a-scheduled'));
  });

  it('filters', async () => {
    const scheduler = await opened();
    const names = async (query: Parameters<typeof scheduler.getScheduledJobs>[0]) =>
      (await scheduler.getScheduledJobs(query)).map((j) => j.jobName[0]).join('');
    expect(await names({ status: 'paused' })).toBe('b');
    expect(await names({ status: ['queued', 'running'] })).toBe('ef');
    expect(await names({ jobType: 'pdf' })).toBe('abcg');
    expect(await names({ tag: 'red' })).toBe('ag');
    expect(await names({ tag: 'red', status: 'scheduled' })).toBe('a');
    expect(await names({ search: 'figures' })).toBe('a');
    expect(await names({ search: 'NOBODY' })).toBe('f');
    expect(await names({ search: 'PAUS' })).toBe('b');
    expect(await names({ status: [] })).toBe('');
  });

  it('goes page by page', async () => {
    const scheduler = await opened();
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await scheduler.getScheduledJobs({ limit: 3, ...(cursor !== undefined && { cursor }) });
      expect(page.length).toBeLessThanOrEqual(3);
      found.push(...page.map((j) => j.jobName));
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    expect(found.map((n) => n[0]).join('')).toBe('abcdefg');
  });

  it('refuses what is no query', async () => {
    const { scheduler } = openScheduler();
    for (const query of [
      { status: 'sleeping' },
      { limit: 0 },
      { limit: 'many' },
      { jobType: { $ne: null } },
      { tag: ['a'] },
      { search: 7 },
      { cursor: {} },
    ])
      expect((await rejection(scheduler.getScheduledJobs(query as never))).code).toBe('INVALID_ARGUMENT');
  });
});

describe('toggleJob', () => {
  it('pauses with a note and resumes', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' }, actor: 'ann' });
    await scheduler.scheduleJob(report);
    expect(await scheduler.toggleJob('report', false, { note: 'stocktaking' })).toMatchObject({
      status: 'paused',
      enabled: false,
      paused: { since: begin, by: 'ann', note: 'stocktaking' },
      version: 2,
    });
    await clock.advance(3 * hour);
    expect(await scheduler.jobHistory('report')).toEqual([]);
    expect(await scheduler.toggleJob('report', true)).toMatchObject({
      status: 'scheduled',
      enabled: true,
      paused: null,
      nextRunAt: time('12:00'),
      version: 3,
    });
    expect(await scheduler.explain('report', time('10:00'))).toMatchObject({ code: 'SKIPPED_PAUSED' });
    expect(await scheduler.getJobStats('report')).toMatchObject({ skippedOccurrences: 3, totalExecutions: 0 });
  });

  it('ends a pause by itself where it was given an end', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob(report);
    await scheduler.toggleJob('report', false, { until: '2026-03-02T11:30:00Z' });
    await clock.advanceTo(time('12:30'));
    expect((await scheduler.jobHistory('report')).map((e) => e.scheduledFor)).toEqual([time('12:00')]);
  });

  it('lets no run start once it has returned, and the running one go on', async () => {
    const end = deferred();
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => end.promise } });
    await scheduler.scheduleJob({ ...report, overlap: 'allow' });
    await clock.advanceTo(time('09:00'));
    expect(await scheduler.toggleJob('report', false)).toMatchObject({ status: 'running', enabled: false });
    await clock.advanceTo(time('09:03'));
    end.resolve('done');
    await clock.advanceTo(time('12:00'));
    expect(await scheduler.jobHistory('report')).toMatchObject([{ status: 'completed', scheduledFor: time('09:00'), result: 'done' }]);
    expect((await scheduler.getJob('report')).status).toBe('paused');
  });

  it('refuses what it does not understand', async () => {
    const { scheduler } = openScheduler();
    await scheduler.scheduleJob(report);
    expect((await rejection(scheduler.toggleJob('report', 'no' as never))).code).toBe('INVALID_ARGUMENT');
    expect((await rejection(scheduler.toggleJob('report', false, { until: time('08:30') }))).code).toBe('INVALID_ARGUMENT');
    expect((await rejection(scheduler.toggleJob('report', false, { until: 'tomorrow' }))).issues?.[0]?.path).toBe('until');
    expect((await rejection(scheduler.toggleJob('report', false, { note: 7 as never }))).issues?.[0]?.path).toBe('note');
    expect((await rejection(scheduler.toggleJob('missing', true))).code).toBe('JOB_NOT_FOUND');
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'scheduled', version: 1 });
  });
});

describe('cancelJob', () => {
  it('ends the job, and what it was doing', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: untilAborted }, actor: 'ann' });
    await scheduler.scheduleJob(report);
    await clock.advanceTo(time('09:00'));
    expect(await scheduler.cancelJob('report', { note: 'obsolete' })).toMatchObject({
      status: 'cancelled',
      nextRunAt: null,
      activeExecutions: [],
    });
    await clock.advanceTo(time('12:00'));
    expect(await scheduler.jobHistory('report')).toMatchObject([{ status: 'cancelled', attempts: [{ status: 'cancelled' }] }]);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'cancelled' });
    expect((await rejection(scheduler.cancelJob('missing'))).code).toBe('JOB_NOT_FOUND');
  });

  it('of a cancelled job changes nothing; enabling it brings it back', async () => {
    const { scheduler } = openScheduler();
    await scheduler.scheduleJob(report);
    await scheduler.cancelJob('report');
    expect(await scheduler.cancelJob('report')).toMatchObject({ status: 'cancelled', version: 2 });
    expect(await scheduler.scheduleJob({ ...report, enabled: true })).toMatchObject({
      status: 'scheduled',
      nextRunAt: time('09:00'),
      version: 3,
    });
  });
});

describe('deleteJob', () => {
  it('removes the job, its history and what the log said about it', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'secret result' } });
    await scheduler.scheduleJob({ ...report, parameters: { secret: 'parameter' } });
    await clock.advanceTo(time('09:30'));
    const [execution] = await scheduler.jobHistory('report');
    expect(await scheduler.deleteJob('report')).toBeUndefined();
    for (const ask of [
      () => scheduler.getJob('report'),
      () => scheduler.jobHistory('report'),
      () => scheduler.getJobStats('report'),
      () => scheduler.runNow('report'),
      () => scheduler.deleteJob('report'),
      () => scheduler.cancelJob('report'),
      () => scheduler.toggleJob('report', true),
      () => scheduler.explain('report', time('09:00')),
      () => scheduler.jobAsOf('report', time('09:00')),
    ])
      expect((await rejection(ask())).code).toBe('JOB_NOT_FOUND');
    expect((await rejection(scheduler.getExecution(execution?.executionId ?? ''))).code).toBe('EXECUTION_NOT_FOUND');
    expect(await scheduler.getScheduledJobs()).toEqual([]);
    const events = [];
    for await (const event of scheduler.events()) events.push(event);
    expect(events.map((e) => e.type)).toEqual(['JobDeleted']);
    expect(JSON.stringify(events)).not.toContain('secret');
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [], jobs: 0, executions: 0 });
  });

  it('frees the name for a job of its own, whose fencing tokens go on', async () => {
    const tokens: number[] = [];
    const { scheduler, clock } = openScheduler({ handlers: { pdf: (_, { fencingToken }) => void tokens.push(fencingToken) } });
    const { jobId } = await scheduler.scheduleJob(report);
    await clock.advanceTo(time('10:30'));
    await scheduler.deleteJob('report');
    const again = await scheduler.scheduleJob(report);
    expect(again).toMatchObject({ created: true, version: 1 });
    expect(again.jobId).not.toBe(jobId);
    await clock.advanceTo(time('11:30'));
    expect(tokens).toEqual([1, 2, 3]);
    expect(await scheduler.jobHistory('report')).toHaveLength(1);
    expect(await scheduler.getJobStats('report')).toMatchObject({ totalExecutions: 1 });
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('while a run is waited for rejects with JOB_DELETED, and aborts it', async () => {
    let aborted: unknown;
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: async (parameters, context) => {
          context.progress(0.5);
          await Promise.resolve(untilAborted(parameters, context)).catch((reason) => {
            aborted = reason;
          });
          context.log.info('too late');
          return 'late';
        },
      },
    });
    await scheduler.scheduleJob(report);
    const run = rejection(scheduler.runNow('report'));
    await clock.advance(0);
    await scheduler.deleteJob('report');
    expect((await run).code).toBe('JOB_DELETED');
    await clock.advance(minute);
    expect(aborted).toMatchObject({ name: 'AbortError' });
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [], executions: 0 });
  });

  it('leaves alone a job that takes the name at the same moment', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob(report);
    await scheduler.runNow('report');
    const [, created, run] = await Promise.all([
      scheduler.deleteJob('report'),
      scheduler.scheduleJob(report),
      scheduler.runNow('report', {}, { wait: false }),
    ]);
    await clock.advance(0);
    expect(created).toMatchObject({ created: true });
    expect(await scheduler.jobHistory('report')).toMatchObject([{ executionId: run.executionId, status: 'completed' }]);
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });
});

describe('getJobStats', () => {
  it('counts executions', async () => {
    let calls = 0;
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: () => {
          if (++calls % 3 === 0) throw new NonRetryableError('no');
          return 'ran';
        },
      },
    });
    await scheduler.scheduleJob(report);
    expect(await scheduler.getJobStats('report')).toEqual({
      jobName: 'report',
      organization: 'default',
      totalExecutions: 0,
      completed: 0,
      failed: 0,
      cancelled: 0,
      retries: 0,
      skippedOccurrences: 0,
      successRate: 0,
      averageDurationMs: null,
      p50DurationMs: null,
      p95DurationMs: null,
      p99DurationMs: null,
      maxDurationMs: null,
      averageLatenessMs: null,
      maxLatenessMs: null,
      streak: null,
      days: [],
    });
    await clock.advanceTo(time('15:30'));
    expect(await scheduler.getJobStats('report')).toMatchObject({
      totalExecutions: 7,
      completed: 5,
      failed: 2,
      cancelled: 0,
      retries: 0,
      successRate: 5 / 7,
      averageDurationMs: 0,
      p50DurationMs: 0,
      averageLatenessMs: 0,
      streak: { outcome: 'completed', count: 1 },
      lastExecution: { status: 'completed', startedAt: time('15:00'), finishedAt: time('15:00'), durationMs: 0 },
      lastSuccessAt: time('15:00'),
      lastFailureAt: time('14:00'),
    });
    expect((await rejection(scheduler.getJobStats('missing'))).code).toBe('JOB_NOT_FOUND');
  });
});

describe('previewSchedule', () => {
  it('shows what will run', () => {
    const { scheduler } = openScheduler();
    const preview = scheduler.previewSchedule({ ...hourly, timezone: 'Europe/Berlin' }, { count: 3 });
    expect(preview).toHaveLength(3);
    expect(preview[0]).toMatchObject({ occurrence: time('09:00') });
    expect(scheduler.previewSchedule(hourly, { after: time('12:30'), count: 1 })[0]).toMatchObject({ occurrence: time('13:00') });
    expect(scheduler.previewSchedule(hourly)).toHaveLength(10);
  });

  it('shows no more than may run', () => {
    const { scheduler } = openScheduler();
    expect(scheduler.previewSchedule({ ...hourly, maxRuns: 2 })).toHaveLength(2);
    expect(scheduler.previewSchedule({ ...hourly, maxRuns: 20 }, { count: 5 })).toHaveLength(5);
  });

  it('knows the calculators that the options name', () => {
    const { scheduler } = openScheduler({ customSchedules: { daily: (after) => new Date(after.getTime() + day) } });
    expect(scheduler.previewSchedule({ type: 'custom', calculator: 'daily' }, { count: 2 })).toHaveLength(2);
    expect(() => scheduler.previewSchedule({ type: 'custom', calculator: 'moon' })).toThrow(
      expect.objectContaining({ code: 'CALCULATOR_MISSING' }),
    );
  });

  it('refuses wrong schedules and counts', () => {
    const { scheduler } = openScheduler();
    expect(() => scheduler.previewSchedule({ type: 'recurring', cronExpression: 'often' })).toThrow(
      expect.objectContaining({ code: 'INVALID_SCHEDULE', issues: [expect.objectContaining({ path: 'schedule.cronExpression' })] }),
    );
    for (const count of [0, 101, 1.5, '3' as never])
      expect(() => scheduler.previewSchedule(hourly, { count })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    for (const after of [new Date('nonsense'), '2026-03-02' as never, 5 as never])
      expect(() => scheduler.previewSchedule(hourly, { after })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('on', () => {
  it('refuses a type of event that there is none of, and what is no function', () => {
    const { scheduler } = openScheduler();
    expect(() => scheduler.on('nope' as never, () => undefined)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => scheduler.on('*', 5 as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('a call with several faults', () => {
  const faults: readonly (readonly [string, (scheduler: Scheduler) => unknown, readonly string[]])[] = [
    ['getScheduledJobs', (s) => s.getScheduledJobs({ status: 'zz' as never, limit: -1, tag: 5 as never }), ['status', 'limit', 'tag']],
    ['jobHistory', (s) => s.jobHistory('no name', 0), ['jobName', 'limit']],
    ['historyPage', (s) => s.historyPage('no name', { limit: 0, cursor: 'x' }), ['jobName', 'limit', 'cursor']],
    ['explain', (s) => s.explain('no name', 'x'), ['jobName', 'at']],
    ['jobAsOf', (s) => s.jobAsOf('no name', 'x'), ['jobName', 'at']],
    ['backfill', (s) => s.backfill('no name', 'x', 'y'), ['jobName', 'from', 'to']],
    ['comingRuns', (s) => s.comingRuns('no name', { after: 'x', count: 0 }), ['jobName', 'after', 'count']],
    ['cancelJob', (s) => s.cancelJob('no name', { note: 5 as never }), ['jobName', 'note']],
    ['toggleJob', (s) => s.toggleJob('no name', 'x' as never, { note: 5 as never, until: 'y' }), ['jobName', 'until', 'note', 'enabled']],
    ['toggleJob, to resume,', (s) => s.toggleJob('no name', true, { note: 5 as never, until: 'y' }), ['jobName', 'note', 'until']],
    [
      'runNow',
      (s) => s.runNow('no name', [1] as never, { wait: 'x' as never, waitMs: -1, onQueued: 1 as never }),
      ['jobName', 'parameters', 'wait', 'waitMs', 'onQueued'],
    ],
    [
      'events',
      (s) => s.events({ jobName: 5 as never, type: ['JobPaused', 'nope'] as never, after: 5 as never, follow: 'x' as never }).next(),
      ['jobName', 'type', 'after', 'follow'],
    ],
    [
      'previewSchedule',
      async (s) => s.previewSchedule({ type: 'x' } as never, { count: 0, after: 'x' }),
      ['schedule.type', 'after', 'count'],
    ],
    [
      'nextOccurrences',
      async () => nextOccurrences({}, { after: 'x' as never, count: -1, until: 5 as never }),
      ['after', 'until', 'count'],
    ],
  ];
  it.each(faults)('%s tells all of them', async (_, call, paths) => {
    const { scheduler } = openScheduler();
    const { issues } = await rejection(call(scheduler) as Promise<unknown>);
    expect(issues?.map(({ path }) => path)).toEqual(paths);
    for (const issue of issues ?? []) expect(Object.keys(issue)).toEqual(['path', 'message']);
  });
});

describe('jobAsOf', () => {
  it('shows a job as it was', async () => {
    const { scheduler, clock } = openScheduler();
    await scheduler.scheduleJob({ ...report, priority: 'low' });
    await clock.advance(10 * minute);
    await scheduler.scheduleJob({ ...report, priority: 'high' });
    await scheduler.toggleJob('report', false);
    expect(await scheduler.jobAsOf('report', time('08:35'))).toMatchObject({ priority: 'low', status: 'scheduled', version: 1 });
    expect(await scheduler.jobAsOf('report', time('08:40'))).toMatchObject({ priority: 'high', status: 'paused', version: 3 });
    expect((await rejection(scheduler.jobAsOf('report', time('08:29')))).code).toBe('JOB_NOT_FOUND');
    expect((await rejection(scheduler.jobAsOf('report', 'yesterday'))).issues?.[0]?.path).toBe('at');
  });
});

describe('backfill', () => {
  it('runs each occurrence of a span of the past, in order, one by one', async () => {
    const runs: unknown[] = [];
    const { scheduler, clock } = openScheduler({
      handlers: { pdf: (_: unknown, { scheduledFor }: HandlerContext) => void runs.push(scheduledFor) },
    });
    await scheduler.scheduleJob(report);
    const { executions } = await scheduler.backfill('report', time('05:00'), time('08:00'));
    expect(executions.map(({ scheduledFor }) => scheduledFor)).toEqual(['05:00', '06:00', '07:00', '08:00'].map((t) => time(t)));
    await clock.advance(0);
    expect(runs).toEqual(['05:00', '06:00', '07:00', '08:00'].map((t) => time(t)));
    expect(await scheduler.jobHistory('report')).toMatchObject(
      executions.toReversed().map((e) => ({ ...e, trigger: 'backfill', status: 'completed' })),
    );
    expect(await scheduler.getJob('report')).toMatchObject({ nextRunAt: time('09:00') });
  });

  it('of more occurrences than a commit holds runs each once', async () => {
    let runs = 0;
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => void runs++ } });
    await scheduler.scheduleJob({ ...report, overlap: 'allow' });
    const { executions } = await scheduler.backfill('report', new Date(time('08:00').getTime() - 249 * 3_600_000), time('08:00'));
    expect(new Set(executions.map(({ scheduledFor }) => scheduledFor.getTime())).size).toBe(250);
    await clock.advance(0);
    expect(runs).toBe(250);
    expect(await scheduler.verify()).toMatchObject({ ok: true });
  });

  it('is refused for a span that is not one of the past, or too long, and for a job that is not there', async () => {
    const { scheduler } = openScheduler();
    await scheduler.scheduleJob(report);
    const refused = async (from: Date | string, to: Date | string) =>
      (await rejection(scheduler.backfill('report', from, to))).issues?.[0]?.path;
    expect(await refused(time('08:00'), time('09:00'))).toBe('to');
    expect(await refused(time('08:00'), time('07:00'))).toBe('from');
    expect(await refused('yesterday', time('07:00'))).toBe('from');
    expect(await refused(new Date(0), time('08:00'))).toBe('to');
    expect((await rejection(scheduler.backfill('nobody', time('07:00'), time('08:00')))).code).toBe('JOB_NOT_FOUND');
    expect(await scheduler.jobHistory('report')).toEqual([]);
  });
});

describe('callers read their own writes', () => {
  it('at once after each call, in every query', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: () => 'ran' } });
    for (let i = 0; i < 20; i++) {
      const jobName = `job-${i}`;
      await scheduler.scheduleJob({ ...report, jobName });
      expect(await scheduler.getScheduledJobs()).toHaveLength(i + 1);
      const { executionId } = await scheduler.runNow(jobName);
      expect(await scheduler.getExecution(executionId)).toMatchObject({ status: 'completed' });
      expect(await scheduler.jobHistory(jobName)).toMatchObject([{ executionId, status: 'completed' }]);
      expect(await scheduler.getJobStats(jobName)).toMatchObject({ totalExecutions: 1 });
      expect(await scheduler.getJob(jobName)).toMatchObject({ lastRunAt: begin });
    }
  });
});

describe('a scheduler that was stopped', () => {
  it('refuses calls until it is started again', async () => {
    const { scheduler } = openScheduler();
    await scheduler.scheduleJob(report);
    await scheduler.stop();
    expect((await rejection(scheduler.getJob('report'))).code).toBe('STOPPED');
    await scheduler.start();
    expect(await scheduler.getScheduledJobs({ search: 'nothing' })).toEqual([]);
  });

  it('rejects who waits for a run', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: untilAborted } });
    await scheduler.scheduleJob(report);
    const run = rejection(scheduler.runNow('report'));
    await clock.advance(0);
    await scheduler.stop({ drainMs: 0 });
    expect((await run).code).toBe('STOPPED');
  });

  it('that was never started runs nothing, and says so to who would wait', async () => {
    const { scheduler, clock } = openScheduler({ autoStart: false, handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob(report);
    await clock.advanceTo(time('09:30'));
    expect(await scheduler.jobHistory('report')).toEqual([]);
    expect((await rejection(scheduler.runNow('report'))).code).toBe('STOPPED');
    await scheduler.start();
    await clock.advance(0);
    expect(await scheduler.jobHistory('report')).toMatchObject([{ trigger: 'catchUp', scheduledFor: time('09:00') }]);
  });
});
