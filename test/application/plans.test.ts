import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeHeap } from '../../src/application/planning/timeHeap.js';
import { instant } from '../../src/domain/instant.js';
import { begin, day, hour, hourly, minute, openScheduler, rejection, time } from './opened.js';

const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;
const cron = (cronExpression: string) => ({ type: 'recurring', cronExpression }) as const;

describe('comingRuns', () => {
  const starts = (runs: readonly { readonly startAt: Date }[]) => runs.map(({ startAt }) => startAt);

  it('are those that the job will start, with its jitter', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, schedule: { ...hourly, jitter: 10 * minute } });
    const coming = await scheduler.comingRuns('report', { count: 3 });
    expect(coming.map(({ occurrence }) => occurrence)).toEqual([time('09:00'), time('10:00'), time('11:00')]);
    await clock.advanceTo(time('11:30'));
    const began = (await scheduler.jobHistory('report')).map(({ startedAt }) => startedAt).reverse();
    expect(began).toEqual(starts(coming));
  });

  it('end with the runs that maxRuns allows, and begin after the instant that is named', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, schedule: { ...hourly, maxRuns: 4 } });
    await clock.advanceTo(time('09:30'));
    expect(starts(await scheduler.comingRuns('report'))).toEqual([time('10:00'), time('11:00'), time('12:00')]);
    expect(starts(await scheduler.comingRuns('report', { after: time('11:00').toISOString() }))).toEqual([time('12:00')]);
    await scheduler.scheduleJob({ ...report, jobName: 'endless', schedule: cron('* * * * * *') });
    expect(starts(await scheduler.comingRuns('endless', { after: time('00:00', 3_000), count: 1 }))).toEqual([time('00:00:01', 3_000)]);
    await scheduler.scheduleJob({ ...report, jobName: 'counted', schedule: { ...cron('* * * * * *'), maxRuns: 1_000_000_000 } });
    expect(await rejection(scheduler.comingRuns('counted', { after: time('00:00', 3_000) }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      issues: [{ path: 'after' }],
    });
  });

  it('are none while a job is paused without an end, and follow the end of a pause', async () => {
    const { scheduler } = openScheduler();
    await scheduler.scheduleJob(report);
    await scheduler.scheduleJob({ ...report, jobName: 'once', schedule: { type: 'once', runAt: time('09:00') } });
    await scheduler.toggleJob('report', false);
    expect(await scheduler.comingRuns('report')).toEqual([]);
    for (const jobName of ['report', 'once']) await scheduler.toggleJob(jobName, false, { until: time('11:30') });
    expect(starts(await scheduler.comingRuns('report', { count: 1 }))).toEqual([time('12:00')]);
    expect(starts(await scheduler.comingRuns('once'))).toEqual([time('11:30')]);
    await scheduler.cancelJob('report');
    expect(await scheduler.comingRuns('report')).toEqual([]);
    expect((await rejection(scheduler.comingRuns('nobody'))).code).toBe('JOB_NOT_FOUND');
    for (const query of [{ count: 0 }, { count: 101 }, { after: 'soon' }] as never[])
      expect((await rejection(scheduler.comingRuns('report', query))).code).toMatch(/INVALID/);
  });
});

describe('whatIf', () => {
  it('tells what a change would take away, add and move, and saves nothing', async () => {
    const { scheduler } = openScheduler();
    await scheduler.scheduleJob(report);
    const before = await scheduler.getJob('report');
    const change = await scheduler.whatIf({ ...report, priority: 'high', schedule: cron('0,30 */2 * * *') }, { days: 1 });
    expect(change).toMatchObject({
      outcome: 'updated',
      changed: ['priority', 'schedule'],
      kept: 12,
      moved: [],
      complete: true,
      from: begin,
      until: time('08:30', 1),
    });
    expect(change.removed.map(({ occurrence }) => occurrence.getUTCHours() % 2)).toEqual(Array(12).fill(1));
    expect(change.added.map(({ occurrence }) => occurrence.getUTCMinutes())).toEqual(Array(12).fill(30));
    expect(change.nextRunAt).toEqual({ before: time('09:00'), after: time('10:00') });
    expect(await scheduler.getJob('report')).toEqual(before);
    const moved = await scheduler.whatIf({ ...report, schedule: { ...hourly, jitter: 30 * minute } }, { days: 1 });
    expect([moved.removed, moved.added, moved.kept]).toEqual([[], [], 24]);
    expect(moved.moved).toHaveLength(24);
    expect(moved.moved.every(({ occurrence, from, to }) => occurrence.getTime() === from.getTime() && to > from)).toBe(true);
    expect(await scheduler.whatIf(report)).toMatchObject({ outcome: 'unchanged', changed: [], added: [], removed: [], kept: 168 });
  });

  it('is what the change then does', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob(report);
    const changed = { ...report, schedule: { ...cron('20 * * * *'), maxRuns: 5 } };
    const { added, outcome } = await scheduler.whatIf(changed, { days: 1 });
    expect((await scheduler.scheduleJob(changed)).created).toBe(outcome === 'created');
    await clock.advance(day);
    expect((await scheduler.jobHistory('report')).map(({ startedAt }) => startedAt).reverse()).toEqual(added.map(({ startAt }) => startAt));
  });

  it('refuses what scheduleJob would refuse', async () => {
    const { scheduler } = openScheduler();
    expect(await scheduler.whatIf({ ...report, organization: 'acme' }, { days: 1 })).toMatchObject({
      outcome: 'created',
      organization: 'acme',
      kept: 0,
    });
    const acme = scheduler.forOrganization('acme');
    expect(await rejection(acme.whatIf({ ...report, organization: 'other' }))).toMatchObject({
      code: 'INVALID_JOB',
      issues: [{ path: 'organization' }],
    });
    expect((await rejection(scheduler.whatIf({ ...report, schedule: cron('0 0 30 2 *') }))).code).toBe('INVALID_SCHEDULE');
    expect((await rejection(scheduler.whatIf({ ...report, timeout: -1 }))).issues).toMatchObject([{ path: 'timeout' }]);
    expect((await rejection(scheduler.whatIf({ ...report, schedule: { type: 'custom', calculator: 'nobody' } }))).code).toBe(
      'CALCULATOR_MISSING',
    );
    for (const days of [0, 367, 1.5, 'x'] as never[])
      expect((await rejection(scheduler.whatIf(report, { days }))).issues).toMatchObject([{ path: 'days' }]);
  });

  it('compares at most a thousand runs, and says how far', async () => {
    const { scheduler } = openScheduler();
    const dense = await scheduler.whatIf({ ...report, schedule: cron('* * * * *') });
    expect([dense.complete, dense.added.length, dense.until]).toEqual([false, 1_000, new Date(begin.getTime() + 1_000 * minute)]);
  });
});

describe('forecast', () => {
  it('plays the coming days with recorded durations, and is right about them', async () => {
    const { scheduler, clock } = openScheduler({
      concurrency: 2,
      handlers: { slow: (_, { signal }) => new Promise((resolve) => clock.after(20 * minute, () => resolve(signal.aborted))) },
    });
    for (const jobName of ['a', 'b', 'c']) await scheduler.scheduleJob({ ...report, jobName, jobType: 'slow', timeout: 2 * hour });
    await clock.advanceTo(time('10:50'));
    const forecast = await scheduler.forecast({ days: 1 });
    expect(forecast).toMatchObject({ jobs: 3, runs: 72, skipped: 0, complete: true, concurrency: 2, unmeasured: [] });
    expect(forecast.peak).toMatchObject({ active: 3 });
    expect(forecast.hotMinutes[0]).toMatchObject({ minute: time('11:00'), starts: 2, active: 3, waited: 1 });
    expect(forecast.hours.map(({ hour, starts }) => [hour, starts]).slice(0, 2)).toEqual([
      [time('11:00'), 3],
      [time('12:00'), 3],
    ]);
    expect(forecast.hours[0]).toMatchObject({ active: 3, waited: 1 });
    expect(forecast.hours.reduce((sum, { starts }) => sum + starts, 0)).toBe(72);
    expect(forecast.busiest.map(({ jobName, runs }) => [jobName, runs])).toEqual([
      ['a', 24],
      ['b', 24],
      ['c', 24],
    ]);
    const runsBefore = (await scheduler.getJobStats('a')).totalExecutions;
    await clock.advance(day);
    expect((await scheduler.getJobStats('a')).totalExecutions - runsBefore).toBe(24);
  });

  it('counts occurrences that a longer run before them leaves no room for', async () => {
    const { scheduler, clock } = openScheduler({
      handlers: { slow: () => new Promise<void>((resolve) => clock.after(90 * minute, resolve)) },
    });
    await scheduler.scheduleJob({ ...report, jobType: 'slow', timeout: 3 * hour });
    await clock.advanceTo(time('10:45'));
    expect(await scheduler.forecast({ days: 1 })).toMatchObject({ runs: 12, skipped: 12 });
    await scheduler.scheduleJob({ ...report, jobType: 'slow', timeout: 3 * hour, overlap: 'allow' });
    const allowed = await scheduler.forecast({ days: 1 });
    expect([allowed.runs, allowed.skipped, allowed.peak?.active]).toEqual([24, 0, 2]);
  });

  it('suggests a jitter to jobs that start together where there is no room, and with it there is', async () => {
    const handlers = { slow: () => new Promise<void>((resolve) => clock.after(minute, resolve)) };
    const { scheduler, clock } = openScheduler({ concurrency: 4, handlers });
    const names = Array.from({ length: 20 }, (_, i) => `job-${String(i).padStart(2, '0')}`);
    for (const jobName of names) await scheduler.scheduleJob({ ...report, jobName, jobType: 'slow' });
    await clock.advanceTo(time('09:30'));
    const tight = await scheduler.forecast({ days: 1 });
    expect(tight.peak?.active).toBe(20);
    expect(tight.suggestions).toHaveLength(20);
    const [{ jitterMs } = { jitterMs: 0 }] = tight.suggestions;
    expect(jitterMs).toBe(10 * minute);
    for (const jobName of names)
      await scheduler.scheduleJob({ ...report, jobName, jobType: 'slow', schedule: { ...hourly, jitter: jitterMs } });
    const spread = await scheduler.forecast({ days: 1 });
    expect(spread.suggestions).toEqual([]);
    expect(spread.peak?.active ?? 0).toBeLessThan(8);
  });

  it('is of one organization, stops where there is too much, and leaves out what is over, paused or waits for nobody', async () => {
    const { scheduler } = openScheduler();
    expect(await scheduler.forecast()).toMatchObject({ jobs: 0, runs: 0, peak: null, hotMinutes: [], suggestions: [], complete: true });
    await scheduler.scheduleJob({ ...report, organization: 'acme' });
    await scheduler.scheduleJob({ ...report, jobName: 'paused', enabled: false });
    await scheduler.scheduleJob({ ...report, jobName: 'over' });
    await scheduler.cancelJob('over');
    expect(await scheduler.forecast()).toMatchObject({ jobs: 1, runs: 0 });
    await scheduler.scheduleJob({ ...report, schedule: cron('* * * * * *') });
    const cut = await scheduler.forecast({ days: 31 });
    expect([cut.complete, cut.runs, cut.until < time('08:30', 1)]).toEqual([false, 20_000, true]);
    for (const days of [0, 32, 'x'] as never[])
      expect((await rejection(scheduler.forecast({ days }))).issues).toMatchObject([{ path: 'days' }]);
  });

  it('knows of what runs at this moment', async () => {
    const { scheduler, clock } = openScheduler({
      concurrency: 1,
      handlers: { slow: () => new Promise<void>((resolve) => clock.after(30 * minute, resolve)) },
    });
    await scheduler.scheduleJob({ ...report, jobType: 'slow', timeout: hour });
    await clock.advanceTo(time('10:10'));
    await scheduler.scheduleJob({ ...report, jobName: 'next', jobType: 'slow', schedule: { type: 'once', runAt: time('10:20') } });
    const { hotMinutes } = await scheduler.forecast({ days: 1 });
    expect(hotMinutes[0]).toMatchObject({ minute: time('10:20'), starts: 0, active: 2, waited: 1 });
  });
});

describe('a heap of times', () => {
  it('gives out the earliest first, and those of one instant in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(null)), { maxLength: 60 }), (steps) => {
        const heap = new TimeHeap<number>();
        let model: { readonly at: number; readonly entry: number }[] = [];
        for (const [entry, at] of steps.entries()) {
          if (at !== null) {
            heap.add(instant(at), entry);
            model = [...model, { at, entry }].sort((a, b) => a.at - b.at || a.entry - b.entry);
          } else {
            const taken = heap.take(instant(5));
            const [first] = model;
            expect(taken?.entry).toBe(first && first.at <= 5 ? first.entry : undefined);
            if (taken) model.shift();
          }
        }
      }),
    );
  });
});
