import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { describe, expect, it, vi } from 'vitest';
import { createCalendar, nextOccurrences } from '../../../src/adapters/calendar/index.js';
import { rruleFaults } from '../../../src/adapters/calendar/rrule.js';
import { type Instant, instant } from '../../../src/domain/instant.js';
import type { RRuleSchedule } from '../../../src/domain/schedule/schedule.js';

// Long, not waiting: a busy machine may take many times as long.
vi.setConfig({ testTimeout: 120_000 });

const calendar = createCalendar(new Map());
const owner = { jobId: 'job', organization: 'default' };
const years = 366 * 86_400_000;

const listOf = (values: fc.Arbitrary<number | string>, most: number): fc.Arbitrary<string> =>
  fc.uniqueArray(values, { minLength: 1, maxLength: most }).map((list) => list.join(','));
const signed = (max: number): fc.Arbitrary<number> => fc.integer({ min: -max, max }).filter((value) => value !== 0);
const weekdays = fc.constantFrom('SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA');
const part = (name: string, values: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.option(values, { freq: 2, nil: '' }).map((list) => (list === '' ? '' : `;${name}=${list}`));

const frequencies = fc.constantFrom('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY');
/** Rules that rrule-temporal reads right: it forgets other parts beside numbered BYDAY or BYWEEKNO in a year. */
const rules = frequencies.chain((freq) => {
  const numbered = freq === 'MONTHLY' ? fc.tuple(signed(5), weekdays).map(([n, weekday]) => `${n}${weekday}`) : weekdays;
  return fc
    .tuple(
      fc.integer({ min: 1, max: 12 }).map((interval) => (interval === 1 ? '' : `;INTERVAL=${interval}`)),
      part('BYMONTH', listOf(fc.integer({ min: 1, max: 12 }), 4)),
      freq === 'WEEKLY' ? fc.constant('') : part('BYMONTHDAY', listOf(signed(31), 5)),
      part('BYDAY', fc.oneof(listOf(weekdays, 3), listOf(numbered, 3))),
      part('BYHOUR', listOf(fc.integer({ min: 0, max: 23 }), 3)),
      part('BYMINUTE', listOf(fc.integer({ min: 0, max: 59 }), 3)),
      part('WKST', weekdays),
      fc.constantFrom('', '', ';COUNT=7'),
    )
    .map((parts) => `FREQ=${freq}${parts.join('')}`);
});
const starts = fc.integer({ min: Date.UTC(1995, 0, 1) / 1000, max: Date.UTC(2005, 0, 1) / 1000 }).map((seconds) => instant(seconds * 1000));

type FirstTen = (rrule: string, start: Instant) => readonly string[];
const ours: FirstTen = (rrule, start) => {
  const schedule: RRuleSchedule = { kind: 'rrule', rrule, timezone: 'UTC', anchor: start };
  const found: string[] = [];
  for (
    let at = calendar.next(schedule, instant(start - 1), owner);
    at !== null && at <= start + 3 * years && found.length < 10;
    at = calendar.next(schedule, at, owner)
  )
    found.push(new Date(at).toISOString());
  return found;
};
const theirs: FirstTen = (rrule, start) => {
  const basic = new Date(start).toISOString().replace(/[-:]|\.\d+/g, '');
  const rule = new RRuleTemporal({ rruleString: `DTSTART:${basic}\nRRULE:${rrule}`, maxIterations: 1_000_000 });
  const until = ours(rrule, start).length === 10 ? new Date(ours(rrule, start)[9] ?? start) : new Date(start + 3 * years);
  return rule
    .between(new Date(start), until, true)
    .slice(0, 10)
    .map((at) => new Date(at.epochMilliseconds).toISOString());
};

describe('a rule in UTC', () => {
  const agrees = (subject: FirstTen): fc.IProperty<[string, Instant]> =>
    fc.property(rules, starts, (rrule, start) => {
      expect(subject(rrule, start)).toEqual(theirs(rrule, start));
    });

  it('has the occurrences rrule-temporal finds', () => {
    fc.assert(agrees(ours), { seed: 5545, numRuns: 150 });
  });

  it('and would not if a missing day were the last of its month', () => {
    const clamping: FirstTen = (rrule, start) => ours(rrule.replace(/BYMONTHDAY=(29|30|31)/, 'BYMONTHDAY=-1'), start);
    expect(fc.check(agrees(clamping), { seed: 5545, numRuns: 250, endOnFailure: true }).failed).toBe(true);
  });
});

describe('what rrule-temporal cannot tell', () => {
  it.each([
    ['FREQ=YEARLY;BYMONTHDAY=24;BYDAY=12WE', '1998-01-01T00:00:00Z', ['1999-03-24', '2004-03-24', '2010-03-24']],
    ['FREQ=YEARLY;BYWEEKNO=20', '1997-05-12T00:00:00Z', ['1997-05-12', '1998-05-11', '1999-05-17']],
    ['FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU', '2020-01-01T00:00:00Z', ['2021-01-03', '2022-01-02', '2023-01-01']],
    ['FREQ=YEARLY;BYYEARDAY=366,-366', '2021-01-01T00:00:00Z', ['2024-01-01', '2024-12-31', '2028-01-01']],
    ['FREQ=MONTHLY;BYDAY=MO,-1FR;BYSETPOS=-1', '2024-01-01T00:00:00Z', ['2024-01-29', '2024-02-26', '2024-03-29']],
    ['FREQ=WEEKLY;WKST=SU;BYDAY=SU,SA;BYSETPOS=1', '2024-01-07T00:00:00Z', ['2024-01-07', '2024-01-14', '2024-01-21']],
  ])('%s', (rrule, anchor, expected) => {
    const found = nextOccurrences({ type: 'recurring', rrule, anchor }, { after: new Date(Date.parse(anchor) - 1), count: 3 });
    expect(found.map((at) => at.toISOString().slice(0, 10))).toEqual(expected);
  });

  it('UNTIL includes its instant, its second on the clock, or all of its day', () => {
    const last = (until: string): string | undefined =>
      nextOccurrences(
        { type: 'recurring', rrule: `FREQ=HOURLY;UNTIL=${until}`, timezone: 'America/New_York', anchor: '2024-06-01T00:00:00-04:00' },
        { after: new Date('2024-06-01T00:00:00Z'), count: 1000 },
      )
        .at(-1)
        ?.toISOString();
    expect(last('20240610T120000Z')).toBe('2024-06-10T12:00:00.000Z');
    expect(last('20240610T120000')).toBe('2024-06-10T16:00:00.000Z');
    expect(last('20240610')).toBe('2024-06-11T03:00:00.000Z');
  });
});

describe('a rule is refused', () => {
  it.each([
    'FREQ=DAILY;FREQ=DAILY',
    'FREQ=DAILY;',
    'FREQ=DAILY;INTERVAL=1.5',
    'FREQ=DAILY;COUNT=0',
    'FREQ=DAILY;BYDAY=1MO',
    'FREQ=MONTHLY;BYDAY=0MO',
    'FREQ=MONTHLY;BYWEEKNO=3',
    'FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO',
    'FREQ=DAILY;BYSETPOS=1',
    'FREQ=DAILY;BYHOUR=24',
    'FREQ=DAILY;BYMONTH=-1',
    'FREQ=WEEKLY;BYMONTHDAY=1',
    'FREQ=DAILY;BYYEARDAY=1',
    'FREQ=DAILY;UNTIL=20240230',
    'FREQ=DAILY;WKST=XX',
    'FREQ=DAILY\nFREQ=DAILY',
    'RRULE:FREQ=DAILY',
    `FREQ=DAILY;BYHOUR=${'1,'.repeat(600)}1`,
    'FREQ=DAILY;BYHOUR=',
    '',
  ])('%.60s', (text) => {
    expect(rruleFaults(text)).not.toEqual([]);
  });

  it('with everything that is wrong with it', () => {
    expect(rruleFaults('FREQ=SOMETIMES;INTERVAL=0;BYHOUR=99;FOO=1;COUNT=x')).toHaveLength(5);
  });
});

describe('a rule that is hard to search', () => {
  it.each([
    ['conditions that never meet', 'FREQ=HOURLY;INTERVAL=24;BYHOUR=5'],
    ['positions that are never filled', 'FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2'],
    ['days that no year has', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'],
    ['a count that never comes', 'FREQ=SECONDLY;INTERVAL=7919;BYMINUTE=0;BYSECOND=0;COUNT=100000;BYHOUR=1;BYMONTH=2;BYMONTHDAY=30'],
  ])('ends: %s', (_, rrule) => {
    const schedule: RRuleSchedule = { kind: 'rrule', rrule, timezone: 'UTC', anchor: instant(Date.UTC(2024, 0, 1, 4)) };
    expect(calendar.next(schedule, instant(Date.UTC(2024, 0, 1)), owner)).toBeNull();
    expect(calendar.prev(schedule, instant(Date.UTC(2034, 0, 1)), owner)).toBeNull();
  });

  it('is as quick decades after its beginning', () => {
    const schedule: RRuleSchedule = { kind: 'rrule', rrule: 'FREQ=SECONDLY;INTERVAL=7;BYHOUR=9', timezone: 'UTC', anchor: instant(0) };
    const started = process.cpuUsage();
    let at: Instant | null = instant(Date.UTC(2090, 0, 1));
    for (let step = 0; step < 10_000 && at !== null; step++) at = calendar.next(schedule, at, owner);
    expect(process.cpuUsage(started).user / 10_000).toBeLessThan(100);
  });
});
