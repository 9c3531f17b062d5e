import { describe, expect, it } from 'vitest';
import {
  at,
  boom,
  cancel,
  cancelled,
  complete,
  completed,
  exhausted,
  fail,
  failed,
  given,
  hour,
  hourly,
  jobOf,
  manual,
  missed,
  next,
  once,
  pause,
  paused,
  queued,
  remove,
  resume,
  retried,
  runNow,
  scheduled,
  skipped,
  started,
  wake,
} from '../dsl.js';

const resumed = (nextRunAt = at('09:00'), event = {}) => ({ type: 'JobResumed', nextRunAt, ...event }) as const;
const running = [scheduled(), queued('e1', at('09:00')), started('e1', at('09:00'))];

describe('a pause', () => {
  it('is recorded with who, why and until when', () => {
    given(scheduled())
      .when(pause(at('08:40'), { by: 'ann', note: 'stocktaking', until: at('12:00') }))
      .then(paused(at('08:40'), { by: 'ann', note: 'stocktaking', until: at('12:00') }));
  });

  it('asked for again appends nothing, unless it says something else', () => {
    const already = [scheduled(), paused(at('08:40'), { note: 'stocktaking', until: at('12:00') })];
    given(...already)
      .when(pause(at('08:50')))
      .thenNothing();
    given(...already)
      .when(pause(at('08:50'), { note: 'stocktaking', until: at('12:00') }))
      .thenNothing();
    given(...already)
      .when(pause(at('08:50'), { note: 'audit' }))
      .then(paused(at('08:50'), { note: 'audit' }));
    given(...already)
      .when(pause(at('08:50'), { until: at('13:00') }))
      .then(paused(at('08:50'), { until: at('13:00') }));
  });

  it('stops new runs and retries; what is running goes on', () => {
    given(scheduled(), paused(at('08:40')))
      .when(wake(at('09:00')))
      .thenNothing();
    given(...running, failed('e1', at('09:01')), retried('e1', at('09:01')), paused(at('09:01')))
      .when(wake(at('09:05')))
      .thenNothing();
    given(...running, paused(at('09:01')))
      .when(complete('e1', at('09:02')))
      .then(completed('e1', at('09:02')));
  });

  it('holds a retry back, which continues on resume', () => {
    const held = [...running, paused(at('09:01')), failed('e1', at('09:02')), retried('e1', at('09:02'))];
    given(...running, paused(at('09:01')))
      .when(fail('e1', at('09:02')))
      .then(failed('e1', at('09:02')), retried('e1', at('09:02')));
    given(...held)
      .when(wake(at('09:30')))
      .thenNothing();
    given(...held, resumed(at('10:00')))
      .when(wake(at('09:30')))
      .then(started('e1', at('09:30'), { attempt: 2, fencingToken: 2, revision: 3 }));
  });

  it('holds back what waits for its turn', () => {
    given(scheduled({ overlap: 'bufferOne' }), queued('e1', at('09:00')), paused(at('09:01')))
      .when(wake(at('09:05')))
      .thenNothing();
  });

  it('is refused where another version of the job was expected', () => {
    given(scheduled())
      .when(pause(at('08:40'), { expectedRevision: 2 }))
      .thenRejected({ code: 'VERSION_MISMATCH', expected: 2, actual: 1 });
    given(scheduled())
      .when(pause(at('08:40'), { expectedRevision: 1 }))
      .then(paused(at('08:40')));
  });

  it('is refused where there is no job', () => {
    given()
      .when(pause(at('08:40')))
      .thenRejected({ code: 'JOB_NOT_FOUND' });
  });
});

describe('resuming', () => {
  it('a job that is not paused appends nothing', () => {
    given(scheduled())
      .when(resume(at('08:50')))
      .thenNothing();
  });

  it('before anything has passed only ends the pause', () => {
    given(scheduled(), paused(at('08:40')))
      .when(resume(at('08:50'), { by: 'ann', note: 'done' }))
      .then(resumed(at('09:00'), { by: 'ann', note: 'done' }));
  });

  it('records once what has passed, as paused and not as missed', () => {
    given(scheduled(), paused(at('08:40')))
      .when(resume(at('12:30')))
      .then(skipped('paused', at('09:00'), at('12:00')), resumed(at('13:00')));
  });

  it('at the very moment of an occurrence comes too late for it', () => {
    given(scheduled(), paused(at('08:40')))
      .when(resume(at('09:00')))
      .then(skipped('paused', at('09:00'), at('09:00')), resumed(at('10:00')));
  });

  it('counts what has passed from the starts, jitter included', () => {
    const job = jobOf(scheduled({ schedule: { ...hourly, jitterMs: hour } }), paused(at('08:40')));
    const passed = next(job, resume(at('12:00'))).events[0];
    expect(passed).toMatchObject({ type: 'OccurrencesSkipped', from: at('09:00'), to: at('11:00') });
  });

  it('a schedule that is over by then completes the job', () => {
    const schedule = { ...hourly, endAt: at('10:00') };
    given(scheduled({ schedule }), paused(at('08:40')))
      .when(resume(at('12:30')))
      .then(skipped('paused', at('09:00'), at('10:00'), { nextRunAt: null }), { type: 'JobResumed', nextRunAt: null }, exhausted);
  });

  it('an ended job only ends the pause', () => {
    given(scheduled(), { type: 'JobCancelled' }, paused(at('08:40')))
      .when(resume(at('12:30')))
      .then({ type: 'JobResumed', nextRunAt: null });
  });
});

describe('a one-time job whose time passed in a pause', () => {
  const late = (some = {}) => [scheduled({ schedule: once(at('09:00')), ...some }), paused(at('08:40'))];

  it('runs as soon as it is resumed', () => {
    given(...late())
      .when(resume(at('12:30')))
      .then(resumed(at('09:00')));
    given(...late(), resumed(at('09:00')))
      .when(wake(at('12:30')))
      .then(queued('n1', at('09:00'), { queuedAt: at('12:30'), nextRunAt: null }), started('n1', at('12:30'), { revision: 3 }));
  });

  it('ends as missed under the misfire policy skip', () => {
    given(...late({ misfire: { policy: 'skip', max: 100 } }))
      .when(resume(at('12:30')))
      .then(skipped('misfire', at('09:00'), at('09:00'), { nextRunAt: null }), missed, { type: 'JobResumed', nextRunAt: null });
  });

  it('runs under skip too while it is late by no more than the grace', () => {
    given(...late({ misfire: { policy: 'skip', max: 100 } }))
      .when(resume(at('09:01')))
      .then(resumed(at('09:00')));
  });

  it('runs where it is exactly as old as the window', () => {
    given(...late({ misfire: { policy: 'once', max: 100, windowMs: hour } }))
      .when(resume(at('10:00')))
      .then(resumed(at('09:00')));
  });

  it('ends as missed where it is older than the window', () => {
    given(...late({ misfire: { policy: 'once', max: 100, windowMs: hour } }))
      .when(resume(at('10:30')))
      .then(skipped('misfire', at('09:00'), at('09:00'), { nextRunAt: null }), missed, { type: 'JobResumed', nextRunAt: null });
  });
});

describe('a pause with an end', () => {
  const until = [scheduled(), paused(at('08:40'), { until: at('11:30') })];
  const bySystem = (nextRunAt = at('12:00')) => resumed(nextRunAt, { by: 'system' });

  it('is over when its time has come', () => {
    given(...until)
      .when(wake(at('11:29')))
      .thenNothing();
    given(...until)
      .when(wake(at('11:30')))
      .then(skipped('paused', at('09:00'), at('11:00')), bySystem());
  });

  it('noticed late does not count as paused what came after it', () => {
    given(...until)
      .when(wake(at('12:10')))
      .then(
        skipped('paused', at('09:00'), at('11:00')),
        bySystem(),
        queued('n1', at('12:00'), { queuedAt: at('12:10') }),
        started('n1', at('12:10'), { revision: 3 }),
      );
  });

  it('after which nobody watched leaves the rest to the misfire policy', () => {
    given(...until)
      .when(wake(at('15:30'), { watchedSince: at('15:30') }))
      .then(
        skipped('paused', at('09:00'), at('11:00')),
        bySystem(),
        skipped('misfire', at('12:00'), at('14:00'), { nextRunAt: at('15:00') }),
        queued('n1', at('15:00'), { trigger: 'catchUp', queuedAt: at('15:30') }),
        started('n1', at('15:30'), { revision: 3 }),
      );
  });

  it('lets a retry continue', () => {
    given(...running, failed('e1', at('09:01')), retried('e1', at('09:01')), paused(at('09:01'), { until: at('09:30') }))
      .when(wake(at('09:30')))
      .then(bySystem(at('10:00')), started('e1', at('09:30'), { attempt: 2, fencingToken: 2, revision: 3 }));
  });
});

describe('cancelling a job', () => {
  it('drops everything to come', () => {
    given(scheduled())
      .when(cancel(at('08:40'), { by: 'ann', note: 'obsolete' }))
      .then({ type: 'JobCancelled', by: 'ann', note: 'obsolete' });
    given(scheduled(), { type: 'JobCancelled' })
      .when(wake(at('12:30')))
      .thenNothing();
  });

  it('ends what is active: running, waiting for a retry, waiting for its turn', () => {
    given(
      scheduled({ overlap: 'allow' }),
      ...running.slice(1),
      queued('e2', at('10:00')),
      failed('e1', at('10:01')),
      retried('e1', at('10:01')),
    )
      .when(cancel(at('10:02'), { by: 'ann' }))
      .then({ type: 'JobCancelled', by: 'ann' }, cancelled('e1', at('10:02'), { by: 'ann' }), cancelled('e2', at('10:02'), { by: 'ann' }));
  });

  it('records what was due and only waited for capacity', () => {
    given(scheduled())
      .when(cancel(at('10:10')))
      .then(skipped('cancelled', at('09:00'), at('10:00')), { type: 'JobCancelled' });
  });

  it('of a paused job records what has passed in the pause', () => {
    given(scheduled(), paused(at('08:40')))
      .when(cancel(at('10:10')))
      .then(skipped('paused', at('09:00'), at('10:00')), { type: 'JobCancelled' });
  });

  it('that has ended already appends nothing', () => {
    given(scheduled(), { type: 'JobCancelled' })
      .when(cancel(at('10:10')))
      .thenNothing();
    const done = [scheduled({ schedule: once(at('09:00')) }), queued('e1', at('09:00'), { nextRunAt: null }), started('e1', at('09:00'))];
    given(...done, completed('e1', at('09:01')), exhausted)
      .when(cancel(at('10:10')))
      .thenNothing();
  });

  it('that was cancelled before ends a manual run of later', () => {
    given(scheduled(), { type: 'JobCancelled' }, manual('m1', at('09:30'), { nextRunAt: null }), started('m1', at('09:30')))
      .when(cancel(at('09:31')))
      .then(cancelled('m1', at('09:31')));
  });

  it('refuses the late result of the attempt it aborted', () => {
    const aborted = [...running, { type: 'JobCancelled' } as const, cancelled('e1', at('09:01'))];
    given(...aborted)
      .when(complete('e1', at('09:02')))
      .thenRejected({ code: 'STALE_ATTEMPT', executionId: 'e1', attempt: 1 });
    given(...aborted)
      .when(fail('e1', at('09:02')))
      .thenRejected({ code: 'STALE_ATTEMPT', executionId: 'e1', attempt: 1 });
  });

  it('is refused where another version was expected, or no job is there', () => {
    given(scheduled())
      .when(cancel(at('08:40'), { expectedRevision: 7 }))
      .thenRejected({ code: 'VERSION_MISMATCH' });
    given()
      .when(cancel(at('08:40')))
      .thenRejected({ code: 'JOB_NOT_FOUND' });
  });
});

describe('the revision', () => {
  it('counts schedule, pause, resume and cancel, and nothing else', () => {
    let job = jobOf(...running);
    expect(job.revision).toBe(1);
    job = next(job, complete('e1', at('09:01'))).job;
    job = next(job, wake(at('10:00'))).job;
    expect(job.revision).toBe(1);
    job = next(job, pause(at('10:01'))).job;
    expect(job.revision).toBe(2);
    job = next(job, resume(at('10:02'))).job;
    expect(job.revision).toBe(3);
    job = next(job, cancel(at('10:03'))).job;
    expect(job.revision).toBe(4);
  });

  it('is part of every start', () => {
    const { events } = next(jobOf(scheduled(), paused(at('08:40')), resumed()), wake(at('09:00')));
    expect(events.at(-1)).toMatchObject({ type: 'ExecutionStarted', revision: 3 });
  });
});

describe('nothing starts', () => {
  const ends = { pause: pause(at('09:30')), cancel: cancel(at('09:30')) };

  it.each(['pause', 'cancel'] as const)('after a %s, whatever waits', (how) => {
    const busy = [
      scheduled({ overlap: 'allow' }),
      ...running.slice(1),
      failed('e1', at('09:01')),
      retried('e1', at('09:01')),
      queued('e2', at('09:10')),
      manual('m1', at('09:20'), { nextRunAt: at('10:00') }),
    ];
    const { job } = next(jobOf(...busy), ends[how]);
    for (const time of ['09:30', '10:00', '12:30']) expect(next(job, wake(at(time), { slots: 50 })).events).toEqual([]);
  });

  it('after a deletion', () => {
    given(...running, { type: 'JobDeleted', fencingToken: 1 })
      .when(wake(at('10:00')))
      .thenRejected({ code: 'JOB_NOT_FOUND' });
    given(...running, { type: 'JobDeleted', fencingToken: 1 })
      .when(fail('e1', at('10:00')))
      .thenRejected({ code: 'JOB_NOT_FOUND' });
    given(scheduled())
      .when(remove(at('08:40'), { expectedRevision: 4 }))
      .thenRejected({ code: 'VERSION_MISMATCH' });
  });
});

describe('a manual run', () => {
  const byHand = manual('m1', at('09:30'), { nextRunAt: at('10:00') });

  it('of a paused job starts, and so does its retry', () => {
    const job = [scheduled(), paused(at('08:40')), manual('m1', at('08:50'), { nextRunAt: at('09:00') })];
    given(...job)
      .when(wake(at('08:50')))
      .then(started('m1', at('08:50'), { revision: 2 }));
    given(...job, started('m1', at('08:50')), failed('m1', at('08:51')), retried('m1', at('08:51')))
      .when(wake(at('08:52')))
      .then(started('m1', at('08:52'), { attempt: 2, fencingToken: 2, revision: 2 }));
  });

  it('is held back by a pause that came after it', () => {
    given(scheduled(), byHand, paused(at('09:31')))
      .when(wake(at('09:31')))
      .thenNothing();
    given(scheduled(), paused(at('08:40')), byHand, paused(at('09:31'), { note: 'really' }))
      .when(wake(at('09:31')))
      .thenNothing();
  });

  it('does not wait for a retry that the pause holds back', () => {
    given(
      scheduled({ overlap: 'bufferOne' }),
      ...running.slice(1),
      failed('e1', at('09:01')),
      retried('e1', at('09:01')),
      paused(at('09:02')),
      byHand,
    )
      .when(wake(at('09:30')))
      .then(started('m1', at('09:30'), { fencingToken: 2, revision: 2 }));
  });

  it('of a cancelled job starts, and does not bring it back', () => {
    const job = [scheduled(), { type: 'JobCancelled' } as const];
    given(...job)
      .when(runNow('m1', at('09:30')))
      .then(manual('m1', at('09:30'), { nextRunAt: null }));
    const { job: ran } = next(
      jobOf(...job, manual('m1', at('09:30'), { nextRunAt: null }), started('m1', at('09:30'))),
      complete('m1', at('09:31')),
    );
    expect(ran).toMatchObject({ ended: 'cancelled', nextRunAt: null });
  });

  it('of a completed or failed job starts, and does not bring it back', () => {
    const done = [scheduled({ schedule: once(at('09:00')) }), queued('e1', at('09:00'), { nextRunAt: null }), started('e1', at('09:00'))];
    const failedOnce = [...done, failed('e1', at('09:01'), { final: true, error: boom }), exhausted];
    given(...failedOnce)
      .when(runNow('m1', at('09:30')))
      .then(manual('m1', at('09:30'), { nextRunAt: null }));
    given(...failedOnce, manual('m1', at('09:30'), { nextRunAt: null }))
      .when(wake(at('09:30')))
      .then(started('m1', at('09:30'), { fencingToken: 2 }));
    given(...failedOnce, manual('m1', at('09:30'), { nextRunAt: null }), started('m1', at('09:30')))
      .when(complete('m1', at('09:31')))
      .then(completed('m1', at('09:31')));
  });
});
