import { describe, expect, it } from 'vitest';
import { type Calculator, createCalendar } from '../../../src/adapters/calendar/index.js';
import { type Instant, instant } from '../../../src/domain/instant.js';
import { CalculatorFailure } from '../../../src/domain/schedule/calendar.js';
import type { Bounds, CronSchedule, CustomSchedule, Schedule } from '../../../src/domain/schedule/schedule.js';

const calendar = createCalendar(new Map());
const owner = { jobId: 'job', organization: 'acme' };
const at = (iso: string): Instant => instant(Date.parse(iso));

const daily: CronSchedule = { kind: 'cron', expression: '0 12 * * *', timezone: 'UTC' };
const between = (schedule: Schedule, after: string, until: string): readonly string[] => {
  const found: string[] = [];
  for (let next = calendar.next(schedule, at(after), owner); next !== null && next < at(until); next = calendar.next(schedule, next, owner))
    found.push(new Date(next).toISOString().slice(0, 10));
  return found;
};
const backBetween = (schedule: Schedule, before: string, from: string): readonly string[] => {
  const found: string[] = [];
  for (let prev = calendar.prev(schedule, at(before), owner); prev !== null && prev > at(from); prev = calendar.prev(schedule, prev, owner))
    found.unshift(new Date(prev).toISOString().slice(0, 10));
  return found;
};

describe('bounds and exclusions filter, and never move the grid', () => {
  const cases: readonly [string, Bounds, readonly string[]][] = [
    ['startAt is included', { startAt: at('2024-01-03T12:00:00Z') }, ['03', '04', '05', '06']],
    ['startAt after the hit is not', { startAt: at('2024-01-03T12:00:00.001Z') }, ['04', '05', '06']],
    ['endAt is included', { endAt: at('2024-01-03T12:00:00Z') }, ['01', '02', '03']],
    ['a day', { exclude: [{ day: '2024-01-02' }, { day: '2024-01-05' }] }, ['01', '03', '04', '06']],
    ['an instant', { exclude: [{ at: at('2024-01-02T12:00:00Z') }, { at: at('2024-01-03T12:00:01Z') }] }, ['01', '03', '04', '05', '06']],
    ['a span with both ends', { exclude: [{ from: at('2024-01-02T12:00:00Z'), to: at('2024-01-04T12:00:00Z') }] }, ['01', '05', '06']],
    [
      'everything',
      { exclude: [{ from: at('2023-01-01T00:00:00Z'), to: at('2030-01-01T00:00:00Z') }], endAt: at('2029-01-01T00:00:00Z') },
      [],
    ],
  ];
  it.each(cases)('%s', (_, bounds, days) => {
    const expected = days.map((day) => `2024-01-${day}`);
    expect(between({ ...daily, ...bounds }, '2024-01-01T00:00:00Z', '2024-01-07T00:00:00Z')).toEqual(expected);
    expect(backBetween({ ...daily, ...bounds }, '2024-01-07T00:00:00Z', '2024-01-01T00:00:00Z')).toEqual(expected);
  });

  it('an excluded day is a day of the zone, both passes of a repeated hour included', () => {
    const hourly: CronSchedule = { kind: 'cron', expression: '30 * * * *', timezone: 'America/New_York', exclude: [{ day: '2024-11-03' }] };
    expect(calendar.next(hourly, at('2024-11-03T03:30:00Z'), owner)).toBe(at('2024-11-04T05:30:00Z'));
    expect(calendar.prev(hourly, at('2024-11-04T05:30:00Z'), owner)).toBe(at('2024-11-03T03:30:00Z'));
  });

  it('a long excluded span of a schedule of every second costs nothing', () => {
    const exclude = Array.from({ length: 1000 }, (_, year) => ({ from: instant(year * 1e9), to: instant(year * 1e9 + 999_999_999) }));
    expect(calendar.next({ ...daily, expression: '* * * * * *', exclude }, instant(0), owner)).toBe(1e12);
  });
});

describe('supported instants', () => {
  it('begin in 1970', () => {
    expect(calendar.next({ ...daily, expression: '* * * * *' }, at('1969-01-01T00:00:00Z'), owner)).toBe(0);
    expect(calendar.prev({ ...daily, expression: '* * * * *' }, instant(0), owner)).toBeNull();
    expect(calendar.prev({ ...daily, timezone: 'Asia/Tokyo', expression: '* * * * *' }, instant(1), owner)).toBe(0);
  });

  it('end with 9999', () => {
    const last = at('9999-12-31T23:59:00Z');
    expect(calendar.next({ ...daily, expression: '* * * * *' }, instant(last - 1), owner)).toBe(last);
    expect(calendar.next({ ...daily, expression: '* * * * *' }, last, owner)).toBeNull();
    expect(calendar.next({ ...daily, timezone: 'America/Los_Angeles' }, last, owner)).toBeNull();
    expect(calendar.prev({ ...daily, expression: '* * * * *', timezone: 'Pacific/Kiritimati' }, instant(last + 1e12), owner)).toBe(last);
  });
});

describe('a one-time schedule', () => {
  it('is due once', () => {
    const once: Schedule = { kind: 'once', runAt: instant(1000) };
    expect(calendar.next(once, instant(999), owner)).toBe(1000);
    expect(calendar.next(once, instant(1000), owner)).toBeNull();
    expect(calendar.prev(once, instant(1001), owner)).toBe(1000);
    expect(calendar.prev(once, instant(1000), owner)).toBeNull();
  });
});

describe('a custom schedule', () => {
  const custom: CustomSchedule = { kind: 'custom', calculator: 'tides', options: { port: 'Brest' }, timezone: 'Europe/Paris' };
  const ask = (answer: Calculator, schedule: Schedule = custom): Instant | null =>
    createCalendar(new Map([['tides', answer]])).next(schedule, instant(1000), owner);

  it('is asked with its options, zone and organization', () => {
    let asked: unknown;
    const next = ask((after, options, context) => {
      asked = { after, options, context };
      return new Date(5000);
    });
    expect(next).toBe(5000);
    expect(asked).toEqual({
      after: new Date(1000),
      options: { port: 'Brest' },
      context: { timezone: 'Europe/Paris', organization: 'acme' },
    });
  });

  it('ends with null, is bounded like any other, and is not walked back', () => {
    const hourly: Calculator = (after) => new Date(after.getTime() + 3_600_000);
    expect(ask(() => null)).toBeNull();
    expect(ask(hourly, { ...custom, endAt: instant(2000) })).toBeNull();
    expect(ask(hourly, { ...custom, startAt: instant(10_000) })).toBe(9_999 + 3_600_000);
    expect(createCalendar(new Map([['tides', hourly]])).prev(custom, instant(1e9), owner)).toBeNull();
  });

  const wrong: readonly [string, unknown][] = [
    ['no later instant', new Date(1000)],
    ['an invalid date', new Date(Number.NaN)],
    ['the year 10000', new Date(Date.UTC(10_000, 0, 1))],
    ['a number', 5000],
    ['undefined', undefined],
    ['a promise', Promise.resolve(new Date(5000))],
    ['something that looks like a date', Object.create(Date.prototype)],
  ];
  it.each(wrong)('fails with %s', (_, answer) => {
    const calculators = new Map<string, Calculator>();
    // A user's calculator is not bound by our types.
    Reflect.apply(Map.prototype.set, calculators, ['tides', () => answer]);
    expect(() => createCalendar(calculators).next(custom, instant(1000), owner)).toThrow(CalculatorFailure);
  });

  it('fails with the error of a calculator that throws as cause, and where none is registered', () => {
    const cause = new Error('no tide table');
    const throwing: Calculator = () => {
      throw cause;
    };
    expect(() => ask(throwing)).toThrow(expect.objectContaining({ code: 'CALCULATOR_FAILED', cause }));
    expect(() => calendar.next(custom, instant(1000), owner)).toThrow(expect.objectContaining({ code: 'CALCULATOR_MISSING' }));
  });
});
