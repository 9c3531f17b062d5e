import { describe, expect, it } from 'vitest';
import { NonRetryableError, type Scheduler } from '../../src/bootstrap/index.js';
import { hourly, minute, openScheduler, rejection, time, untilAborted } from './opened.js';

const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;
const codes = async (scheduler: Scheduler, ...times: readonly string[]) =>
  Promise.all(times.map(async (t) => (await scheduler.explain('report', time(t))).code));

describe('explain', () => {
  it('names the execution of an occurrence and how it stands', async () => {
    let calls = 0;
    const { scheduler, clock } = openScheduler({
      handlers: {
        pdf: (parameters, context) => {
          calls++;
          if (calls === 2) throw new NonRetryableError('no');
          if (calls === 3) throw new Error('again');
          return calls >= 5 ? untilAborted(parameters, context) : 'ran';
        },
      },
    });
    await scheduler.scheduleJob({ ...report, timeout: 7_200_000, backoff: { type: 'constant', delay: 10 * minute, jitter: 0 } });
    await clock.advanceTo(time('11:05'));
    const [newest] = await scheduler.jobHistory('report');
    expect(await scheduler.explain('report', time('11:00'))).toEqual({
      jobName: 'report',
      at: time('11:00'),
      code: 'RETRYING',
      executionId: newest?.executionId,
    });
    expect(await codes(scheduler, '09:00', '10:00', '11:00', '12:00')).toEqual(['COMPLETED', 'FAILED', 'RETRYING', 'PLANNED']);
    await clock.advanceTo(time('12:05'));
    expect(await codes(scheduler, '11:00', '12:00')).toEqual(['COMPLETED', 'RUNNING']);
    const [running] = (await scheduler.getJob('report')).activeExecutions;
    await scheduler.cancelExecution(running?.executionId ?? '');
    expect(await codes(scheduler, '12:00')).toEqual(['CANCELLED']);
  });

  it('names the event that skipped it', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: untilAborted } });
    await scheduler.scheduleJob({ ...report, timeout: 86_400_000 });
    await clock.advanceTo(time('10:30'));
    const skip = await scheduler.explain('report', time('10:00'));
    expect(skip).toEqual({ jobName: 'report', at: time('10:00'), code: 'SKIPPED_OVERLAP', eventId: expect.stringMatching(/\.0$/) });
    const events = [];
    for await (const event of scheduler.events({ type: 'OccurrencesSkipped' })) events.push(event.id);
    expect(events).toEqual([skip.eventId]);
    await scheduler.toggleJob('report', false);
    await clock.advanceTo(time('12:30'));
    expect(await codes(scheduler, '11:00', '13:00')).toEqual(['JOB_PAUSED', 'JOB_PAUSED']);
    await scheduler.toggleJob('report', true);
    expect(await codes(scheduler, '10:00', '11:00', '12:00', '13:00')).toEqual([
      'SKIPPED_OVERLAP',
      'SKIPPED_PAUSED',
      'SKIPPED_PAUSED',
      'PLANNED',
    ]);
  });

  it('of what was overtaken while it waited says so', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: untilAborted } });
    await scheduler.scheduleJob({ ...report, timeout: 86_400_000, overlap: 'bufferOne' });
    await clock.advanceTo(time('11:30'));
    expect(await codes(scheduler, '09:00', '10:00', '11:00')).toEqual(['RUNNING', 'SKIPPED_OVERLAP', 'QUEUED']);
  });

  it('of instants that were never planned says why', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob({ ...report, schedule: { ...hourly, endAt: time('10:00') } });
    expect(await codes(scheduler, '08:00', '08:45')).toEqual(['BEFORE_CREATION', 'NOT_PLANNED']);
    await clock.advanceTo(time('12:00'));
    expect(await codes(scheduler, '10:00', '09:30', '11:00')).toEqual(['COMPLETED', 'NOT_PLANNED', 'JOB_ENDED']);
  });

  it('of a future instant that the schedule does not name says so', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob(report);
    expect(await codes(scheduler, '09:00', '10:00', '09:30', '10:07')).toEqual(['PLANNED', 'PLANNED', 'NOT_PLANNED', 'NOT_PLANNED']);
  });

  it('that would need a calculator which is missing or fails says so', async () => {
    const { scheduler } = openScheduler({
      customSchedules: { often: (after) => new Date(Math.floor(after.getTime() / minute) * minute + minute) },
    });
    await scheduler.scheduleJob({ ...report, schedule: { type: 'custom', calculator: 'often' } });
    expect(await codes(scheduler, '08:31')).toEqual(['PLANNED']);
    scheduler.customSchedules.set('often', () => {
      throw new Error('out of order');
    });
    expect((await rejection(scheduler.explain('report', time('08:31')))).code).toBe('INVALID_SCHEDULE');
    scheduler.customSchedules.delete('often');
    expect((await rejection(scheduler.explain('report', time('08:31')))).code).toBe('CALCULATOR_MISSING');
  });

  it('refuses what is no instant', async () => {
    const { scheduler } = openScheduler();
    await scheduler.scheduleJob(report);
    expect((await rejection(scheduler.explain('report', '2026-03-02'))).issues?.[0]?.path).toBe('at');
    expect((await rejection(scheduler.explain('missing', time('09:00')))).code).toBe('JOB_NOT_FOUND');
  });
});
