import { describe, expect, it } from 'vitest';
import { type Handler, NonRetryableError, RetryAfterError } from '../../src/bootstrap/index.js';
import { openNode, sharedMemory } from './node.js';
import { begin, deferred, hour, hourly, minute, openScheduler, rejection, time, untilAborted } from './opened.js';

const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;
const later = (ms: number): Date => new Date(begin.getTime() + ms);

describe('a handler', () => {
  it('is told what it runs', async () => {
    const seen: unknown[] = [];
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: (parameters, { signal, log, progress, ...info }) => {
          seen.push([parameters, info, signal.aborted, typeof log.info, typeof progress]);
        },
      },
    });
    const { jobId } = await scheduler.scheduleJob({ ...report, parameters: { format: 'pdf' }, maxAttempts: 2 });
    await clock.advanceTo(time('09:00'));
    const [execution] = await scheduler.jobHistory('report');
    expect(seen).toEqual([
      [
        { format: 'pdf' },
        {
          jobName: 'report',
          jobId,
          jobType: 'pdf',
          organization: 'default',
          executionId: execution?.executionId,
          attempt: 1,
          maxAttempts: 2,
          scheduledFor: time('09:00'),
          fencingToken: 1,
          idempotencyKey: execution?.executionId,
          artifact: expect.any(Function),
        },
        false,
        'function',
        'function',
      ],
    ]);
  });

  it('gets parameters of its own: what it changes in them is not kept', async () => {
    const { scheduler } = openScheduler({
      handlers: {
        pdf: (parameters) => {
          const own = parameters as { list: number[]; extra?: boolean };
          own.list.push(3);
          own.extra = true;
          return own;
        },
      },
    });
    await scheduler.scheduleJob({ ...report, parameters: { list: [1, 2] } });
    await scheduler.runNow('report');
    expect(await scheduler.runNow('report')).toMatchObject({ result: { list: [1, 2, 3], extra: true } });
    expect((await scheduler.getJob('report')).parameters).toEqual({ list: [1, 2] });
  });

  it.each<readonly [string, Handler, object]>([
    ['returns nothing', () => undefined, { status: 'completed' }],
    [
      'returns success: false and why',
      () => ({ success: false, message: 'no paper' }),
      { status: 'failed', error: { name: 'JobFailed', message: 'no paper' } },
    ],
    ['returns success: false', async () => ({ success: false }), { status: 'failed', error: { name: 'JobFailed' } }],
    ['returns success: true', () => ({ success: true, data: [1] }), { status: 'completed', result: { success: true, data: [1] } }],
    [
      'throws',
      () => {
        throw new RangeError('too far');
      },
      { status: 'failed', error: { name: 'RangeError', message: 'too far' } },
    ],
    ['rejects with a text', () => Promise.reject('just text'), { status: 'failed', error: { name: 'Error', message: 'just text' } }],
    [
      'throws null',
      () => {
        throw null;
      },
      { status: 'failed', error: { name: 'Error' } },
    ],
    [
      'returns what is no JSON',
      () => ({ big: 10n }),
      { status: 'completed', result: { truncated: true, reason: expect.stringContaining('not JSON') } },
    ],
    ['returns a Date', () => ({ at: begin }), { status: 'completed', result: { at: begin.toISOString() } }],
  ])('that %s', async (_, handler, outcome) => {
    const { scheduler } = openScheduler({ handlers: { pdf: handler } });
    await scheduler.scheduleJob({ ...report, maxAttempts: 1 });
    const run = await scheduler.runNow('report');
    expect(run).toMatchObject(outcome);
    const [entry] = await scheduler.jobHistory('report');
    expect([entry?.status, entry?.result, entry?.error]).toEqual([run.status, run.result, run.error]);
  });

  it('whose result is too large leaves its beginning and its size', async () => {
    const { scheduler } = openScheduler({
      handlers: { pdf: () => ({ text: 'ü'.repeat(200_000) }), fits: () => ({ text: 'x'.repeat(262_132) }) },
    });
    await scheduler.scheduleJob(report);
    await scheduler.scheduleJob({ ...report, jobName: 'fits', jobType: 'fits' });
    expect((await scheduler.runNow('report')).result).toEqual({
      truncated: true,
      bytes: 400_011,
      head: expect.stringMatching(/^\{"text":"üü/),
    });
    expect((await scheduler.runNow('fits')).result).toEqual({ text: 'x'.repeat(262_132) });
  });

  it('whose error is too large has it cut, with a mark', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: () => Promise.reject(new NonRetryableError('m'.repeat(100_000))) } });
    await scheduler.scheduleJob(report);
    const { error } = await scheduler.runNow('report');
    expect(error?.message.length).toBeLessThan(9_000);
    expect(error?.message).toMatch(/^m+ \.\.\. \[cut, 100000 characters\]$/);
  });

  it('that says trying again cannot help is not tried again', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: () => Promise.reject(new NonRetryableError('wrong address')) } });
    await scheduler.scheduleJob(report);
    expect(await scheduler.runNow('report')).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { name: 'NonRetryableError', code: 'NON_RETRYABLE', message: 'wrong address' },
    });
  });

  it('that asks to be called later is, and it costs no attempt', async () => {
    const calls: number[] = [];
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: (_, { attempt }) => {
          calls.push(clock.now() - begin.getTime());
          if (attempt <= 4) throw new RetryAfterError(7 * minute);
          return attempt;
        },
      },
    });
    await scheduler.scheduleJob({ ...report, maxAttempts: 1, schedule: { type: 'once', runAt: begin } });
    await clock.advance(hour);
    expect(calls).toEqual([0, 7, 14, 21, 28].map((n) => n * minute));
    expect(await scheduler.jobHistory('report')).toMatchObject([
      { status: 'completed', result: 5, attempts: [{ cause: 'snoozed' }, {}, {}, {}, { status: 'completed' }] },
    ]);
  });

  it('is tried again after waits that grow', async () => {
    const calls: number[] = [];
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: () => {
          calls.push(clock.now() - begin.getTime());
          throw new Error('still');
        },
      },
    });
    await scheduler.scheduleJob({
      ...report,
      maxAttempts: 5,
      schedule: { type: 'once', runAt: begin },
      backoff: { type: 'exponential', delay: 1_000, factor: 3, maxDelay: 20_000, jitter: 0 },
    });
    await clock.advance(hour);
    expect(calls).toEqual([0, 1_000, 4_000, 13_000, 33_000]);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'failed' });
  });
});

describe('a time-out', () => {
  it('aborts the handler, which is tried again', async () => {
    const reasons: unknown[] = [];
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: (parameters, context) => {
          context.signal.addEventListener('abort', () => reasons.push([clock.now() - begin.getTime(), context.signal.reason.name]));
          return untilAborted(parameters, context);
        },
      },
    });
    await scheduler.scheduleJob({
      ...report,
      timeout: 30_000,
      maxAttempts: 2,
      backoff: { type: 'constant', delay: 10_000, jitter: 0 },
      schedule: { type: 'once', runAt: begin },
    });
    await clock.advance(29_000);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'running' });
    await clock.advance(5_000);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'retrying' });
    await clock.advance(hour);
    expect(reasons).toEqual([
      [30_000, 'TimeoutError'],
      [70_000, 'TimeoutError'],
    ]);
    expect(await scheduler.jobHistory('report')).toMatchObject([
      {
        status: 'failed',
        error: { name: 'TimeoutError', code: 'TIMEOUT' },
        attempts: [
          { status: 'failed', cause: 'timeout', durationMs: 30_000, finishedAt: later(30_000) },
          { status: 'failed', cause: 'timeout', startedAt: later(40_000), finishedAt: later(70_000) },
        ],
      },
    ]);
  });

  it('of a handler that ignores its signal holds: its late result is refused, its slot is free five seconds later', async () => {
    const ends = [deferred(), deferred()];
    const started: number[] = [];
    const { scheduler, clock } = openScheduler({
      concurrency: 1,
      handlers: {
        pdf: () => {
          started.push(clock.now() - begin.getTime());
          return ends[started.length - 1]?.promise;
        },
      },
    });
    await scheduler.scheduleJob({ ...report, timeout: 10_000, maxAttempts: 1, schedule: { type: 'once', runAt: begin } });
    await scheduler.scheduleJob({ ...report, jobName: 'next', timeout: minute, schedule: { type: 'once', runAt: later(1_000) } });
    await clock.advance(12_000);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'failed' });
    expect(started).toEqual([0]);
    await clock.advance(4_000);
    // One handler is stuck, which is as many as there are slots: this node claims nothing more.
    expect(await scheduler.getJob('next')).toMatchObject({ status: 'queued', waitingFor: 'capacity' });
    ends[0]?.resolve('late');
    await clock.advance(1_000);
    expect(await scheduler.jobHistory('report')).toMatchObject([{ status: 'failed', attempts: [{ cause: 'timeout' }] }]);
    expect((await scheduler.jobHistory('report'))[0]).not.toHaveProperty('result');
    await clock.advance(1_000);
    expect(await scheduler.getJob('next')).toMatchObject({ status: 'running' });
  });

  it('frees the slot of a stuck handler for others while there are more slots than stuck ones', async () => {
    const { scheduler, clock } = openScheduler({
      concurrency: 2,
      handlers: { stuck: () => new Promise(() => undefined), pdf: () => 'ran' },
    });
    const once = (ms: number) => ({ type: 'once', runAt: later(ms) }) as const;
    await scheduler.scheduleJob({ ...report, jobName: 'stuck', jobType: 'stuck', timeout: 1_000, maxAttempts: 1, schedule: once(0) });
    await scheduler.scheduleJob({ ...report, jobName: 'hog', jobType: 'stuck', timeout: hour, maxAttempts: 1, schedule: once(0) });
    await scheduler.scheduleJob({ ...report, schedule: once(2_000) });
    await clock.advance(5_000);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'queued', waitingFor: 'capacity' });
    await clock.advance(2_000);
    expect(await scheduler.jobHistory('report')).toMatchObject([{ status: 'completed', startedAt: later(6_000) }]);
  });

  it('longer than a timer can be does not end at once', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: untilAborted } });
    await scheduler.scheduleJob({ ...report, timeout: 7 * 24 * hour, maxAttempts: 1, schedule: { type: 'once', runAt: begin } });
    await clock.advance(6 * 24 * hour);
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'running' });
    await clock.advance(25 * hour);
    expect(await scheduler.jobHistory('report')).toMatchObject([{ attempts: [{ cause: 'timeout', durationMs: 7 * 24 * hour }] }]);
  });
});

describe('cancelExecution', () => {
  it('aborts a running attempt and answers when it has stopped', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: untilAborted } });
    await scheduler.scheduleJob(report);
    const run = scheduler.runNow('report');
    await clock.advance(1_000);
    const [active] = (await scheduler.getJob('report')).activeExecutions;
    expect(active).toEqual({ executionId: expect.any(String), status: 'running', attempt: 1 });
    const cancelled = await scheduler.cancelExecution(active?.executionId ?? '', { note: 'enough' });
    expect(cancelled).toMatchObject({ status: 'cancelled', attempts: [{ status: 'cancelled' }] });
    expect(await run).toMatchObject({ status: 'cancelled' });
    expect(await scheduler.getJob('report')).toMatchObject({ status: 'scheduled', activeExecutions: [] });
  });

  it('of a handler that does not listen is done five seconds later', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => new Promise(() => undefined) } });
    await scheduler.scheduleJob(report);
    const { executionId } = await scheduler.runNow('report', {}, { wait: false });
    await clock.advance(0);
    const cancelled = scheduler.cancelExecution(executionId);
    await clock.advance(4_000);
    expect(await scheduler.getExecution(executionId)).toMatchObject({ status: 'running' });
    await clock.advance(2_000);
    expect(await cancelled).toMatchObject({ status: 'cancelled', finishedAt: later(5_000) });
  });

  it('leaves a run alone that completes all the same', async () => {
    const { scheduler, clock } = openScheduler({
      handlers: { pdf: async (parameters, context) => Promise.resolve(untilAborted(parameters, context)).catch(() => 'cleaned up') },
    });
    await scheduler.scheduleJob(report);
    const { executionId } = await scheduler.runNow('report', {}, { wait: false });
    await clock.advance(0);
    expect(await scheduler.cancelExecution(executionId)).toMatchObject({ status: 'completed', result: 'cleaned up' });
  });

  it('of a run that waits, or waits for its retry, is done at once', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => Promise.reject(new Error('no')) } });
    await scheduler.scheduleJob({ ...report, backoff: { type: 'constant', delay: minute, jitter: 0 } });
    const { executionId } = await scheduler.runNow('report', {}, { wait: false });
    await clock.advance(0);
    expect(await scheduler.getExecution(executionId)).toMatchObject({ status: 'retrying', retryAt: later(minute) });
    expect(await scheduler.cancelExecution(executionId)).toMatchObject({ status: 'cancelled', attempts: [{ status: 'failed' }] });
    await clock.advance(10 * minute);
    expect(await scheduler.getExecution(executionId)).toMatchObject({ status: 'cancelled' });
  });

  it('of a run that is over answers with how it ended', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob(report);
    const { executionId } = await scheduler.runNow('report');
    expect(await scheduler.cancelExecution(executionId)).toMatchObject({ executionId, status: 'completed' });
    expect((await rejection(scheduler.cancelExecution('nothing'))).code).toBe('EXECUTION_NOT_FOUND');
    expect((await rejection(scheduler.cancelExecution({ $ne: null } as never))).code).toBe('INVALID_ARGUMENT');
  });
});

describe('progress and log lines', () => {
  it('are kept with the execution, while it runs and after', async () => {
    const end = deferred();
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: async (_, { progress, log }) => {
          progress(0.25, 'a quarter');
          log.info('page %d of %d', 1, 4);
          log.error('odd', { page: 1 });
          await end.promise;
          progress(7);
        },
      },
    });
    await scheduler.scheduleJob(report);
    const { executionId } = await scheduler.runNow('report', {}, { wait: false });
    await clock.advance(0);
    expect(await scheduler.getExecution(executionId)).toMatchObject({
      status: 'running',
      progress: { fraction: 0.25, message: 'a quarter', at: begin },
      log: [
        { at: begin, level: 'info', message: 'page 1 of 4' },
        { level: 'error', message: 'odd { page: 1 }' },
      ],
      droppedLogLines: 0,
    });
    end.resolve('done');
    await clock.advance(1_000);
    expect(await scheduler.getExecution(executionId)).toMatchObject({ status: 'completed', progress: { fraction: 1 } });
  });

  const linesOf = async (write: (line: (text: string) => void) => void) => {
    const { scheduler } = openScheduler({ handlers: { pdf: (_, { log }) => write((text) => log.info(text)) } });
    await scheduler.scheduleJob(report);
    const { executionId } = await scheduler.runNow('report');
    return scheduler.getExecution(executionId);
  };

  it('are bounded by number, the last kept', async () => {
    const { log, droppedLogLines } = await linesOf((line) => {
      for (let i = 1; i <= 1_500; i++) line(`${i}`);
    });
    expect([log.length, log[0]?.message, log.at(-1)?.message, droppedLogLines]).toEqual([1_000, '501', '1500', 500]);
  });

  it.each(['x', 'ü', '漢', '👩‍🚀'])('are bounded by size, whatever they are written in: %s', async (letter) => {
    const { log, droppedLogLines } = await linesOf((line) => {
      for (let i = 0; i < 100; i++) line(letter.repeat(1_000));
    });
    const bytes = log.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0);
    expect(bytes).toBeLessThanOrEqual(64 * 1024);
    expect(log.length).toBeGreaterThan(0);
    expect(log.length + droppedLogLines).toBe(100);
  });

  it('of an earlier attempt stay when another follows', async () => {
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: (_, { attempt, log, progress }) => {
          log.warn(`attempt ${attempt}`);
          progress(attempt / 10);
          if (attempt < 3) throw new Error('again');
        },
      },
    });
    await scheduler.scheduleJob({ ...report, backoff: { type: 'constant', delay: minute, jitter: 0 } });
    const { executionId } = await scheduler.runNow('report', {}, { wait: false });
    await clock.advance(90_000);
    await scheduler.getExecution(executionId);
    await clock.advance(90_000);
    const { log, progress } = await scheduler.getExecution(executionId);
    expect(log.map((l) => l.message)).toEqual(['attempt 1', 'attempt 2', 'attempt 3']);
    expect(progress?.fraction).toBe(0.3);
  });

  it('of values that cannot be printed disturb nobody', async () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    const { scheduler } = openScheduler({
      handlers: {
        pdf: (_, { log, progress }) => {
          log.info(hostile as never);
          log.info('a\nb\u001b[31m');
          progress(Number.NaN);
          progress('0.5' as never);
          return 'ran';
        },
      },
    });
    await scheduler.scheduleJob(report);
    const { executionId, status } = await scheduler.runNow('report');
    expect(status).toBe('completed');
    expect(await scheduler.getExecution(executionId)).toMatchObject({ progress: { fraction: 0.5 } });
  });
});

describe('stopping', () => {
  it('lets attempts end within the time given', async () => {
    const end = deferred();
    const storage = sharedMemory();
    const { runtime, jobs, clock } = await openNode({ storage, handlersByName: { pdf: () => end.promise } });
    await runtime.start();
    await jobs.scheduleJob(report);
    const { executionId } = await jobs.runNow('report', {}, { wait: false });
    await clock.advance(0);
    const stopping = runtime.stop(5_000);
    end.resolve('done');
    await stopping;
    const again = await openNode({ storage, clock, node: 'n2' });
    expect(await again.jobs.getExecution(executionId)).toMatchObject({ status: 'completed', result: 'done' });
    await again.runtime.stop(0);
  });

  it('aborts the rest, which is tried again after the next start, at once, and costs no attempt', async () => {
    const storage = sharedMemory();
    const first = await openNode({ storage, handlersByName: { pdf: untilAborted } });
    await first.runtime.start();
    await first.jobs.scheduleJob({ ...report, maxAttempts: 1 });
    await first.clock.advanceTo(time('09:00'));
    await first.runtime.stop(0);
    const second = await openNode({ storage, clock: first.clock, node: 'n2', handlersByName: { pdf: () => 'second time' } });
    expect(await second.jobs.jobHistory('report')).toMatchObject([
      { status: 'retrying', attempts: [{ status: 'failed', cause: 'shutdown', error: { code: 'SHUTDOWN' } }], retryAt: time('09:00') },
    ]);
    await second.runtime.start();
    await second.clock.advance(0);
    expect(await second.jobs.jobHistory('report')).toMatchObject([
      { status: 'completed', result: 'second time', attempts: [{ node: 'n1' }, { attempt: 2, node: 'n2', startedAt: time('09:00') }] },
    ]);
    expect(await second.runtime.verify()).toMatchObject({ ok: true, problems: [] });
    await second.runtime.stop(0);
  });

  it('starts nothing new', async () => {
    const storage = sharedMemory();
    let calls = 0;
    const first = await openNode({ storage, handlersByName: { pdf: () => ++calls } });
    await first.runtime.start();
    await first.jobs.scheduleJob(report);
    await first.runtime.stop(0);
    await first.clock.advanceTo(time('12:00'));
    expect(calls).toBe(0);
  });
});

describe('a node that died', () => {
  it('has its attempts failed as lost at the next start, and tried again', async () => {
    const storage = sharedMemory();
    const dead = await openNode({ storage, handlersByName: { pdf: () => new Promise(() => undefined) } });
    await dead.runtime.start();
    await dead.jobs.scheduleJob({ ...report, timeout: hour, backoff: { type: 'constant', delay: minute, jitter: 0 } });
    await dead.clock.advanceTo(time('09:00'));
    expect(await dead.jobs.jobHistory('report')).toMatchObject([{ status: 'running' }]);
    // It is gone without a word: another incarnation starts on the same storage.
    const { runtime, jobs, clock } = await openNode({
      storage,
      clock: dead.clock,
      node: 'n2',
      handlersByName: { pdf: () => 'second time' },
    });
    await runtime.start();
    await clock.advance(2 * minute);
    expect(await jobs.jobHistory('report')).toMatchObject([
      {
        status: 'completed',
        attempts: [
          { status: 'failed', cause: 'lost', node: 'n1', error: { code: 'NODE_LOST' } },
          { status: 'completed', node: 'n2' },
        ],
      },
    ]);
    expect(await runtime.verify()).toMatchObject({ ok: true, problems: [] });
    await runtime.stop(0);
  });

  it('misses what was due meanwhile, which goes by the misfire policy', async () => {
    const storage = sharedMemory();
    const ran: string[] = [];
    const handlersByName = {
      pdf: (_: never, { jobName, scheduledFor }: never) =>
        void ran.push(`${jobName} ${(scheduledFor as Date).toISOString().slice(11, 16)}`),
    };
    const first = await openNode({ storage, handlersByName });
    await first.runtime.start();
    for (const misfire of ['once', 'skip', 'all'] as const) await first.jobs.scheduleJob({ ...report, jobName: misfire, misfire });
    await first.clock.advanceTo(time('09:30'));
    await first.runtime.stop(0);
    ran.length = 0;
    await first.clock.advanceTo(time('12:30'));
    const second = await openNode({ storage, clock: first.clock, node: 'n2', handlersByName });
    await second.runtime.start();
    await second.clock.advance(0);
    expect(ran.sort()).toEqual(['all 10:00', 'all 11:00', 'all 12:00', 'once 12:00']);
    expect(await second.jobs.explain('once', time('11:00'))).toMatchObject({ code: 'SKIPPED_MISFIRE' });
    expect(await second.jobs.getJobStats('skip')).toMatchObject({ skippedOccurrences: 3 });
    await second.runtime.stop(0);
  });
});
