import { describe, expect, it } from 'vitest';
import {
  type Calculator,
  createCalendar,
  nextOccurrences,
  type ParsedSchedule,
  parseSchedule,
  presentSchedule,
} from '../../../src/adapters/calendar/index.js';
import { SchedulerError } from '../../../src/domain/errors.js';
import { instant } from '../../../src/domain/instant.js';

const calculators = new Map<string, Calculator>([
  ['hourly', (after) => new Date(after.getTime() + 3_600_000)],
  ['ended', () => null],
  [
    'broken',
    () => {
      throw new Error('no');
    },
  ],
]);
const calendar = createCalendar(calculators);
const owner = { jobId: 'job', organization: 'default' };
const now = instant(Date.parse('2024-06-01T10:20:30.456Z'));
const second = instant(Date.parse('2024-06-01T10:20:30Z'));
const parse = (input: unknown): ParsedSchedule => parseSchedule(input, { now, owner, calendar, calculators });
const issuesOf = (input: unknown): Readonly<Record<string, string>> => {
  const parsed = parse(input);
  return parsed.ok ? {} : Object.fromEntries(parsed.issues.map(({ path, message }) => [path, message]));
};
const cron = { type: 'recurring', cronExpression: '0 9 * * *' };

describe('what users write becomes a schedule', () => {
  it.each([
    [
      { type: 'once', runAt: '2024-07-01T09:00:00+02:00' },
      { kind: 'once', runAt: Date.parse('2024-07-01T07:00:00Z') },
    ],
    [
      { type: 'once', runAt: new Date(5000) },
      { kind: 'once', runAt: 5000 },
    ],
    [cron, { kind: 'cron', expression: '0 9 * * *', timezone: 'UTC' }],
    [
      { type: 'recurring', interval: { value: 2, unit: 'hour' }, timezone: 'Asia/Tokyo' },
      { kind: 'interval', value: 2, unit: 'hours', timezone: 'Asia/Tokyo', anchor: second, anchorDefaulted: true },
    ],
    [
      { type: 'recurring', interval: { value: 1, unit: 'months' }, anchor: '2024-01-31T09:00Z' },
      { kind: 'interval', value: 1, unit: 'months', timezone: 'UTC', anchor: Date.parse('2024-01-31T09:00:00Z') },
    ],
    [
      { type: 'recurring', rrule: 'FREQ=DAILY' },
      { kind: 'rrule', rrule: 'FREQ=DAILY', timezone: 'UTC', anchor: second, anchorDefaulted: true },
    ],
    [
      { type: 'custom', calculator: 'hourly', options: { a: [1, { b: null }], c: undefined } },
      { kind: 'custom', calculator: 'hourly', options: { a: [1, { b: null }] }, timezone: 'UTC' },
    ],
    [
      {
        ...cron,
        startAt: new Date(1e12),
        endAt: '2030-01-01T00:00:00.5-0500',
        maxRuns: 3,
        jitter: 60_000,
        exclude: ['2024-12-25', '2024-12-26T09:00:00Z', new Date(7), { from: new Date(1), to: '2024-01-01T00:00:00Z' }],
        anchor: undefined,
      },
      {
        kind: 'cron',
        expression: '0 9 * * *',
        timezone: 'UTC',
        startAt: 1e12,
        endAt: Date.parse('2030-01-01T05:00:00.5Z'),
        maxRuns: 3,
        jitterMs: 60_000,
        exclude: [
          { day: '2024-12-25' },
          { at: Date.parse('2024-12-26T09:00:00Z') },
          { at: 7 },
          { from: 1, to: Date.parse('2024-01-01T00:00:00Z') },
        ],
      },
    ],
    [
      { ...cron, jitter: 0, exclude: [] },
      { kind: 'cron', expression: '0 9 * * *', timezone: 'UTC' },
    ],
  ])('%j', (input, schedule) => {
    expect(parse(input)).toEqual({ ok: true, schedule });
  });

  it.each([
    { type: 'once', runAt: new Date(5000) },
    {
      ...cron,
      timezone: 'Europe/London',
      startAt: new Date(1e12),
      maxRuns: 3,
      exclude: ['2024-12-25', new Date(7), { from: new Date(1), to: new Date(2) }],
    },
    { type: 'recurring', interval: { value: 2, unit: 'hours' }, timezone: 'UTC' },
    { type: 'recurring', interval: { value: 2, unit: 'hours' }, timezone: 'UTC', anchor: new Date(9), jitter: 1000 },
    { type: 'recurring', rrule: 'FREQ=DAILY', timezone: 'UTC', anchor: new Date(9000) },
    { type: 'custom', calculator: 'hourly', options: { a: 1 }, timezone: 'UTC', endAt: new Date(2e12) },
  ])('and is presented as it was written: %j', (input) => {
    const parsed = parse(input);
    expect(parsed.ok && presentSchedule(parsed.schedule)).toEqual(input);
  });
});

describe('a wrong field never hides another', () => {
  it.each([
    [
      {
        type: 'recurring',
        interval: { value: 0, unit: 'fortnights', every: 1 },
        timezone: null,
        anchor: 'yesterday',
        jitter: -1,
        maxRuns: 1.5,
        colour: 'red',
      },
      ['interval.value', 'interval.unit', 'interval.every', 'timezone', 'anchor', 'jitter', 'maxRuns', 'colour'],
    ],
    [
      {
        type: 'recurring',
        cronExpression: '60 * * * *',
        rrule: 'FREQ=X',
        startAt: 5,
        endAt: '2024-02-30T00:00:00Z',
        exclude: ['2024-02-30', {}, 7],
      },
      ['', 'cronExpression', 'rrule', 'startAt', 'endAt', 'exclude[0]', 'exclude[1].from', 'exclude[1].to', 'exclude[2]'],
    ],
    [
      { type: 'custom', calculator: 'nobody', options: [], timezone: ' ', cronExpression: '* * * * *' },
      ['calculator', 'options', 'timezone', 'cronExpression'],
    ],
    [{ type: 'once', timezone: 'UTC' }, ['runAt', 'timezone']],
    [{ type: 'weekly', cronExpression: '60 * * * *', timezone: 'Mars' }, ['type', 'cronExpression', 'timezone']],
    [{ type: 'recurring' }, ['']],
    [{ ...cron, anchor: new Date(0) }, ['anchor']],
    [{ ...cron, startAt: new Date(9), endAt: new Date(8) }, ['endAt']],
  ])('%j', (input, fields) => {
    expect(Object.keys(issuesOf(input)).sort()).toEqual(fields.map((field) => (field === '' ? 'schedule' : `schedule.${field}`)).sort());
  });

  it('and says what to write instead', () => {
    expect(issuesOf({ ...cron, cronExpression: '0 22-2 * * *' })['schedule.cronExpression']).toContain('22-23,0-2');
    expect(issuesOf({ type: 'once', runAt: '2024-07-01T09:00:00' })['schedule.runAt']).toContain('no offset');
    expect(issuesOf({ type: 'recurring', interval: { value: 1e9, unit: 'minutes' } })['schedule.interval.value']).toContain('52560000');
    expect(issuesOf({ type: 'custom', calculator: 'x', options: { at: new Date(0) } })['schedule.options']).toContain('Date');
  });

  it('a calculator that is not registered here has a code of its own', () => {
    const parsed = parse({ type: 'custom', calculator: 'nobody' });
    expect(parsed.ok ? [] : parsed.issues.map(({ code }) => code)).toEqual(['CALCULATOR_MISSING']);
  });
});

describe('a schedule that would never run is refused', () => {
  it.each([
    [{ ...cron, cronExpression: '0 0 30 2 *' }, 'cronExpression', 'never fires'],
    [{ type: 'recurring', rrule: 'FREQ=DAILY;UNTIL=20200101T000000Z', anchor: new Date(0) }, 'rrule', 'never fires'],
    [{ type: 'recurring', interval: { value: 1, unit: 'day' }, anchor: '2200-01-01T00:00:00Z' }, 'anchor', 'never fires'],
    [{ ...cron, endAt: '2024-05-01T00:00:00Z' }, '', 'leave no occurrence'],
    [{ ...cron, startAt: '2200-05-01T00:00:00Z' }, '', 'leave no occurrence'],
    [{ ...cron, exclude: [{ from: new Date(0), to: '2300-01-01T00:00:00Z' }] }, '', 'leave no occurrence'],
    [{ type: 'once', runAt: '2200-01-01T00:00:00Z' }, 'runAt', '100 years'],
    [{ type: 'custom', calculator: 'ended' }, 'calculator', 'never fires'],
    [{ type: 'custom', calculator: 'broken' }, 'calculator', 'threw'],
  ])('%j', (input, field, message) => {
    expect(issuesOf(input)[field === '' ? 'schedule' : `schedule.${field}`]).toContain(message);
  });

  it('but a one-time schedule may lie in the past: whether that matters is not known here', () => {
    expect(parse({ type: 'once', runAt: new Date(0) }).ok).toBe(true);
  });
});

describe('jitter', () => {
  it('must fit between any two of the next hundred occurrences', () => {
    expect(parse({ ...cron, cronExpression: '0,10 * * * *', jitter: 600_000 }).ok).toBe(true);
    expect(issuesOf({ ...cron, cronExpression: '0,10 * * * *', jitter: 600_001 })['schedule.jitter']).toContain('at most 600000');
    expect(parse({ ...cron, cronExpression: '0,10 * * * *', maxRuns: 1, endAt: new Date(now + 2_400_000), jitter: 600_001 }).ok).toBe(true);
  });
});

describe('nextOccurrences', () => {
  const after = new Date(now);

  it('lists up to count or until, and nothing of a schedule that is over', () => {
    expect(nextOccurrences(cron, { after, count: 3 })).toHaveLength(3);
    expect(nextOccurrences(cron, { after, count: 3, until: new Date('2024-06-03T09:00:00Z') })).toEqual([
      new Date('2024-06-02T09:00:00Z'),
      new Date('2024-06-03T09:00:00Z'),
    ]);
    expect(nextOccurrences({ ...cron, endAt: '2020-01-01T00:00:00Z' }, { after, count: 3 })).toEqual([]);
    expect(nextOccurrences({ type: 'once', runAt: new Date(0) }, { after, count: 3 })).toEqual([]);
  });

  it('throws what is wrong with every issue', () => {
    expect(() => nextOccurrences({ type: 'recurring', cronExpression: '61 * * * *', timezone: '' }, { after, count: 1 })).toThrow(
      expect.objectContaining({
        code: 'INVALID_SCHEDULE',
        issues: [expect.objectContaining({ path: 'schedule.timezone' }), expect.objectContaining({ path: 'schedule.cronExpression' })],
      }),
    );
    for (const query of [
      { after: new Date(Number.NaN), count: 1 },
      { after, count: -1 },
      { after, count: 0.5 },
      { after, count: 1e9 },
    ])
      expect(() => nextOccurrences(cron, query)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('needs the calculators of a custom schedule', () => {
    const custom = { type: 'custom', calculator: 'hourly' };
    expect(() => nextOccurrences(custom, { after, count: 1 })).toThrow(expect.objectContaining({ code: 'CALCULATOR_MISSING' }));
    expect(nextOccurrences(custom, { after, count: 2, calculators })).toEqual([new Date(now + 3_600_000), new Date(now + 7_200_000)]);
    expect(() => nextOccurrences({ ...custom, calculator: 'broken' }, { after, count: 1, calculators })).toThrow(SchedulerError);
  });
});
