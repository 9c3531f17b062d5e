import { describe, expect, it } from 'vitest';
import type { Overlap } from '../../src/domain/job/index.js';
import {
  at,
  cancelExecution,
  cancelled,
  complete,
  completed,
  exhausted,
  fail,
  failed,
  given,
  hourly,
  jobOf,
  manual,
  next,
  once,
  queued,
  retried,
  runNow,
  scheduled,
  started,
  wake,
} from '../dsl.js';

const running = (overlap: Overlap) => [scheduled({ overlap }), queued('e1', at('09:00')), started('e1', at('09:00'))];
const now = at('09:30');
const byHand = manual('m1', now, { nextRunAt: at('10:00') });

describe('runNow', () => {
  it('queues a run at the priority of the job', () => {
    given(scheduled({ priority: 'high' }))
      .when(runNow('m1', at('08:40'), { by: 'ann' }))
      .then(manual('m1', at('08:40'), { priority: 'high', nextRunAt: at('09:00'), by: 'ann' }));
  });

  it('starts in a free slot like any other work', () => {
    given(scheduled(), manual('m1', at('08:40'), { nextRunAt: at('09:00') }))
      .when(wake(at('08:40'), { slots: 0 }))
      .thenNothing();
    given(scheduled(), manual('m1', at('08:40'), { nextRunAt: at('09:00') }))
      .when(wake(at('08:41')))
      .then(started('m1', at('08:41')));
  });

  it('merges its parameters shallowly over those stored', () => {
    given(scheduled({ parameters: { format: 'pdf', to: { a: 1 } } }))
      .when(runNow('m1', at('08:40'), { overrides: { to: { b: 2 }, extra: true } }))
      .then(manual('m1', at('08:40'), { nextRunAt: at('09:00'), parameters: { format: 'pdf', to: { b: 2 }, extra: true } }));
    given(scheduled({ parameters: [1, 2] }))
      .when(runNow('m1', at('08:40'), { overrides: { a: 1 } }))
      .then(manual('m1', at('08:40'), { nextRunAt: at('09:00'), parameters: { a: 1 } }));
    given(scheduled({ parameters: 'pdf' }))
      .when(runNow('m1', at('08:40'), { overrides: { a: 1 } }))
      .then(manual('m1', at('08:40'), { nextRunAt: at('09:00'), parameters: { a: 1 } }));
  });

  it('does not count towards maxRuns, nor move the schedule', () => {
    const schedule = { ...hourly, maxRuns: 1 };
    const job = [
      scheduled({ schedule }),
      manual('m1', at('08:40'), { nextRunAt: at('09:00') }),
      started('m1', at('08:40')),
      completed('m1', at('08:41')),
    ];
    expect(jobOf(...job)).toMatchObject({ runsStarted: 0, nextRunAt: at('09:00'), lastHandled: null });
    given(...job)
      .when(wake(at('09:00')))
      .then(queued('n1', at('09:00'), { nextRunAt: null }), started('n1', at('09:00'), { fencingToken: 2 }));
  });

  it('is refused where there is no job, or another version of it', () => {
    given().when(runNow('m1', now)).thenRejected({ code: 'JOB_NOT_FOUND' });
    given(scheduled())
      .when(runNow('m1', now, { expectedRevision: 2 }))
      .thenRejected({ code: 'VERSION_MISMATCH' });
  });
});

describe('runNow while an execution is active', () => {
  it('is refused under skip, whatever the execution does', () => {
    given(...running('skip'))
      .when(runNow('m1', now))
      .thenRejected({ code: 'JOB_ALREADY_RUNNING', executionId: 'e1' });
    given(...running('skip'), failed('e1', at('09:01')), retried('e1', at('09:01'), 3_600_000))
      .when(runNow('m1', now))
      .thenRejected({ code: 'JOB_ALREADY_RUNNING', executionId: 'e1' });
    given(scheduled(), queued('e1', at('09:00')))
      .when(runNow('m1', now))
      .thenRejected({ code: 'JOB_ALREADY_RUNNING', executionId: 'e1' });
  });

  it.each(['bufferOne', 'bufferAll'] as const)('waits under %s', (overlap) => {
    given(...running(overlap))
      .when(runNow('m1', now))
      .then(byHand);
    given(...running(overlap), byHand)
      .when(wake(at('09:31')))
      .thenNothing();
    given(...running(overlap), byHand, completed('e1', at('09:40')))
      .when(wake(at('09:40')))
      .then(started('m1', at('09:40'), { fencingToken: 2 }));
  });

  it('does not overtake what waits under bufferOne', () => {
    given(
      ...running('bufferOne'),
      queued('e2', at('10:00')),
      manual('m1', at('10:10'), { nextRunAt: at('11:00') }),
      completed('e1', at('10:20')),
    )
      .when(wake(at('10:20'), { slots: 9 }))
      .then(started('e2', at('10:20'), { fencingToken: 2 }));
  });

  it('replaces it under cancelOther', () => {
    const asked = { type: 'ExecutionCancelRequested', executionId: 'e1', note: 'replaced by a newer run' } as const;
    given(...running('cancelOther'))
      .when(runNow('m1', now))
      .then(asked, byHand);
    given(...running('cancelOther'), asked, byHand)
      .when(runNow('m2', at('09:31')))
      .then(cancelled('m1', at('09:31'), { note: 'replaced by a newer run' }), manual('m2', at('09:31'), { nextRunAt: at('10:00') }));
  });

  it('runs beside it under allow', () => {
    given(...running('allow'))
      .when(runNow('m1', now))
      .then(byHand);
    given(...running('allow'), byHand)
      .when(wake(now))
      .then(started('m1', now, { fencingToken: 2 }));
  });

  it('is refused when a hundred wait', () => {
    const waiting = Array.from({ length: 100 }, (_, i) => manual(`m${i}`, now, { nextRunAt: at('10:00') }));
    given(...running('bufferAll'), ...waiting)
      .when(runNow('one more', now))
      .thenRejected({ code: 'BUFFER_FULL', waiting: 100 });
    given(...running('allow'), ...waiting)
      .when(runNow('one more', now))
      .then(manual('one more', now, { nextRunAt: at('10:00') }));
  });

  it('is refused when the job would grow beyond 768 KiB', () => {
    const big = { text: 'x'.repeat(250 * 1024) };
    const withOwn = (executionId: string) => manual(executionId, now, { nextRunAt: at('10:00'), parameters: big });
    expect(next(jobOf(...running('allow'), withOwn('m1')), runNow('m2', now, { overrides: big })).events).toHaveLength(1);
    given(...running('allow'), withOwn('m1'), withOwn('m2'))
      .when(runNow('m3', now, { overrides: big }))
      .thenRejected({ code: 'BUFFER_FULL', waiting: 2 });
    const many = Array.from({ length: 2_000 }, (_, i) => manual(`m${i}`, now, { nextRunAt: at('10:00') }));
    given(...running('allow'), ...many)
      .when(runNow('m', now))
      .thenRejected({ code: 'BUFFER_FULL', waiting: 2_000 });
  });
});

describe('cancelExecution', () => {
  it('asks a running attempt to stop, once', () => {
    given(...running('skip'))
      .when(cancelExecution('e1', now, { by: 'ann', note: 'too slow' }))
      .then({ type: 'ExecutionCancelRequested', executionId: 'e1', by: 'ann', note: 'too slow' });
    given(...running('skip'), { type: 'ExecutionCancelRequested', executionId: 'e1' })
      .when(cancelExecution('e1', now))
      .thenNothing();
  });

  it('is done when the attempt has stopped: it is neither failed nor tried again', () => {
    const asked = [...running('skip'), { type: 'ExecutionCancelRequested', executionId: 'e1' } as const];
    given(...asked)
      .when(fail('e1', now))
      .then(cancelled('e1', now));
    given(...asked)
      .when(fail('e1', now, { cause: 'shutdown' }))
      .then(cancelled('e1', now));
  });

  it('comes too late for a run that completes all the same', () => {
    given(...running('skip'), { type: 'ExecutionCancelRequested', executionId: 'e1' })
      .when(complete('e1', now, { result: { sent: 3 } }))
      .then(completed('e1', now, { result: { sent: 3 } }));
  });

  it('ends at once what waits for a retry or for its turn', () => {
    given(...running('skip'), failed('e1', at('09:01')), retried('e1', at('09:01')))
      .when(cancelExecution('e1', now, { by: 'ann' }))
      .then(cancelled('e1', now, { by: 'ann' }));
    given(...running('bufferOne'), queued('e2', at('10:00')))
      .when(cancelExecution('e2', at('10:10')))
      .then(cancelled('e2', at('10:10')));
  });

  it('ends the job with its last execution', () => {
    const last = [scheduled({ schedule: once(at('09:00')) }), queued('e1', at('09:00'), { nextRunAt: null })];
    given(...last)
      .when(cancelExecution('e1', now))
      .then(cancelled('e1', now), exhausted);
    given(...last, started('e1', at('09:00')), { type: 'ExecutionCancelRequested', executionId: 'e1' })
      .when(fail('e1', now))
      .then(cancelled('e1', now), exhausted);
  });

  it('of a run that never started gives it back to maxRuns', () => {
    const schedule = { ...hourly, maxRuns: 2 };
    const waiting = [
      scheduled({ overlap: 'bufferOne', schedule }),
      ...running('bufferOne').slice(1),
      queued('e2', at('10:00'), { nextRunAt: null }),
    ];
    given(...waiting)
      .when(cancelExecution('e2', at('10:10')))
      .then(cancelled('e2', at('10:10'), { nextRunAt: at('11:00') }));
    const { job } = next(jobOf(...waiting), cancelExecution('e2', at('10:10')));
    expect(next(next(job, complete('e1', at('10:20'))).job, wake(at('11:00'))).job).toMatchObject({ runsStarted: 2, nextRunAt: null });
  });

  it('of a run by hand gives nothing back to maxRuns', () => {
    const full = [
      scheduled({ overlap: 'bufferOne', schedule: { ...hourly, maxRuns: 2 } }),
      ...running('bufferOne').slice(1),
      queued('e2', at('10:00'), { nextRunAt: null }),
      manual('m1', at('10:05'), { nextRunAt: null }),
    ];
    given(...full)
      .when(cancelExecution('m1', at('10:10')))
      .then(cancelled('m1', at('10:10')));
  });

  it('leaves an ended job ended', () => {
    given(...running('skip'), completed('e1', at('09:01')), { type: 'JobCancelled' }, manual('m1', at('09:20'), { nextRunAt: null }))
      .when(cancelExecution('m1', now))
      .then(cancelled('m1', now));
  });

  it('is refused for an execution that is over, or never was', () => {
    given(...running('skip'), completed('e1', at('09:01')))
      .when(cancelExecution('e1', now))
      .thenRejected({ code: 'EXECUTION_NOT_FOUND', executionId: 'e1' });
    given(scheduled()).when(cancelExecution('e9', now)).thenRejected({ code: 'EXECUTION_NOT_FOUND', executionId: 'e9' });
    given().when(cancelExecution('e9', now)).thenRejected({ code: 'JOB_NOT_FOUND' });
  });
});
