import { describe, expect, it } from 'vitest';
import { type Instant, instant } from '../../src/domain/instant.js';
import type { JobDefinition } from '../../src/domain/job/index.js';
import type { IntervalSchedule, RRuleSchedule } from '../../src/domain/schedule/schedule.js';
import {
  at,
  cancel,
  cancelled,
  completed,
  decider,
  definition,
  exhausted,
  given,
  hourly,
  jobOf,
  manual,
  minute,
  missed,
  once,
  paused,
  queued,
  remove,
  schedule,
  scheduled,
  skipped,
  started,
  wake,
} from '../dsl.js';

const every = (value: number, anchor: IntervalSchedule['anchor'], anchorDefaulted?: true): IntervalSchedule => ({
  kind: 'interval',
  value,
  unit: 'hours',
  timezone: 'UTC',
  anchor,
  ...(anchorDefaulted && { anchorDefaulted }),
});

const rescheduled = (some: Partial<JobDefinition>, changed: readonly string[], nextRunAt: ReturnType<typeof at> | null) =>
  ({ type: 'JobRescheduled', definition: definition(some), changed, nextRunAt }) as const;

describe('a job that is to run once', () => {
  const ran = [scheduled(), queued('e1', at('09:00')), started('e1', at('09:00')), completed('e1', at('09:00'))];

  it('does not repeat a run that another schedule has had', () => {
    given(...ran)
      .when(schedule(at('09:00'), { schedule: once(at('09:00')) }))
      .thenRejected({
        code: 'INVALID_SCHEDULE',
        path: 'schedule.runAt',
        message: 'is not later than the run that was handled last (2026-03-02T09:00:00.000Z); give a later instant',
      });
  });

  it('may have its moment right after such a run', () => {
    const runAt = instant(at('09:00') + 1);
    given(...ran)
      .when(schedule(at('09:00'), { schedule: once(runAt) }))
      .then(rescheduled({ schedule: once(runAt) }, ['schedule'], runAt));
  });
});

describe('a new job', () => {
  it('waits for its first occurrence after now', () => {
    given()
      .when(schedule(at('08:30')))
      .then(scheduled());
    given()
      .when(schedule(at('09:00')))
      .then(scheduled({}, { nextRunAt: at('10:00') }));
  });

  it('names who asked for it, and remembers their key', () => {
    given()
      .when(schedule(at('08:30'), {}, { by: 'ann', idempotencyKey: 'k1' }))
      .then(scheduled({}, { by: 'ann', idempotencyKey: 'k1' }));
  });

  it('created disabled is paused from the start', () => {
    given()
      .when(schedule(at('08:30'), {}, { enabled: false }))
      .then(scheduled({}, { paused: at('08:30') }));
    expect(jobOf(scheduled({}, { paused: at('08:30'), by: 'ann' })).paused).toEqual({ at: at('08:30'), by: 'ann' });
  });

  it('is refused where no occurrence follows', () => {
    const over = { ...hourly, endAt: at('08:00') };
    given()
      .when(schedule(at('08:30'), { schedule: over }))
      .thenRejected({ code: 'INVALID_SCHEDULE', path: 'schedule', message: 'never fires: no occurrence follows' });
  });

  it('runs once at a time up to 60 s in the past, and no earlier', () => {
    given()
      .when(schedule(at('08:30'), { schedule: once(at('08:29')) }))
      .then(scheduled({ schedule: once(at('08:29')) }));
    given()
      .when(schedule(instant(at('08:30') + 1), { schedule: once(at('08:29')) }))
      .thenRejected({ code: 'INVALID_SCHEDULE', path: 'schedule.runAt', message: 'is more than 60 s in the past; give a later instant' });
  });

  it('counts an interval from its anchor; the anchor itself is an occurrence only if it was given', () => {
    given()
      .when(schedule(at('08:30'), { schedule: every(2, at('09:15')) }))
      .then(scheduled({ schedule: every(2, at('09:15')) }, { nextRunAt: at('09:15') }));
    given()
      .when(schedule(at('08:30'), { schedule: every(2, at('08:30'), true) }))
      .then(scheduled({ schedule: every(2, at('08:30'), true) }, { nextRunAt: at('10:30') }));
  });

  it('is refused where another version of it was expected', () => {
    given()
      .when(schedule(at('08:30'), {}, { expectedRevision: 3 }))
      .thenRejected({ code: 'VERSION_MISMATCH', expected: 3, actual: 0 });
  });
});

describe('an update', () => {
  it('that says the same appends nothing', () => {
    given(scheduled())
      .when(schedule(at('08:40')))
      .thenNothing();
    given(scheduled())
      .when(schedule(at('08:40'), {}, { by: 'bob', enabled: true }))
      .thenNothing();
  });

  it('that says the same in another order of keys appends nothing', () => {
    const parameters = { a: 1, b: { c: [1, { d: 2, e: 3 }] } };
    const turned = { b: { c: [1, { e: 3, d: 2 }] }, a: 1 };
    given(scheduled({ parameters }))
      .when(schedule(at('08:40'), { parameters: turned }))
      .thenNothing();
    given(scheduled({ parameters: { list: [1, 2] } }))
      .when(schedule(at('08:40'), { parameters: { list: [2, 1] } }))
      .then(rescheduled({ parameters: { list: [2, 1] } }, ['parameters'], at('09:00')));
  });

  it.each([
    [1, {}],
    [null, {}],
    [[], {}],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1 }, { b: 1 }],
    [{ a: [1] }, { a: [1, 1] }],
    ['1', 1],
  ])('tells %j from %j', (one, other) => {
    for (const [before, after] of [
      [one, other],
      [other, one],
    ] as const)
      given(scheduled({ parameters: { is: before } }))
        .when(schedule(at('08:40'), { parameters: { is: after } }))
        .then(rescheduled({ parameters: { is: after } }, ['parameters'], at('09:00')));
  });

  it('moves the grid where another anchor is given', () => {
    given(scheduled({ schedule: every(2, at('09:15')) }, { nextRunAt: at('09:15') }))
      .when(schedule(at('08:40'), { schedule: every(2, at('09:20')) }))
      .then(rescheduled({ schedule: every(2, at('09:20')) }, ['schedule'], at('09:20')));
  });

  it('keeps the anchor of a rule too', () => {
    const daily = (anchor: Instant): RRuleSchedule => ({
      kind: 'rrule',
      rrule: 'FREQ=DAILY',
      timezone: 'UTC',
      anchor,
      anchorDefaulted: true,
    });
    given(scheduled({ schedule: daily(at('08:30')) }, { nextRunAt: at('08:30', 1) }))
      .when(schedule(at('08:40'), { schedule: daily(at('08:40')) }))
      .thenNothing();
  });

  it('may set a time that has just passed', () => {
    given(scheduled())
      .when(schedule(at('08:40'), { schedule: once(at('08:39:30')) }))
      .then(rescheduled({ schedule: once(at('08:39:30')) }, ['schedule'], at('08:39:30')));
  });

  it('ignores an anchor that nobody gave, and keeps the one there is', () => {
    const created = scheduled({ schedule: every(2, at('08:30'), true) }, { nextRunAt: at('10:30') });
    given(created)
      .when(schedule(at('09:07'), { schedule: every(2, at('09:07'), true) }))
      .thenNothing();
    given(created)
      .when(schedule(at('09:07'), { schedule: every(2, at('09:07'), true), priority: 'high' }))
      .then(rescheduled({ schedule: every(2, at('08:30'), true), priority: 'high' }, ['priority'], at('10:30')));
    given(created)
      .when(schedule(at('09:07'), { schedule: every(3, at('09:07'), true) }))
      .then(rescheduled({ schedule: every(3, at('09:07'), true) }, ['schedule'], at('12:07')));
  });

  it('keeps an anchor that was given when the update leaves it out', () => {
    given(scheduled({ schedule: every(2, at('09:15')) }))
      .when(schedule(at('08:40'), { schedule: every(2, at('08:40'), true) }))
      .thenNothing();
  });

  it('replaces the definition and names what is different', () => {
    given(scheduled({ tags: ['a'], description: 'old' }))
      .when(schedule(at('08:40'), { tags: ['b'] }, { by: 'bob', note: 'why not' }))
      .then({ ...rescheduled({ tags: ['b'] }, ['description', 'tags'], at('09:00')), by: 'bob', note: 'why not' });
  });

  it('keeps enabled as it is unless it is given', () => {
    const disabled = [scheduled(), paused(at('08:35'))];
    given(...disabled)
      .when(schedule(at('08:40'), { priority: 'low' }))
      .then(rescheduled({ priority: 'low' }, ['priority'], at('09:00')));
    given(...disabled)
      .when(schedule(at('08:40')))
      .thenNothing();
    given(...disabled)
      .when(schedule(at('08:40'), {}, { enabled: true, by: 'bob' }))
      .then({ type: 'JobResumed', nextRunAt: at('09:00'), by: 'bob' });
    given(...disabled)
      .when(schedule(at('08:40'), {}, { enabled: false }))
      .thenNothing();
    given(scheduled())
      .when(schedule(at('08:40'), {}, { enabled: false, by: 'bob' }))
      .then(paused(at('08:40'), { by: 'bob' }));
  });

  it('with another schedule goes on from now', () => {
    const nextDay = { ...hourly, expression: '0 3 * * *' };
    given(scheduled())
      .when(schedule(at('08:40'), { schedule: nextDay }))
      .then(rescheduled({ schedule: nextDay }, ['schedule'], at('03:00', 1)));
  });

  it('never plans an occurrence at or before the last one that was handled', () => {
    const quarter = { ...hourly, expression: '*/15 * * * *' };
    const ran = [scheduled(), queued('e1', at('09:00')), started('e1', at('09:00')), completed('e1', at('09:01'))];
    // The clock was set back by half an hour.
    given(...ran)
      .when(schedule(at('08:32'), { schedule: quarter }))
      .then(rescheduled({ schedule: quarter }, ['schedule'], at('09:15')));
  });

  it('is refused where the new schedule never fires, and where its time is past', () => {
    given(scheduled())
      .when(schedule(at('08:40'), { schedule: { ...hourly, endAt: at('08:41') } }))
      .thenRejected({ code: 'INVALID_SCHEDULE' });
    given(scheduled())
      .when(schedule(at('08:40'), { schedule: once(at('08:38')) }))
      .thenRejected({ code: 'INVALID_SCHEDULE', path: 'schedule.runAt' });
  });

  it('may repeat a time that is past by now', () => {
    const running = [
      scheduled({ schedule: once(at('08:31')) }),
      queued('e1', at('08:31'), { nextRunAt: null }),
      started('e1', at('08:31')),
    ];
    given(...running)
      .when(schedule(at('11:00'), { schedule: once(at('08:31')) }))
      .thenNothing();
    given(...running)
      .when(schedule(at('11:00'), { schedule: once(at('08:31')), priority: 'high' }))
      .then(rescheduled({ schedule: once(at('08:31')), priority: 'high' }, ['priority'], null));
  });

  it('is refused where another version of the job was expected', () => {
    given(scheduled(), paused(at('08:35')))
      .when(schedule(at('08:40'), { priority: 'low' }, { expectedRevision: 1 }))
      .thenRejected({ code: 'VERSION_MISMATCH', expected: 1, actual: 2 });
    given(scheduled(), paused(at('08:35')))
      .when(schedule(at('08:40'), { priority: 'low' }, { expectedRevision: 2 }))
      .then(rescheduled({ priority: 'low' }, ['priority'], at('09:00')));
  });

  it('sent twice with one key has one effect, whatever came in between', () => {
    const request = schedule(at('08:40'), { priority: 'low' }, { idempotencyKey: 'k1' });
    const first = { ...rescheduled({ priority: 'low' }, ['priority'], at('09:00')), idempotencyKey: 'k1' };
    given(scheduled()).when(request).then(first);
    const between = rescheduled({ priority: 'high' }, ['priority'], at('09:00'));
    given(scheduled(), first, between).when(request).thenNothing();
    given(scheduled({}, { idempotencyKey: 'k1' }), between)
      .when(request)
      .thenNothing();
    given(scheduled({}, { idempotencyKey: 'k2' }))
      .when(request)
      .then(first);
  });

  it('is remembered by its key, the latest twenty with it', () => {
    const asked = Array.from({ length: 20 }, (_, i) => ({
      ...rescheduled({ priority: 'low' }, ['priority'], at('09:00')),
      idempotencyKey: `k${i + 1}`,
    }));
    expect(jobOf(scheduled()).requests).toEqual([]);
    expect(jobOf(scheduled({}, { idempotencyKey: 'k0' }), ...asked.slice(0, 1)).requests).toEqual([
      { key: 'k0', created: true, revision: 1 },
      { key: 'k1', created: false, revision: 2 },
    ]);
    expect(jobOf(scheduled({}, { idempotencyKey: 'k0' }), ...asked).requests.map((r) => r.key)).toEqual(asked.map((e) => e.idempotencyKey));
  });

  it('of a key of the generation before is a request like any other', () => {
    given(scheduled({}, { idempotencyKey: 'k1' }), { type: 'JobDeleted', fencingToken: 0 })
      .when(schedule(at('08:40'), {}, { idempotencyKey: 'k1' }))
      .then(scheduled({}, { idempotencyKey: 'k1' }));
  });
});

describe('what is due at the moment of an update of the schedule', () => {
  const later = { ...hourly, expression: '30 * * * *' };

  it('is queued before the schedule goes, because it waits only for capacity', () => {
    given(scheduled())
      .when(schedule(at('09:10'), { schedule: later }, { newJobId: 'u1', watchedSince: at('00:00') }))
      .then(queued('u1-1', at('09:00'), { queuedAt: at('09:10') }), rescheduled({ schedule: later }, ['schedule'], at('09:30')));
  });

  it('is no misfire after a node has watched all the time', () => {
    given(scheduled({ misfire: { policy: 'skip', max: 100 } }))
      .when(
        schedule(at('09:10'), { schedule: later, misfire: { policy: 'skip', max: 100 } }, { newJobId: 'u1', watchedSince: at('00:00') }),
      )
      .then(
        queued('u1-1', at('09:00'), { queuedAt: at('09:10') }),
        rescheduled({ schedule: later, misfire: { policy: 'skip', max: 100 } }, ['schedule'], at('09:30')),
      );
  });

  it('goes by the misfire policy where nobody watched', () => {
    given(scheduled({ misfire: { policy: 'skip', max: 100 } }))
      .when(schedule(at('11:10'), { schedule: later }, { watchedSince: at('11:10') }))
      .then(skipped('misfire', at('09:00'), at('11:00')), rescheduled({ schedule: later }, ['misfire', 'schedule'], at('11:30')));
  });

  it('counts as paused where the job is paused', () => {
    given(scheduled(), paused(at('08:35')))
      .when(schedule(at('11:10'), { schedule: later }))
      .then(skipped('paused', at('09:00'), at('11:00')), rescheduled({ schedule: later }, ['schedule'], at('11:30')));
  });

  it('does not use up the runs of the new schedule', () => {
    const two = { ...later, maxRuns: 2 };
    const waiting = [scheduled(), queued('e1', at('09:00')), rescheduled({ schedule: two }, ['schedule'], at('09:30'))];
    given(scheduled())
      .when(schedule(at('09:10'), { schedule: { ...later, maxRuns: 1 } }, { newJobId: 'u1', watchedSince: at('00:00') }))
      .then(
        queued('u1-1', at('09:00'), { queuedAt: at('09:10') }),
        rescheduled({ schedule: { ...later, maxRuns: 1 } }, ['schedule'], at('09:30')),
      );
    given(...waiting, started('e1', at('09:10')), completed('e1', at('09:11')))
      .when(wake(at('09:30')))
      .then(queued('n1', at('09:30'), { nextRunAt: at('10:30') }), started('n1', at('09:30'), { fencingToken: 2, revision: 2 }));
  });

  it('may have ended the job as missed: the new schedule runs all the same', () => {
    const skip = { misfire: { policy: 'skip', max: 100 } } as const;
    given(scheduled({ schedule: once(at('09:00')), ...skip }))
      .when(schedule(at('11:10'), skip))
      .then(
        skipped('misfire', at('09:00'), at('09:00'), { nextRunAt: null }),
        missed,
        rescheduled(skip, ['schedule', 'active'], at('12:00')),
      );
  });

  it('is not lost, however much it is', () => {
    const minutely = { ...hourly, expression: '* * * * *' };
    const created = scheduled({ schedule: minutely, overlap: 'allow' }, { nextRunAt: at('08:31') });
    const decision = decider.decide(schedule(at('12:00'), { overlap: 'allow' }, { watchedSince: at('00:00') }), jobOf(created));
    const fates = decision.ok
      ? decision.events.reduce((n, e) => n + (e.type === 'ExecutionQueued' ? 1 : e.type === 'OccurrencesSkipped' ? e.count : 0), 0)
      : 0;
    expect(fates).toBe((at('12:00') - at('08:30')) / minute);
  });
});

describe('an ended job', () => {
  const done = [
    scheduled({ schedule: once(at('09:00')) }),
    queued('e1', at('09:00'), { nextRunAt: null }),
    started('e1', at('09:00')),
    completed('e1', at('09:01')),
    exhausted,
  ];

  it('comes back with another schedule', () => {
    given(...done)
      .when(schedule(at('10:00'), { schedule: once(at('11:00')) }))
      .then(rescheduled({ schedule: once(at('11:00')) }, ['schedule', 'active'], at('11:00')));
    expect(jobOf(...done, rescheduled({ schedule: once(at('11:00')) }, ['schedule', 'active'], at('11:00')))).toMatchObject({
      ended: null,
      lastOutcome: null,
    });
  });

  it('stays ended when other fields change, or when it is enabled and nothing is left', () => {
    given(...done)
      .when(schedule(at('10:00'), { schedule: once(at('09:00')) }))
      .thenNothing();
    given(...done)
      .when(schedule(at('10:00'), { schedule: once(at('09:00')) }, { enabled: true }))
      .thenNothing();
    given(...done)
      .when(schedule(at('10:00'), { schedule: once(at('09:00')), priority: 'low' }))
      .then(rescheduled({ schedule: once(at('09:00')), priority: 'low' }, ['priority'], null));
  });

  it('that was cancelled comes back when it is enabled and occurrences are left', () => {
    const gone = [scheduled(), { type: 'JobCancelled' } as const];
    given(...gone)
      .when(schedule(at('10:30')))
      .thenNothing();
    given(...gone)
      .when(schedule(at('10:30'), {}, { enabled: true }))
      .then(rescheduled({}, ['active'], at('11:00')));
  });

  it('that missed its only time comes back with a new one', () => {
    const late = [scheduled({ schedule: once(at('09:00')) }), skipped('misfire', at('09:00'), at('09:00'), { nextRunAt: null }), missed];
    given(...late)
      .when(schedule(at('10:00'), { schedule: once(at('10:30')) }))
      .then(rescheduled({ schedule: once(at('10:30')) }, ['schedule', 'active'], at('10:30')));
  });

  it('that has had all its runs does not come back by being enabled; another schedule counts anew', () => {
    const twice = { ...hourly, maxRuns: 1 };
    const used = [
      scheduled({ schedule: twice }),
      queued('e1', at('09:00'), { nextRunAt: null }),
      started('e1', at('09:00')),
      completed('e1', at('09:01')),
      exhausted,
    ];
    given(...used)
      .when(schedule(at('09:30'), { schedule: twice }, { enabled: true }))
      .thenNothing();
    given(...used)
      .when(schedule(at('09:30'), { schedule: { ...twice, maxRuns: 2 } }))
      .then(rescheduled({ schedule: { ...twice, maxRuns: 2 } }, ['schedule', 'active'], at('10:00')));
    expect(jobOf(...used, rescheduled({ schedule: { ...twice, maxRuns: 2 } }, ['schedule', 'active'], at('10:00'))).runsStarted).toBe(0);
  });
});

describe('a deleted job', () => {
  const ran = [scheduled(), queued('e1', at('09:00')), started('e1', at('09:00'), { fencingToken: 1 }), completed('e1', at('09:01'))];

  it('is gone', () => {
    given(...ran)
      .when(remove(at('09:30'), { by: 'ann' }))
      .then({ type: 'JobDeleted', fencingToken: 1, by: 'ann' });
    given(...ran, { type: 'JobDeleted', fencingToken: 1 })
      .when(remove(at('09:30')))
      .thenRejected({ code: 'JOB_NOT_FOUND' });
    given(...ran, { type: 'JobDeleted', fencingToken: 1 })
      .when(wake(at('10:00')))
      .thenRejected({ code: 'JOB_NOT_FOUND' });
    given(...ran, { type: 'JobDeleted', fencingToken: 1 })
      .when(cancel(at('10:00')))
      .thenRejected({ code: 'JOB_NOT_FOUND' });
  });

  it('ends what is active first', () => {
    given(scheduled({ overlap: 'allow' }), queued('e1', at('09:00')), started('e1', at('09:00')), manual('m1', at('09:01')))
      .when(remove(at('09:02')))
      .then(cancelled('e1', at('09:02')), cancelled('m1', at('09:02')), { type: 'JobDeleted', fencingToken: 1 });
  });

  it('makes room for another, whose fencing tokens go on from the last', () => {
    const again = [...ran, { type: 'JobDeleted', fencingToken: 1 } as const, scheduled({}, { jobId: 'job-2', nextRunAt: at('10:00') })];
    given(...again)
      .when(wake(at('10:00')))
      .then(queued('n1', at('10:00')), started('n1', at('10:00'), { fencingToken: 2 }));
    // Also where everything before the deletion was redacted.
    given({ type: 'JobDeleted', fencingToken: 7 }, scheduled())
      .when(wake(at('09:00')))
      .then(queued('n1', at('09:00')), started('n1', at('09:00'), { fencingToken: 8 }));
  });

  it('leaves nothing of its past to the next generation', () => {
    const before = [scheduled({}, { idempotencyKey: 'k' }), paused(at('08:40')), { type: 'JobDeleted', fencingToken: 0 } as const];
    expect(jobOf(...before, scheduled({}, { jobId: 'job-2' }))).toEqual(jobOf(scheduled({}, { jobId: 'job-2' })));
  });
});
