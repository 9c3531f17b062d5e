import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { cronFaults, cronOf } from '../../../src/adapters/calendar/cron.js';
import { nextOccurrences } from '../../../src/adapters/calendar/index.js';
import { cronCases, textOf } from './cronCases.js';

// Long, not waiting: a busy machine may take many times as long.
vi.setConfig({ testTimeout: 120_000 });

const utc = (cronExpression: string, after: string, count: number, jobId?: string): readonly string[] =>
  nextOccurrences({ type: 'recurring', cronExpression }, { after: new Date(after), count, ...(jobId !== undefined && { jobId }) }).map(
    (at) => at.toISOString(),
  );

describe('an expression in UTC', () => {
  it('means what cron-parser finds, where that understands it', () => {
    const expressions = fc.oneof(
      cronCases.map(textOf),
      fc.constantFrom('0 0 L * *', '0 0 * * 5L', '0 0 1,L * *', '30 4 * JAN-MAR MON', '15 10 ? * 6#3', '*/20 * 8 * * *', '0 0 29 2 *'),
    );
    const starts = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2090, 0, 1) });
    fc.assert(
      fc.property(expressions, starts, (expression, start) => {
        const after = new Date(start);
        const parser = CronExpressionParser.parse(expression, { tz: 'UTC', currentDate: after, hashSeed: 'seed' });
        const expected = Array.from({ length: 5 }, () => parser.next().toDate().toISOString());
        expect(utc(expression, after.toISOString(), 5)).toEqual(expected);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe('H', () => {
  const jobs = Array.from({ length: 2000 }, (_, index) => `job-${index}`);
  const minuteOf = (jobId: string, expression: string): number =>
    new Date(utc(expression, '2024-01-01T00:00:00Z', 1, jobId)[0] ?? '').getUTCMinutes();

  it('is the same for a job every time, and differs by field', () => {
    expect(utc('H H H H *', '2024-01-01T00:00:00Z', 3, 'a')).toEqual(utc('h h h h *', '2024-01-01T00:00:00Z', 3, 'a'));
    expect(new Set(jobs.map((job) => utc('H H * * *', '2024-01-01T00:00:00Z', 1, job)[0])).size).toBeGreaterThan(900);
  });

  it('spreads jobs over the hour', () => {
    const perMinute = new Map<number, number>();
    for (const job of jobs) perMinute.set(minuteOf(job, 'H * * * *'), (perMinute.get(minuteOf(job, 'H * * * *')) ?? 0) + 1);
    expect(perMinute.size).toBe(60);
    expect(Math.max(...perMinute.values())).toBeLessThan(70);
  });

  it('stays within its range and keeps its step', () => {
    for (const job of jobs.slice(0, 200)) {
      expect(minuteOf(job, 'H(10-19) * * * *')).toSatisfy((minute: number) => minute >= 10 && minute <= 19);
      const minutes = utc('H/15 * * * *', '2023-12-31T23:59:59Z', 4, job).map((at) => new Date(at).getUTCMinutes());
      expect(minutes).toEqual([0, 15, 30, 45].map((minute) => minute + (minutes[0] ?? 0)));
    }
  });

  it('has a day in every month and a weekday in every week', () => {
    for (const job of jobs.slice(0, 200)) {
      expect(utc('0 0 H * *', '2023-01-31T23:59:59Z', 12, job).map((at) => Number(at.slice(5, 7)))).toEqual([
        2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1,
      ]);
      const [first = '', second = ''] = utc('0 0 * * H', '2024-01-01T00:00:00Z', 2, job);
      expect(Date.parse(second) - Date.parse(first)).toBe(7 * 86_400_000);
    }
  });
});

describe('the hour field decides how a change of clocks is taken', () => {
  it.each([
    ['* * * * *', 'everyPass'],
    ['0 0-23 * * *', 'everyPass'],
    ['0 H/1 * * *', 'everyPass'],
    ['0 */2 * * *', 'once'],
    ['* 0-22 * * *', 'once'],
  ])('%s', (expression, passes) => {
    expect(cronOf(expression, 'job').passes).toBe(passes);
  });
});

describe('a refusal names its remedy', () => {
  it.each([
    ['0 22-2 * * *', 'write 22-23,0-2'],
    ['0 0 * * FRI-MON', 'write FRI-SUN,MON'],
    ['0 0 * * 5-1', 'write 5-7,1'],
    ['0 0 * NOV-FEB *', 'write NOV-DEC,JAN-FEB'],
    ['0 22-2/2 * * *', 'write 0,2,22'],
    ['0 0 * * SAT-0', 'write SAT-SUN'],
    ['*/90 * * * *', "interval: { value: 90, unit: 'minutes' }"],
    ['0 */36 * * *', "interval: { value: 36, unit: 'hours' }"],
    ['*/0 * * * *', 'write a step from 1 to 60'],
    ['@every 5m', "interval: { value: 5, unit: 'minutes' }"],
    ['@reboot', 'not a time'],
    ['@fortnightly', '@weekly'],
    ['CRON_TZ=UTC 0 0 * * *', 'timezone'],
    ['0 0 0 1 1 ? 2030', 'no year field'],
    ['0 0 * * L', '5L'],
    ['', 'five fields'],
    ['0\n0 * * *', 'one line'],
    ['0'.repeat(257), '256 characters'],
  ])('%s: %s', (expression, remedy) => {
    expect(cronFaults(expression).join()).toContain(remedy);
  });

  it('and names every wrong field', () => {
    expect(cronFaults('60 24 0 13 8').map((fault) => fault.split(':')[0])).toEqual(['minute', 'hour', 'day', 'month', 'weekday']);
  });

  it('in linear time, whatever the text', () => {
    const alphabet = fc.constantFrom(...'0123456789*/-,HLW#?()JANSUN@ \t'.split(''));
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 256 }), (text) => {
        if (cronFaults(text).length === 0) expect(cronOf(text, 'job').walls.atOrAfter(0)).toBeGreaterThanOrEqual(0);
      }),
      { seed: 1, numRuns: 3000 },
    );
  });
});
