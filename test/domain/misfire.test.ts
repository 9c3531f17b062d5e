import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/adapters/calendar/index.js';
import { instant } from '../../src/domain/instant.js';
import { type JobDefinition, type JobEvent, jobDecider, nextStartAt, type Overlap } from '../../src/domain/job/index.js';
import type { Schedule } from '../../src/domain/schedule/schedule.js';
import {
  at,
  completed,
  day,
  failed,
  given,
  hour,
  hourly,
  jobOf,
  manual,
  minute,
  missed,
  next,
  once,
  paused,
  queued,
  retried,
  type Some,
  scheduled,
  skipped,
  specFor,
  started,
  wake,
} from '../dsl.js';

const skip = { policy: 'skip', max: 100 } as const;
const all = { policy: 'all', max: 100 } as const;
/** A node that was started at half past twelve: 09:00 to 12:00 were missed. */
const backAt = at('12:30');
const back = (some: Partial<Parameters<typeof wake>[1]> = {}) => wake(backAt, { watchedSince: backAt, ...some });
const catchUp = (executionId: string, scheduledFor: ReturnType<typeof at>, event: Some<'ExecutionQueued'> = {}): JobEvent =>
  queued(executionId, scheduledFor, { trigger: 'catchUp', queuedAt: backAt, ...event });

describe('an occurrence is missed', () => {
  const wokenAt = (time: string, watchedSince: string) =>
    next(jobOf(scheduled({ misfire: skip })), wake(at(time), { watchedSince: at(watchedSince) })).events[0];

  it('if nobody watched a minute after its time', () => {
    expect(wokenAt('09:01:01', '09:01:01')).toMatchObject({ type: 'OccurrencesSkipped', reason: 'misfire' });
    expect(wokenAt('09:01', '09:01')).toMatchObject({ type: 'ExecutionQueued', trigger: 'schedule' });
    expect(wokenAt('09:00:10', '09:00:10')).toMatchObject({ type: 'ExecutionQueued', trigger: 'schedule' });
  });

  it('never because it waited for capacity', () => {
    expect(wokenAt('09:50', '08:59')).toMatchObject({ type: 'ExecutionQueued', trigger: 'schedule', scheduledFor: at('09:00') });
    expect(wokenAt('09:50', '09:00:59')).toMatchObject({ type: 'ExecutionQueued', trigger: 'schedule', scheduledFor: at('09:00') });
  });

  it('never before its time, whatever the clock said when watching began', () => {
    const setBack = next(jobOf(scheduled({ misfire: skip })), wake(at('09:30'), { watchedSince: at('12:30') }));
    expect(setBack.events).toMatchObject([{ type: 'OccurrencesSkipped', from: at('09:00'), to: at('09:00'), nextRunAt: at('10:00') }]);
  });

  it('counted from its start, jitter included', () => {
    const job = jobOf(scheduled({ misfire: skip, schedule: { ...hourly, jitterMs: 30 * minute } }));
    const startAt = nextStartAt(job) ?? 0;
    const notYet = instant(startAt + minute);
    expect(startAt).toBeGreaterThan(at('09:00'));
    expect(next(job, wake(notYet, { watchedSince: notYet })).events[0]).toMatchObject({ trigger: 'schedule' });
    const tooLate = instant(notYet + 1);
    expect(next(job, wake(tooLate, { watchedSince: tooLate })).events[0]).toMatchObject({ reason: 'misfire' });
  });
});

describe('once', () => {
  it('runs the latest missed occurrence now, and records the others', () => {
    given(scheduled())
      .when(back())
      .then(skipped('misfire', at('09:00'), at('11:00'), { nextRunAt: at('12:00') }), catchUp('n1', at('12:00')), started('n1', backAt));
  });

  it('of a single missed occurrence skips none', () => {
    given(scheduled())
      .when(wake(at('09:30'), { watchedSince: at('09:30') }))
      .then(catchUp('n1', at('09:00'), { queuedAt: at('09:30') }), started('n1', at('09:30')));
  });

  it('leaves what is due now to the overlap policy', () => {
    const now = at('12:00:30');
    given(scheduled())
      .when(wake(now, { watchedSince: now }))
      .then(
        skipped('misfire', at('09:00'), at('10:00'), { nextRunAt: at('11:00') }),
        queued('n1', at('11:00'), { trigger: 'catchUp', queuedAt: now }),
        skipped('overlap', at('12:00'), at('12:00')),
        started('n1', now),
      );
  });

  it('makes up for a one-time job, and for one in a pause that is over', () => {
    given(scheduled({ schedule: once(at('09:00')) }))
      .when(back())
      .then(catchUp('n1', at('09:00'), { nextRunAt: null }), started('n1', backAt));
  });

  it('goes by the overlap policy while a run is active', () => {
    const retrying = (overlap: Overlap) => [
      scheduled({ overlap }),
      queued('e1', at('09:00')),
      started('e1', at('09:00')),
      failed('e1', backAt, { cause: 'lost' }),
      retried('e1', backAt, minute),
    ];
    given(...retrying('skip'))
      .when(back())
      .then(skipped('misfire', at('10:00'), at('11:00'), { nextRunAt: at('12:00') }), skipped('overlap', at('12:00'), at('12:00')));
    given(...retrying('bufferOne'))
      .when(back())
      .then(skipped('misfire', at('10:00'), at('11:00'), { nextRunAt: at('12:00') }), catchUp('n1', at('12:00')));
    given(...retrying('allow'))
      .when(back({ slots: 0 }))
      .then(skipped('misfire', at('10:00'), at('11:00'), { nextRunAt: at('12:00') }), catchUp('n1', at('12:00')));
  });

  it('counts as handled: a clock that is set back later does not bring it again', () => {
    expect(jobOf(scheduled(), catchUp('e1', at('12:00')))).toMatchObject({ lastHandled: at('12:00') });
  });

  it('a made-up run that waits under bufferOne is replaced by a newer occurrence', () => {
    given(
      scheduled({ overlap: 'bufferOne' }),
      manual('m1', at('08:40'), { nextRunAt: at('09:00') }),
      started('m1', at('08:40')),
      queued('e1', at('12:00'), { trigger: 'catchUp' }),
    )
      .when(wake(at('13:00'), { slots: 0 }))
      .then(
        { type: 'ExecutionCancelled', executionId: 'e1', finishedAt: at('13:00'), note: 'overtaken: overlap' },
        skipped('overlap', at('12:00'), at('12:00'), { nextRunAt: at('13:00') }),
        queued('n1', at('13:00')),
      );
  });
});

describe('skip', () => {
  it('runs none and records how many', () => {
    given(scheduled({ misfire: skip }))
      .when(back())
      .then(skipped('misfire', at('09:00'), at('12:00')));
  });

  it('ends a one-time job as missed', () => {
    const events = [skipped('misfire', at('09:00'), at('09:00'), { nextRunAt: null }), missed];
    given(scheduled({ schedule: once(at('09:00')), misfire: skip }))
      .when(back())
      .then(...events);
  });

  it('ends a schedule whose last occurrence it was', () => {
    const schedule = { ...hourly, endAt: at('12:00') };
    given(scheduled({ schedule, misfire: skip }))
      .when(back())
      .then(skipped('misfire', at('09:00'), at('12:00'), { nextRunAt: null }), { type: 'JobCompleted', reason: 'exhausted' });
  });
});

describe('all', () => {
  it('runs all, oldest first, one after the other, each with its own occurrence', () => {
    const events = [scheduled({ misfire: all })];
    given(...events)
      .when(back({ slots: 50 }))
      .then(
        catchUp('n1', at('09:00')),
        catchUp('n2', at('10:00')),
        catchUp('n3', at('11:00')),
        catchUp('n4', at('12:00')),
        started('n1', backAt),
      );
    const { job } = next(jobOf(...events), back());
    const later = next(
      next(job, { type: 'CompleteAttempt', now: at('12:31'), executionId: 'n1', attempt: 1, durationMs: 1 }).job,
      wake(at('12:31')),
    );
    expect(later.events).toEqual([started('n2', at('12:31'), { fencingToken: 2 })]);
  });

  it('runs them side by side under allow', () => {
    const { job } = next(jobOf(scheduled({ misfire: all, overlap: 'allow' })), back({ slots: 3 }));
    expect(job.executions.map((e) => e.phase)).toEqual(['running', 'running', 'running', 'queued']);
  });

  it('keeps the newest of more than max, and records the others', () => {
    given(scheduled({ misfire: { policy: 'all', max: 2 } }))
      .when(back())
      .then(
        skipped('misfire', at('09:00'), at('10:00'), { nextRunAt: at('11:00') }),
        catchUp('n1', at('11:00')),
        catchUp('n2', at('12:00')),
        started('n1', backAt),
      );
  });

  it.each(['skip', 'bufferOne', 'bufferAll', 'cancelOther'] as const)('under %s is not undone by what is due next', (overlap) => {
    const now = at('12:00:30');
    const late = next(jobOf(scheduled({ misfire: all, overlap })), wake(now, { watchedSince: now }));
    const made = () => job.executions.filter((e) => e.trigger === 'catchUp').map((e) => e.scheduledFor);
    let job = late.job;
    expect(made()).toEqual([at('09:00'), at('10:00'), at('11:00')]);
    job = next(job, wake(at('13:00'), { slots: 0 })).job;
    expect(made()).toEqual([at('09:00'), at('10:00'), at('11:00')]);
    expect(job.executions.filter((e) => e.trigger === 'schedule')).toHaveLength(
      { skip: 0, bufferOne: 1, bufferAll: 2, cancelOther: 1 }[overlap],
    );
  });

  it('decides a thousand in commits of at most a hundred events, and drops none of them', () => {
    const schedule = { ...hourly, expression: '* * * * *' };
    const now = at('09:00', 1);
    let made = 0;
    let job = jobOf(scheduled({ misfire: { policy: 'all', max: 1_000 }, schedule, overlap: 'cancelOther' }));
    for (let i = 0; i < 40; i++) {
      const decided = next(job, wake(now, { watchedSince: now, slots: 0, newExecutionId: () => `e${i}-${++made}` }));
      expect(decided.events.length).toBeLessThanOrEqual(100);
      job = decided.job;
    }
    const catchUps = job.executions.filter((e) => e.trigger === 'catchUp');
    expect(catchUps).toHaveLength(1_000);
    expect(catchUps.at(-1)?.scheduledFor).toBe(now - 2 * minute);
    expect(job.executions.filter((e) => e.trigger === 'schedule')).toHaveLength(1);
  });

  it('runs them after a run that is active, whatever the overlap policy', () => {
    given(scheduled({ misfire: all }), queued('e1', at('09:00')), started('e1', at('09:00')))
      .when(back({ slots: 0 }))
      .then(catchUp('n1', at('10:00')), catchUp('n2', at('11:00')), catchUp('n3', at('12:00')));
  });

  it('makes up for no more than maxRuns allows', () => {
    const schedule = { ...hourly, maxRuns: 2 };
    const { job } = next(jobOf(scheduled({ misfire: all, schedule })), back());
    expect(job.executions).toHaveLength(2);
    expect(job.nextRunAt).toBeNull();
  });
});

describe('a window', () => {
  const within = (hours: number, policy: JobDefinition['misfire']['policy']) => ({ policy, max: 100, windowMs: hours * hour });

  it('gives up what is older', () => {
    given(scheduled({ misfire: within(2, 'all') }))
      .when(back())
      .then(
        skipped('misfire', at('09:00'), at('10:00'), { nextRunAt: at('11:00') }),
        catchUp('n1', at('11:00')),
        catchUp('n2', at('12:00')),
        started('n1', backAt),
      );
  });

  it('holds what is exactly as old', () => {
    const now = at('12:00');
    given(scheduled({ misfire: within(1, 'once') }))
      .when(wake(now, { watchedSince: now }))
      .then(
        skipped('misfire', at('09:00'), at('10:00'), { nextRunAt: at('11:00') }),
        queued('n1', at('11:00'), { trigger: 'catchUp', queuedAt: now }),
        skipped('overlap', at('12:00'), at('12:00')),
        started('n1', now),
      );
  });

  it('leaves nothing to make up for where all is older', () => {
    const schedule = { ...hourly, expression: '0 9 * * *' };
    given(scheduled({ misfire: within(2, 'once'), schedule }))
      .when(back())
      .then(skipped('misfire', at('09:00'), at('09:00'), { nextRunAt: at('09:00', 1) }));
    given(scheduled({ misfire: within(2, 'once'), schedule: once(at('09:00')) }))
      .when(back())
      .then(skipped('misfire', at('09:00'), at('09:00'), { nextRunAt: null }), missed);
  });
});

describe('the number of missed occurrences', () => {
  const secondly: Schedule = { kind: 'cron', expression: '* * * * * *', timezone: 'UTC' };
  const skippedFor = (seconds: number, schedule: Schedule = secondly) => {
    const { calendar } = withCalculator;
    const now = instant(at('09:00') + seconds * 1_000 + minute);
    const decider = jobDecider({ calendar, organization: 'acme' });
    const decision = decider.decide(
      wake(now, { watchedSince: now }),
      jobOf(scheduled({ misfire: skip, schedule }, { nextRunAt: at('09:00') })),
    );
    return decision.ok && decision.events.find((e) => e.type === 'OccurrencesSkipped');
  };

  it('is exact up to 1,000', () => {
    expect(skippedFor(999)).toMatchObject({ count: 999 });
    expect(skippedFor(1_000)).toMatchObject({ count: 1_000 });
    expect(skippedFor(1_000)).not.toHaveProperty('atLeast');
    expect(skippedFor(1_001)).toMatchObject({ count: 1_000, atLeast: true });
  });

  it('is exact up to 1,000 for a calculator too', () => {
    const custom: Schedule = { kind: 'custom', calculator: 'secondly', timezone: 'UTC' };
    expect(skippedFor(1_000, custom)).toMatchObject({ count: 1_000 });
    expect(skippedFor(1_000, custom)).not.toHaveProperty('atLeast');
    expect(skippedFor(1_001, custom)).toMatchObject({ count: 1_000, atLeast: true });
  });

  it('costs no more for ten years than for an hour', () => {
    const startedAt = performance.now();
    expect(skippedFor((3_650 * day) / 1_000)).toMatchObject({ count: 1_000, atLeast: true });
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

const withCalculator = {
  calendar: createCalendar(new Map([['secondly', (after: Date) => new Date(Math.floor(after.getTime() / 1_000) * 1_000 + 1_000)]])),
};

describe('the clock', () => {
  const ran = [scheduled(), queued('e1', at('09:00')), started('e1', at('09:00')), completed('e1', at('09:01'))];

  it('set back runs nothing a second time', () => {
    given(...ran)
      .when(wake(at('08:00')))
      .thenNothing();
    given(...ran)
      .when(wake(at('09:30')))
      .thenNothing();
    given(...ran)
      .when(wake(at('10:00')))
      .then(queued('n1', at('10:00')), started('n1', at('10:00'), { fencingToken: 2 }));
  });

  it('set forward by a day makes up for one occurrence, not for all', () => {
    const now = at('09:30', 1);
    given(...ran)
      .when(wake(now, { watchedSince: now }))
      .then(
        skipped('misfire', at('10:00'), at('08:00', 1), { nextRunAt: at('09:00', 1) }),
        queued('n1', at('09:00', 1), { trigger: 'catchUp', queuedAt: now }),
        started('n1', now, { fencingToken: 2 }),
      );
  });
});

it('an occurrence that the schedule does not name any more is missed like any other', () => {
  // As after a change of the rules of its zone.
  given(scheduled({ misfire: skip }, { nextRunAt: at('09:17') }))
    .when(wake(at('09:30'), { watchedSince: at('09:30') }))
    .then(skipped('misfire', at('09:17'), at('09:17'), { count: 1, nextRunAt: at('10:00') }));
});

it('a paused job misses nothing', () => {
  given(scheduled(), paused(at('08:40')))
    .when(back())
    .thenNothing();
});

const specWith = specFor(jobDecider({ calendar: withCalculator.calendar, organization: 'acme' }));

it('a custom schedule is made up for like any other', () => {
  const schedule: Schedule = { kind: 'custom', calculator: 'secondly', timezone: 'UTC' };
  const now = at('09:02');
  specWith(scheduled({ schedule }, { nextRunAt: at('09:00') }))
    .when(wake(now, { watchedSince: now }))
    .then(
      skipped('misfire', at('09:00'), at('09:00:58'), { count: 59, nextRunAt: at('09:00:59') }),
      queued('n1', at('09:00:59'), { trigger: 'catchUp', queuedAt: now, nextRunAt: at('09:01') }),
      skipped('overlap', at('09:01'), at('09:02'), { count: 61, nextRunAt: at('09:02:01') }),
      started('n1', now),
    );
});

it('a custom schedule that has ended misses what it named until then', () => {
  const untilTen = createCalendar(
    new Map([['until ten', (after: Date) => (after.getTime() < at('09:30') ? new Date(at('10:00')) : null)]]),
  );
  const schedule: Schedule = { kind: 'custom', calculator: 'until ten', timezone: 'UTC' };
  specFor(jobDecider({ calendar: untilTen, organization: 'acme' }))(scheduled({ schedule, misfire: skip }, { nextRunAt: at('09:00') }))
    .when(wake(backAt, { watchedSince: backAt }))
    .then(skipped('misfire', at('09:00'), at('10:00'), { count: 2, nextRunAt: null }), { type: 'JobCompleted', reason: 'exhausted' });
});
