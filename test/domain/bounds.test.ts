import { describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/instant.js';
import { nextStartAt, statusOf, workAt } from '../../src/domain/job/index.js';
import { jitterOffset } from '../../src/domain/schedule/jitter.js';
import type { CronSchedule } from '../../src/domain/schedule/schedule.js';
import {
  at,
  cancel,
  complete,
  completed,
  definition,
  exhausted,
  fail,
  failed,
  given,
  hourly,
  jobOf,
  manual,
  minute,
  next,
  queued,
  retried,
  runNow,
  schedule,
  scheduled,
  skipped,
  started,
  wake,
} from '../dsl.js';

describe('endAt', () => {
  const until = { ...hourly, endAt: at('10:00') };

  it('is the last instant at which the schedule may run', () => {
    given(scheduled({ schedule: until }), queued('e1', at('09:00')), started('e1', at('09:00')), completed('e1', at('09:01')))
      .when(wake(at('10:00')))
      .then(queued('n1', at('10:00'), { nextRunAt: null }), started('n1', at('10:00'), { fencingToken: 2 }));
  });

  it('ends the job with its last execution, retries included', () => {
    const last = [
      scheduled({ schedule: until }, { nextRunAt: at('10:00') }),
      queued('e1', at('10:00'), { nextRunAt: null }),
      started('e1', at('10:00')),
    ];
    given(...last)
      .when(fail('e1', at('10:01')))
      .then(failed('e1', at('10:01')), retried('e1', at('10:01')));
    given(...last)
      .when(complete('e1', at('10:01')))
      .then(completed('e1', at('10:01')), exhausted);
    given(...last)
      .when(fail('e1', at('10:01'), { retryable: false }))
      .then(failed('e1', at('10:01'), { final: true }), exhausted);
  });

  it('ends the job also where the last occurrence was skipped', () => {
    const blocked = [scheduled({ schedule: until }), manual('m1', at('08:50'), { nextRunAt: at('09:00') }), started('m1', at('08:50'))];
    given(...blocked)
      .when(wake(at('10:30'), { slots: 0 }))
      .then(skipped('overlap', at('09:00'), at('10:00'), { nextRunAt: null }));
    given(...blocked, skipped('overlap', at('09:00'), at('10:00'), { nextRunAt: null }))
      .when(complete('m1', at('10:31')))
      .then(completed('m1', at('10:31')), exhausted);
  });
});

describe('startAt', () => {
  it('is the first instant at which the schedule may run', () => {
    const from = { ...hourly, startAt: at('11:00') };
    given()
      .when(schedule(at('08:30'), { schedule: from }))
      .then(scheduled({ schedule: from }, { nextRunAt: at('11:00') }));
  });
});

describe('exclude', () => {
  it('takes occurrences out, and nobody records them', () => {
    const without = { ...hourly, exclude: [{ at: at('10:00') }, { from: at('12:00'), to: at('13:30') }] };
    given(scheduled({ schedule: without }))
      .when(wake(at('09:00')))
      .then(queued('n1', at('09:00'), { nextRunAt: at('11:00') }), started('n1', at('09:00')));
    given(scheduled({ schedule: without, misfire: { policy: 'skip', max: 1 } }))
      .when(wake(at('15:30'), { watchedSince: at('15:30') }))
      .then(skipped('misfire', at('09:00'), at('15:00'), { count: 4 }));
  });
});

describe('maxRuns', () => {
  const twice = { ...hourly, maxRuns: 2 };
  const first = [queued('e1', at('09:00')), started('e1', at('09:00'))];
  const ran = [...first, completed('e1', at('09:01'))];

  it('counts runs that the schedule started', () => {
    given(scheduled({ schedule: twice }), ...ran)
      .when(wake(at('10:00')))
      .then(queued('n1', at('10:00'), { nextRunAt: null }), started('n1', at('10:00'), { fencingToken: 2 }));
    given(scheduled({ schedule: twice }), ...ran, queued('e2', at('10:00'), { nextRunAt: null }), started('e2', at('10:00')))
      .when(complete('e2', at('10:01')))
      .then(completed('e2', at('10:01')), exhausted);
  });

  it('does not count retries', () => {
    const retry = [failed('e1', at('09:01')), retried('e1', at('09:01')), started('e1', at('09:02'), { attempt: 2, fencingToken: 2 })];
    expect(jobOf(scheduled({ schedule: twice }), ...first, ...retry)).toMatchObject({ runsStarted: 1, nextRunAt: at('10:00') });
  });

  it('does not count occurrences that were skipped', () => {
    const job = jobOf(scheduled({ schedule: twice }), ...first, skipped('overlap', at('10:00'), at('12:00')), completed('e1', at('12:30')));
    expect(job).toMatchObject({ runsStarted: 1, nextRunAt: at('13:00') });
  });

  it('does not count runs by hand', () => {
    const { job } = next(jobOf(scheduled({ schedule: twice })), runNow('m1', at('08:40')));
    expect(next(job, wake(at('08:40'))).job).toMatchObject({ runsStarted: 0, nextRunAt: at('09:00') });
  });

  it('counts late runs too', () => {
    const once = { ...hourly, maxRuns: 1 };
    given(scheduled({ schedule: once }))
      .when(wake(at('12:30'), { watchedSince: at('12:30') }))
      .then(
        skipped('misfire', at('09:00'), at('11:00'), { nextRunAt: at('12:00') }),
        queued('n1', at('12:00'), { trigger: 'catchUp', queuedAt: at('12:30'), nextRunAt: null }),
        started('n1', at('12:30')),
      );
  });

  it('holds for runs that only wait so far', () => {
    const job = jobOf(scheduled({ schedule: { ...hourly, maxRuns: 3 }, overlap: 'bufferAll' }), ...first);
    const waiting = next(job, wake(at('13:00'), { slots: 0 })).job;
    expect(waiting.executions).toHaveLength(3);
    expect(waiting.nextRunAt).toBeNull();
  });
});

describe('jitter', () => {
  const spread = { ...hourly, jitterMs: 30 * minute };
  const offset = jitterOffset(30 * minute, 'job-1');

  it('moves every start by the same amount within the window, by the id of the job', () => {
    const offsets = Array.from({ length: 300 }, (_, i) => jitterOffset(30 * minute, `job-${i}`));
    expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...offsets)).toBeLessThan(30 * minute);
    expect(new Set(offsets).size).toBeGreaterThan(290);
    expect(jitterOffset(30 * minute, 'job-1')).toBe(offset);
    expect(jitterOffset(undefined, 'job-1')).toBe(0);
    expect(jitterOffset(1, 'job-1')).toBe(0);
  });

  it('makes the job start later, at the occurrence it had', () => {
    const job = jobOf(scheduled({ schedule: spread }));
    const startAt = instant(at('09:00') + offset);
    expect(offset).toBeGreaterThan(0);
    expect([nextStartAt(job), workAt(job)]).toEqual([startAt, startAt]);
    given(scheduled({ schedule: spread }))
      .when(wake(instant(startAt - 1)))
      .thenNothing();
    given(scheduled({ schedule: spread }))
      .when(wake(startAt))
      .then(queued('n1', at('09:00'), { queuedAt: startAt }), started('n1', startAt));
  });

  it('is queued by status only from the start on', () => {
    const job = jobOf(scheduled({ schedule: spread }));
    expect(statusOf(job, instant(at('09:00') + offset - 1))).toBe('scheduled');
    expect(statusOf(job, instant(at('09:00') + offset))).toBe('queued');
  });

  it('still to pass keeps the run where another schedule names it too', () => {
    const bounded = { ...spread, maxRuns: 7 };
    given(scheduled({ schedule: spread }))
      .when(schedule(at('09:00'), { schedule: bounded }))
      .then({ type: 'JobRescheduled', definition: definition({ schedule: bounded }), changed: ['schedule'], nextRunAt: at('09:00') });
  });

  it('still to pass has the run recorded as given up where another schedule does not name it, or the job is cancelled', () => {
    const atHalf: CronSchedule = { ...hourly, expression: '30 * * * *' };
    given(scheduled({ schedule: spread }))
      .when(schedule(at('09:00'), { schedule: atHalf }))
      .then(skipped('cancelled', at('09:00'), at('09:00')), {
        type: 'JobRescheduled',
        definition: definition({ schedule: atHalf }),
        changed: ['schedule'],
        nextRunAt: at('09:30'),
      });
    given(scheduled({ schedule: spread }))
      .when(cancel(at('09:00')))
      .then(skipped('cancelled', at('09:00'), at('09:00')), { type: 'JobCancelled' });
    given(scheduled({ schedule: spread }))
      .when(cancel(instant(at('09:00') - 1)))
      .then({ type: 'JobCancelled' });
  });

  it('does not make a pile of what has not started yet', () => {
    const running = [scheduled({ schedule: spread }), queued('e1', at('09:00')), started('e1', at('09:00'))];
    given(...running)
      .when(wake(at('12:00'), { slots: 0 }))
      .then(skipped('overlap', at('10:00'), at('11:00')));
  });
});
