import { describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/instant.js';
import type { JobCommand, JobEvent } from '../../src/domain/job/index.js';
import { at, completed, given, hour, hourly, manual, pause, paused, queued, scheduled, started, wake } from '../dsl.js';

const now = at('08:40');

/** From one time to another of the morning, asked for at twenty to nine. */
const backfill = (from: string, to: string): JobCommand => {
  let n = 0;
  return { type: 'BackfillJob', now, from: at(from), to: at(to), newExecutionId: () => `b${++n}` };
};

/** As it is queued; the schedule's own next run stays where it is. */
const made = (executionId: string, time: string) =>
  queued(executionId, at(time), { trigger: 'backfill', queuedAt: now, nextRunAt: at('09:00') });

describe('a backfill', () => {
  it('queues a run for each occurrence, both ends included, and leaves the schedule alone', () => {
    given(scheduled()).when(backfill('06:00', '08:00')).then(made('b1', '06:00'), made('b2', '07:00'), made('b3', '08:00'));
    given(scheduled()).when(backfill('06:01', '06:59')).thenNothing();
  });

  it('runs one by one, unless its job may overlap', () => {
    const both = [made('b1', '06:00'), made('b2', '07:00')];
    given(scheduled(), ...both)
      .when(wake(now))
      .then(started('b1', now));
    given(scheduled(), ...both, started('b1', now))
      .when(wake(now))
      .thenNothing();
    given(scheduled(), ...both, started('b1', now), completed('b1', now))
      .when(wake(now))
      .then(started('b2', now, { fencingToken: 2 }));
    given(scheduled({ overlap: 'allow' }), ...both)
      .when(wake(now, { slots: 2 }))
      .then(started('b1', now), started('b2', now, { fencingToken: 2 }));
  });

  it('leaves out what an earlier one has not finished', () => {
    given(scheduled(), made('x1', '07:00')).when(backfill('06:00', '08:00')).then(made('b1', '06:00'), made('b2', '08:00'));
    given(scheduled(), made('x1', '07:00'), started('x1', now), completed('x1', now))
      .when(backfill('07:00', '07:00'))
      .then(made('b1', '07:00'));
  });

  it('waits while its job is paused', () => {
    given(scheduled(), made('b1', '07:00')).when(pause(now)).then(paused(now));
    given(scheduled(), paused(now), made('b1', '07:00')).when(wake(now)).thenNothing();
  });

  it('takes up to a thousand occurrences, ninety in a commit', () => {
    const from = (hours: number): JobCommand => {
      let n = 0;
      return { type: 'BackfillJob', now, from: instant(at('08:00') - hours * hour), to: at('08:00'), newExecutionId: () => `b${++n}` };
    };
    given(scheduled())
      .when(from(999))
      .then(
        ...Array.from({ length: 90 }, (_, i) =>
          queued(`b${i + 1}`, instant(at('08:00') - (999 - i) * hour), { trigger: 'backfill', queuedAt: now, nextRunAt: at('09:00') }),
        ),
      );
    given(scheduled())
      .when(from(1_000))
      .thenRejected({ code: 'INVALID_ARGUMENT', path: 'to', message: expect.stringContaining('more than 1000') });
  });

  it('names who asked for it, and ends where the schedule does', () => {
    given(scheduled({ schedule: { ...hourly, endAt: at('07:00') } }, { nextRunAt: at('09:00') }))
      .when({ ...backfill('06:00', '08:00'), by: 'ann' } as JobCommand)
      .then({ ...made('b1', '06:00'), by: 'ann' } as JobEvent, { ...made('b2', '07:00'), by: 'ann' } as JobEvent);
  });

  it('leaves out none for a run that the schedule has queued', () => {
    given(scheduled(), queued('e1', at('07:00'), { nextRunAt: at('09:00') }))
      .when(backfill('07:00', '07:00'))
      .then(made('b1', '07:00'));
  });

  it('is refused where the job would grow beyond what a store takes', () => {
    const parameters = { text: 'x'.repeat(262_000) };
    const big = ['m1', 'm2'].map((id) => manual(id, now, { nextRunAt: at('09:00'), parameters }));
    given(scheduled(), ...big)
      .when(backfill('06:00', '08:00'))
      .thenRejected({ code: 'BUFFER_FULL', waiting: 2 });
  });

  it('of a job that is not there is refused', () => {
    given().when(backfill('06:00', '08:00')).thenRejected({ code: 'JOB_NOT_FOUND' });
  });
});
