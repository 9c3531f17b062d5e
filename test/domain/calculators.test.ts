import { describe, expect, it } from 'vitest';
import { type Calculator, createCalendar } from '../../src/adapters/calendar/index.js';
import { type JobEvent, jobDecider } from '../../src/domain/job/index.js';
import type { CustomSchedule } from '../../src/domain/schedule/schedule.js';
import {
  at,
  cancel,
  complete,
  completed,
  definition,
  hour,
  hourly,
  once,
  paused,
  queued,
  remove,
  resume,
  runNow,
  schedule,
  scheduled,
  skipped,
  specFor,
  started,
  wake,
} from '../dsl.js';

const custom: CustomSchedule = { kind: 'custom', calculator: 'working-hours', options: { from: 9 }, timezone: 'Europe/Berlin' };

const givenWith = (calculator?: Calculator) => {
  const calendar = createCalendar(new Map(calculator ? [['working-hours', calculator]] : []));
  return specFor(jobDecider({ calendar, organization: 'acme' }));
};

const everyHour: Calculator = (after) => new Date(Math.floor(after.getTime() / hour) * hour + hour);
const broken: Calculator = () => {
  throw new Error('no working hours today');
};
const planned = scheduled({ schedule: custom }, { nextRunAt: at('09:00') });
const running: readonly JobEvent[] = [planned, queued('e1', at('09:00')), started('e1', at('09:00'))];

describe('a calculator', () => {
  it('says when the job runs, told whose schedule it is', () => {
    const calls: unknown[] = [];
    const noting: Calculator = (after, ...more) => {
      calls.push(more);
      return everyHour(after, ...more);
    };
    givenWith(noting)(planned)
      .when(wake(at('09:00')))
      .then(queued('n1', at('09:00')), started('n1', at('09:00')));
    givenWith(noting)()
      .when(schedule(at('08:30'), { schedule: custom }))
      .then(planned);
    for (const call of calls) expect(call).toEqual([{ from: 9 }, { timezone: 'Europe/Berlin', organization: 'acme' }]);
  });

  it.each([
    [1_000, 'is heard'],
    [1_001, 'has failed: everybody waits for its answer'],
  ])('that takes %i ms %s', (tookMs) => {
    let elapsedMs = 0;
    const slow: Calculator = (after, ...more) => {
      elapsedMs += tookMs;
      return everyHour(after, ...more);
    };
    const calendar = createCalendar(new Map([['working-hours', slow]]), () => elapsedMs);
    const ask = () => calendar.next(custom, at('08:30'), { jobId: 'job-1', organization: 'acme' });
    if (tookMs === 1_000) expect(ask()).toBe(at('09:00'));
    else expect(ask).toThrow('Calculator "working-hours" took 1001 ms for an answer; it may take at most 1000 ms');
  });

  it('that answers null ends the schedule', () => {
    const never = () => null;
    givenWith(never)(planned)
      .when(wake(at('09:00')))
      .then(queued('n1', at('09:00'), { nextRunAt: null }), started('n1', at('09:00')));
    givenWith(never)()
      .when(schedule(at('08:30'), { schedule: custom }))
      .thenRejected({ code: 'INVALID_SCHEDULE', path: 'schedule' });
  });
});

describe('a calculator that fails', () => {
  const wrong: readonly (readonly [string, Calculator])[] = [
    ['throws', broken],
    ['answers with no date', () => new Date(Number.NaN)],
    ['answers with what is not later', (after) => after],
    ['answers with something else', () => '2026-03-02' as unknown as Date],
    ['answers beyond year 9999', () => new Date('+010000-01-01T00:00:00Z')],
  ];

  it.each(wrong)('because it %s pauses its job and says why', (_, calculator) => {
    const decision = jobDecider({ calendar: createCalendar(new Map([['working-hours', calculator]])), organization: 'acme' });
    const decided = decision.decide(wake(at('09:00')), decision.evolve(decision.initialState, planned));
    expect(decided).toEqual({
      ok: true,
      events: [{ type: 'JobPaused', at: at('09:00'), by: 'system', note: expect.stringContaining('working-hours') }],
    });
  });

  it('is not asked again while the job is paused', () => {
    givenWith(broken)(planned, paused(at('09:00'), { by: 'system', note: 'threw' }))
      .when(wake(at('10:00')))
      .thenNothing();
  });

  it('refuses a new schedule, and the end of the pause', () => {
    givenWith(broken)()
      .when(schedule(at('08:30'), { schedule: custom }))
      .thenRejected({ code: 'CALCULATOR_FAILED' });
    givenWith(broken)(planned, paused(at('09:00'), { by: 'system' }))
      .when(resume(at('10:30')))
      .thenRejected({ code: 'CALCULATOR_FAILED' });
  });
});

describe('a calculator that is missing here', () => {
  it('refuses what needs it', () => {
    givenWith()()
      .when(schedule(at('08:30'), { schedule: custom }))
      .thenRejected({ code: 'CALCULATOR_MISSING' });
    givenWith()(planned)
      .when(wake(at('09:00')))
      .thenRejected({ code: 'CALCULATOR_MISSING' });
    givenWith()(planned, paused(at('08:40')))
      .when(resume(at('10:30')))
      .thenRejected({ code: 'CALCULATOR_MISSING' });
  });

  it('refuses nothing else', () => {
    givenWith()(planned)
      .when(wake(at('08:59')))
      .thenNothing();
    givenWith()(...running)
      .when(complete('e1', at('09:01')))
      .then(completed('e1', at('09:01')));
    givenWith()(planned)
      .when(remove(at('09:30')))
      .then({ type: 'JobDeleted', fencingToken: 0 });
    givenWith()(planned)
      .when(runNow('m1', at('08:40')))
      .then(queued('m1', at('08:40'), { trigger: 'manual', nextRunAt: at('09:00') }));
  });
});

describe.each([
  ['is missing', undefined],
  ['fails', broken],
] as const)('where the calculator %s', (_, calculator) => {
  const atLeastOne = (reason: 'paused' | 'cancelled') => skipped(reason, at('09:00'), at('09:00'), { atLeast: true, nextRunAt: null });

  it('the job can be cancelled', () => {
    givenWith(calculator)(planned)
      .when(cancel(at('10:30')))
      .then(atLeastOne('cancelled'), { type: 'JobCancelled' });
    givenWith(calculator)(planned, paused(at('08:40')))
      .when(cancel(at('10:30')))
      .then(atLeastOne('paused'), { type: 'JobCancelled' });
  });

  it('the schedule can be replaced', () => {
    const replaced = { type: 'JobRescheduled', definition: definition(), changed: ['schedule'], nextRunAt: at('11:00') } as const;
    givenWith(calculator)(planned)
      .when(schedule(at('10:30'), { schedule: hourly }))
      .then(atLeastOne('cancelled'), replaced);
    givenWith(calculator)(planned, paused(at('08:40')))
      .when(schedule(at('10:30'), { schedule: hourly }))
      .then(atLeastOne('paused'), replaced);
    givenWith(calculator)(planned)
      .when(schedule(at('08:40'), { schedule: once(at('12:00')) }))
      .then({ ...replaced, definition: definition({ schedule: once(at('12:00')) }), nextRunAt: at('12:00') });
  });

  it('other fields can be changed', () => {
    givenWith(calculator)(planned)
      .when(schedule(at('10:30'), { schedule: custom, priority: 'low' }))
      .then({
        type: 'JobRescheduled',
        definition: definition({ schedule: custom, priority: 'low' }),
        changed: ['priority'],
        nextRunAt: at('09:00'),
      });
  });
});

describe('a fault of the calendar itself', () => {
  const bug = (): never => {
    throw new TypeError('a bug');
  };
  const faulty = specFor(jobDecider({ calendar: { next: bug, prev: bug }, organization: 'acme' }));

  it.each([
    ['a wake-up', wake(at('09:30'))],
    ['a cancellation', cancel(at('10:30'))],
    ['an update', schedule(at('10:30'), { schedule: hourly })],
  ])('is not taken for one of a calculator by %s', (_, command) => {
    expect(() => faulty(planned).when(command)).toThrow(TypeError);
  });
});
