import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCalendar, nextOccurrences, parseSchedule } from '../../../src/adapters/calendar/index.js';
import { SchedulerError } from '../../../src/domain/errors.js';
import { instant } from '../../../src/domain/instant.js';
import type { Schedule } from '../../../src/domain/schedule/schedule.js';

type Input = {
  readonly id: string;
  readonly kind: 'cron' | 'interval' | 'rrule' | 'once' | 'zone';
  readonly expr?: string | null;
  readonly interval?: { readonly value: number | string; readonly unit: string };
  readonly rrule?: string;
  readonly runAt?: string;
  readonly anchor?: string;
  readonly tz: string;
};
type Vector = Input & { readonly after: string; readonly expect: readonly string[]; readonly exhausted?: true; readonly note: string };
type Vectors = { readonly vectors: readonly Vector[]; readonly invalid: readonly (Input & { readonly reason: string })[] };

const { vectors, invalid }: Vectors = JSON.parse(readFileSync(new URL('../../vectors/schedules.json', import.meta.url), 'utf8'));
const calendar = createCalendar(new Map());
const owner = { jobId: 'job', organization: 'default' };

const numbers: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY };
/** The vector in the shape users write. */
const inputOf = ({ kind, expr, interval, rrule, runAt, anchor, tz }: Input): unknown => {
  const common = { timezone: tz, ...(anchor !== undefined && { anchor }) };
  switch (kind) {
    case 'cron':
    case 'zone':
      return { type: 'recurring', cronExpression: expr, ...common };
    case 'interval':
      return { type: 'recurring', interval: { ...interval, value: numbers[String(interval?.value)] ?? interval?.value }, ...common };
    case 'rrule':
      return { type: 'recurring', rrule, ...common };
    case 'once':
      return { type: 'once', runAt };
  }
};

const scheduleOf = (vector: Vector): Schedule => {
  const now = instant(Math.min(Date.parse(vector.after), Date.parse(vector.anchor ?? vector.after)) - 1);
  const parsed = parseSchedule(inputOf(vector), { now, owner, calendar, calculators: new Map() });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.schedule;
};
const iso = (epochMs: number): string => new Date(epochMs).toISOString();

describe.each(vectors)('$id $note', (vector) => {
  const expected = vector.expect.map((at) => iso(Date.parse(at)));

  it('has exactly the expected occurrences', () => {
    const count = expected.length + (vector.exhausted ? 1 : 0);
    const found = nextOccurrences(inputOf(vector), { after: new Date(vector.after), count });
    expect(found.map((at) => at.toISOString())).toEqual(expected);
  });

  it('has the same ones backwards', () => {
    const schedule = scheduleOf(vector);
    const found: string[] = [];
    let before = vector.exhausted ? Date.parse('9999-01-01T00:00:00Z') : Date.parse(vector.expect.at(-1) ?? vector.after) + 1;
    while (found.length < expected.length) {
      const at = calendar.prev(schedule, instant(before), owner);
      if (at === null) break;
      found.unshift(iso(at));
      before = at;
    }
    expect(found).toEqual(expected);
    const earlier = calendar.prev(schedule, instant(before), owner);
    expect(earlier === null || earlier <= Date.parse(vector.after)).toBe(true);
  });
});

describe.each(invalid)('$id refused: $reason', (input) => {
  it('names the schedule as invalid', () => {
    const context = { now: instant(Date.UTC(2024, 0, 1)), owner, calendar, calculators: new Map() };
    const parsed = parseSchedule(inputOf(input), context);
    expect(parsed.ok ? [] : parsed.issues.map(({ code }) => code)).toContain('INVALID_SCHEDULE');
    let thrown: unknown;
    try {
      nextOccurrences(inputOf(input), { after: new Date('2024-01-01T00:00:00Z'), count: 1 });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SchedulerError);
    expect(thrown).toMatchObject({ code: 'INVALID_SCHEDULE' });
  });
});
