import { describe, expect, it } from 'vitest';
import type { Instant } from '../../src/domain/instant.js';
import { expiresAt, type JobEvent, jobStatuses, statusOf, workAt } from '../../src/domain/job/index.js';
import {
  at,
  cancelled,
  completed,
  exhausted,
  failed,
  given,
  jobOf,
  manual,
  missed,
  once,
  paused,
  queued,
  retried,
  scheduled,
  skipped,
  started,
  wake,
} from '../dsl.js';

const status = (now: Instant, ...events: readonly JobEvent[]) => statusOf(jobOf(...events), now);
const running = [scheduled(), queued('e1', at('09:00')), started('e1', at('09:00'))];
const retrying = [...running, failed('e1', at('09:01')), retried('e1', at('09:01'), 3_600_000)];
const lastRun = [scheduled({ schedule: once(at('09:00')) }), queued('e1', at('09:00'), { nextRunAt: null }), started('e1', at('09:00'))];
const jobCancelled: JobEvent = { type: 'JobCancelled' };

describe('the status of a job', () => {
  it('is one of eight words', () => {
    expect([...jobStatuses].sort()).toEqual(['cancelled', 'completed', 'failed', 'paused', 'queued', 'retrying', 'running', 'scheduled']);
  });

  it('is scheduled while the next occurrence lies ahead', () => {
    expect(status(at('08:59:59'), scheduled())).toBe('scheduled');
    expect(status(at('09:30'), ...running, completed('e1', at('09:01')))).toBe('scheduled');
  });

  it('is queued when its time has come and nothing runs: by the clock alone', () => {
    expect(status(at('09:00'), scheduled())).toBe('queued');
    expect(status(at('23:00'), scheduled())).toBe('queued');
    expect(status(at('08:50'), scheduled(), manual('m1', at('08:50'), { nextRunAt: at('09:00') }))).toBe('queued');
  });

  it('is running while an attempt runs', () => {
    expect(status(at('09:00'), ...running)).toBe('running');
    expect(status(at('11:00'), ...running)).toBe('running');
  });

  it('is retrying while an execution waits for its retry, due or not', () => {
    expect(status(at('09:02'), ...retrying)).toBe('retrying');
    expect(status(at('10:30'), ...retrying)).toBe('retrying');
  });

  it('is completed or failed after the last execution of a job without further occurrences', () => {
    expect(status(at('09:02'), ...lastRun, completed('e1', at('09:01')), exhausted)).toBe('completed');
    expect(status(at('09:02'), ...lastRun, failed('e1', at('09:01'), { final: true }), exhausted)).toBe('failed');
  });

  it('is cancelled where the last execution was, and completed where there was none', () => {
    expect(status(at('09:02'), ...lastRun, cancelled('e1', at('09:01')), exhausted)).toBe('cancelled');
    const passed = skipped('paused', at('09:00'), at('09:00'), { nextRunAt: null });
    expect(status(at('09:02'), scheduled(), passed, exhausted)).toBe('completed');
  });

  it('is failed for a one-time job that missed its time', () => {
    const skip = skipped('misfire', at('09:00'), at('09:00'), { nextRunAt: null });
    expect(status(at('12:00'), scheduled({ schedule: once(at('09:00')) }), skip, missed)).toBe('failed');
  });

  it('is scheduled after a failed run that others follow', () => {
    expect(status(at('09:02'), ...running, failed('e1', at('09:01'), { final: true }))).toBe('scheduled');
  });

  it('is cancelled after a cancellation, paused in a pause', () => {
    expect(status(at('12:00'), ...running, jobCancelled, cancelled('e1', at('09:01')))).toBe('cancelled');
    expect(status(at('12:00'), scheduled(), paused(at('08:40')))).toBe('paused');
  });
});

describe('where several would fit, the first of these counts:', () => {
  it('running before paused', () => {
    expect(status(at('09:02'), ...running, paused(at('09:01')))).toBe('running');
  });

  it('paused before retrying and queued', () => {
    expect(status(at('12:00'), ...retrying, paused(at('09:01')))).toBe('paused');
    expect(status(at('12:00'), scheduled(), queued('e1', at('09:00')), paused(at('09:01')))).toBe('paused');
  });

  it('the end of a job before a pause', () => {
    expect(status(at('12:00'), scheduled(), paused(at('08:40')), jobCancelled)).toBe('cancelled');
    expect(status(at('12:00'), ...lastRun, completed('e1', at('09:01')), exhausted, paused(at('09:02')))).toBe('completed');
  });

  it('running before cancelled, for a manual run of a cancelled job', () => {
    const byHand = [scheduled(), jobCancelled, manual('m1', at('09:30'), { nextRunAt: null }), started('m1', at('09:30'))];
    expect(status(at('09:31'), ...byHand)).toBe('running');
    expect(status(at('09:31'), ...byHand, completed('m1', at('09:31')))).toBe('cancelled');
  });

  it('cancelled before retrying and queued, for a manual run of a cancelled job', () => {
    const byHand = [scheduled(), jobCancelled, manual('m1', at('09:30'), { nextRunAt: null })];
    expect(status(at('09:30'), ...byHand)).toBe('cancelled');
    expect(status(at('09:32'), ...byHand, started('m1', at('09:30')), failed('m1', at('09:31')), retried('m1', at('09:31')))).toBe(
      'cancelled',
    );
  });

  it('running before retrying before queued', () => {
    const two = [scheduled({ overlap: 'allow' }), ...retrying.slice(1), queued('e2', at('10:00'))];
    expect(status(at('10:00'), ...two)).toBe('retrying');
    expect(status(at('10:00'), ...two, started('e2', at('10:00'), { fencingToken: 2 }))).toBe('running');
  });

  it('queued before scheduled', () => {
    expect(status(at('09:01'), scheduled(), queued('e1', at('09:00')))).toBe('queued');
  });

  it('queued and retrying before completed, while the last execution is not over', () => {
    expect(status(at('09:01'), ...lastRun.slice(0, 2))).toBe('queued');
    expect(status(at('09:02'), ...lastRun, failed('e1', at('09:01')), retried('e1', at('09:01')))).toBe('retrying');
  });
});

describe('the next wake-up', () => {
  const wakeUp = (...events: readonly JobEvent[]) => workAt(jobOf(...events));

  it('is the next occurrence', () => {
    expect(wakeUp(scheduled())).toBe(at('09:00'));
    expect(wakeUp(...running)).toBe(at('10:00'));
  });

  it('is the retry where that comes first', () => {
    expect(wakeUp(...running, failed('e1', at('09:01')), retried('e1', at('09:01')))).toBe(at('09:01:01'));
    expect(wakeUp(...lastRun, failed('e1', at('09:01')), retried('e1', at('09:01')))).toBe(at('09:01:01'));
  });

  it('is at once where something waits for a slot, and not while it waits for its turn', () => {
    expect(wakeUp(scheduled(), manual('m1', at('08:50'), { nextRunAt: at('09:00') }))).toBe(at('08:50'));
    expect(wakeUp(scheduled({ overlap: 'bufferOne' }), ...running.slice(1), manual('m1', at('09:10'), { nextRunAt: at('10:00') }))).toBe(
      at('10:00'),
    );
  });

  it('is the end of the pause, or a manual run in it', () => {
    expect(wakeUp(scheduled(), paused(at('08:40')))).toBeNull();
    expect(wakeUp(scheduled(), paused(at('08:40'), { until: at('12:00') }))).toBe(at('12:00'));
    expect(wakeUp(scheduled(), paused(at('08:40')), manual('m1', at('08:50'), { nextRunAt: at('09:00') }))).toBe(at('08:50'));
    expect(wakeUp(...retrying, paused(at('09:01')))).toBeNull();
  });

  it('is none for an ended job', () => {
    expect(wakeUp(scheduled(), jobCancelled)).toBeNull();
    expect(wakeUp(...lastRun, completed('e1', at('09:01')), exhausted)).toBeNull();
  });

  it('always leads to a decision: nobody is woken for nothing', () => {
    for (const events of [[scheduled()], retrying, [scheduled(), paused(at('08:40'), { until: at('12:00') })], running]) {
      const wokenAt = wakeUp(...events);
      if (wokenAt === null) throw new Error('there is no wake-up');
      expect(() =>
        given(...events)
          .when(wake(wokenAt))
          .thenNothing(),
      ).toThrow();
    }
  });
});

it('the expiry is that of the running attempt that ends first', () => {
  expect(expiresAt(jobOf(scheduled()))).toBeNull();
  expect(expiresAt(jobOf(...running))).toBe(at('09:05'));
  expect(expiresAt(jobOf(...retrying))).toBeNull();
});
