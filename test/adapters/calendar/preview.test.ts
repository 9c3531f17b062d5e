import { describe, expect, it } from 'vitest';
import { createCalendar, type PreviewEntry, parseSchedule, previewSchedule } from '../../../src/adapters/calendar/index.js';
import { instant } from '../../../src/domain/instant.js';
import { jitterOffset } from '../../../src/domain/schedule/jitter.js';

const calendar = createCalendar(new Map());
const owner = { jobId: 'job-1', organization: 'default' };

const preview = (schedule: object, after: string, count: number): readonly PreviewEntry[] => {
  const now = instant(Date.parse(after));
  const parsed = parseSchedule({ type: 'recurring', ...schedule }, { now, owner, calendar, calculators: new Map() });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return previewSchedule(parsed.schedule, { after: now, count, owner, calendar });
};
const marks = (entries: readonly PreviewEntry[]): readonly string[] =>
  entries.map(({ wallTime, shifted, firstOfTwo }) => `${wallTime}${shifted ? ' shifted' : ''}${firstOfTwo ? ' first of two' : ''}`);
const timezone = 'America/New_York';

describe('a preview tells where clocks change', () => {
  it.each([
    [
      'forwards over a fixed time',
      { cronExpression: '30 2 * * *', timezone },
      '2024-03-09T12:00:00Z',
      ['2024-03-10T03:30:00-04:00 shifted', '2024-03-11T02:30:00-04:00'],
    ],
    [
      'back over a fixed time',
      { cronExpression: '30 1 * * *', timezone },
      '2024-11-03T00:00:00Z',
      ['2024-11-03T01:30:00-04:00 first of two', '2024-11-04T01:30:00-05:00'],
    ],
    [
      'forwards under two fixed times that meet',
      { cronExpression: '0 2,3 * * *', timezone },
      '2024-03-10T00:00:00Z',
      ['2024-03-10T03:00:00-04:00', '2024-03-11T02:00:00-04:00'],
    ],
    [
      'back under every hour, which runs both',
      { cronExpression: '30 * * * *', timezone },
      '2024-11-03T05:00:00Z',
      ['2024-11-03T01:30:00-04:00', '2024-11-03T01:30:00-05:00'],
    ],
    [
      'under a daily interval',
      { interval: { value: 1, unit: 'day' }, anchor: '2024-03-08T02:30:00-05:00', timezone },
      '2024-03-10T00:00:00Z',
      ['2024-03-10T03:30:00-04:00 shifted', '2024-03-11T02:30:00-04:00'],
    ],
    [
      'under 24 hours, which are elapsed time',
      { interval: { value: 24, unit: 'hours' }, anchor: '2024-03-08T02:30:00-05:00', timezone },
      '2024-03-10T00:00:00Z',
      ['2024-03-10T03:30:00-04:00', '2024-03-11T03:30:00-04:00'],
    ],
    [
      'under an RRULE',
      { rrule: 'FREQ=DAILY', anchor: '2024-11-01T01:30:00-04:00', timezone },
      '2024-11-03T00:00:00Z',
      ['2024-11-03T01:30:00-04:00 first of two', '2024-11-04T01:30:00-05:00'],
    ],
  ])('%s', (_, schedule, after, expected) => {
    expect(marks(preview(schedule, after, 2))).toEqual(expected);
  });

  it('in zones with any offset, and with milliseconds where there are some', () => {
    expect(marks(preview({ cronExpression: '0 0 * * *' }, '2024-01-01T12:00:00Z', 1))).toEqual(['2024-01-02T00:00:00+00:00']);
    expect(marks(preview({ cronExpression: '0 0 * * *', timezone: 'Asia/Kathmandu' }, '2024-01-01T12:00:00Z', 1))).toEqual([
      '2024-01-02T00:00:00+05:45',
    ]);
    expect(marks(preview({ interval: { value: 1, unit: 'hour' }, anchor: '2024-01-01T00:00:00.25Z' }, '2024-01-01T12:00:00Z', 1))).toEqual([
      '2024-01-01T12:00:00.250+00:00',
    ]);
    expect(marks(preview({ cronExpression: '0 0 * * *', timezone: 'Africa/Monrovia' }, '1970-01-01T12:00:00Z', 1))).toEqual([
      '1970-01-02T00:00:00-00:44:30',
    ]);
  });
});

describe('jitter', () => {
  it('moves the start of every run of a job by the same time within its window', () => {
    const entries = preview({ cronExpression: '0 * * * *', jitter: 600_000 }, '2024-01-01T00:00:00Z', 5);
    const offsets = entries.map(({ occurrence, startAt }) => startAt.getTime() - occurrence.getTime());
    expect(new Set(offsets)).toEqual(new Set([jitterOffset(600_000, owner.jobId)]));
  });

  it('spreads jobs over the window', () => {
    const offsets = Array.from({ length: 10_000 }, (_, index) => jitterOffset(1000, `job-${index}`));
    expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...offsets)).toBeLessThan(1000);
    const tenths = offsets.map((offset) => Math.floor(offset / 100));
    for (let tenth = 0; tenth < 10; tenth++) expect(tenths.filter((value) => value === tenth).length).toBeGreaterThan(850);
    expect(jitterOffset(undefined, 'job')).toBe(0);
  });
});
