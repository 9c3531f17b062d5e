import fc from 'fast-check';
import { DateTime, IANAZone } from 'luxon';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createCalendar } from '../../../src/adapters/calendar/index.js';
import { type Instant, instant } from '../../../src/domain/instant.js';
import type { IntervalSchedule } from '../../../src/domain/schedule/schedule.js';
import { instants, timezones } from './schedules.js';

// Long, not waiting: a busy machine may take many times as long.
vi.setConfig({ testTimeout: 120_000 });

afterAll(() => IANAZone.resetCache());

type CalendarUnit = 'days' | 'weeks' | 'months';
type Case = { readonly value: number; readonly unit: CalendarUnit; readonly timezone: string; readonly anchor: Instant };
type NextThree = (interval: Case, after: Instant) => readonly number[];

const calendar = createCalendar(new Map());
const owner = { jobId: 'job', organization: 'default' };
const ours: NextThree = (interval, after) => {
  const schedule: IntervalSchedule = { kind: 'interval', ...interval };
  const found: number[] = [];
  for (let at = calendar.next(schedule, after, owner); at !== null && found.length < 3; at = calendar.next(schedule, at, owner))
    found.push(at);
  return found;
};

/** Anchor + k x value in luxon's arithmetic on a clock without zone; the earliest offset that fits, or the one before the gap. */
const byLuxon =
  (wallOf: (anchor: DateTime, k: number, interval: Case) => DateTime): NextThree =>
  (interval, after) => {
    const zone = new IANAZone(interval.timezone);
    const offsetAt = (at: number): number => Math.round(zone.offset(at) * 60_000);
    const instantOf = (wall: number): number => {
      const before = offsetAt(wall - 50 * 3_600_000);
      const fitting = [before, offsetAt(wall + 50 * 3_600_000)].map((offset) => wall - offset).filter((at) => at + offsetAt(at) === wall);
      return fitting.length === 0 ? wall - before : Math.min(...fitting);
    };
    const anchor = DateTime.fromMillis(interval.anchor + offsetAt(interval.anchor), { zone: 'utc' });
    const found = new Set<number>();
    for (let k = 0; found.size < 3; k++) {
      const at = k === 0 ? interval.anchor : instantOf(wallOf(anchor, k, interval).toMillis());
      if (at > after) found.add(at);
    }
    return [...found];
  };
const fromAnchor = byLuxon((anchor, k, { value, unit }) => anchor.plus({ [unit]: k * value }));
const drifting = byLuxon((anchor, k, { value, unit }) => {
  let wall = anchor;
  for (let step = 0; step < k; step++) wall = wall.plus({ [unit]: value });
  return wall;
});

const cases: fc.Arbitrary<Case> = fc.record({
  value: fc.integer({ min: 1, max: 30 }),
  unit: fc.constantFrom('days', 'weeks', 'months'),
  timezone: timezones,
  // Clocks are changed once at a time in the years since.
  anchor: instants.filter((at) => at > Date.UTC(1995, 0, 1)),
});
const countsFromAnchor = (subject: NextThree): fc.IProperty<[Case, number]> =>
  fc.property(cases, fc.integer({ min: -400, max: 1500 }), (interval, days) => {
    const after = instant(interval.anchor + days * 86_400_000);
    expect(subject(interval, after)).toEqual(fromAnchor(interval, after));
  });

describe('an interval of days, weeks or months', () => {
  it('is counted from its anchor on the wall clock', () => {
    fc.assert(countsFromAnchor(ours), { seed: 31, numRuns: 300 });
  });

  it('and would not be if each occurrence were counted from the one before', () => {
    expect(fc.check(countsFromAnchor(drifting), { seed: 31, numRuns: 500, endOnFailure: true }).failed).toBe(true);
  });
});

describe('an interval of seconds, minutes or hours', () => {
  it('is elapsed time', () => {
    const steps = { seconds: 1000, minutes: 60_000, hours: 3_600_000 } as const;
    const units = fc.constantFrom('seconds', 'minutes', 'hours');
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 100_000 }), instants, instants, timezones, (unit, value, anchor, after, timezone) => {
        const next = calendar.next({ kind: 'interval', value, unit, timezone, anchor, anchorDefaulted: true }, after, owner);
        expect(next).not.toBeNull();
        const k = ((next ?? 0) - anchor) / (value * steps[unit]);
        expect(Number.isInteger(k)).toBe(true);
        expect(k).toBe(Math.max(1, Math.floor((after - anchor) / (value * steps[unit])) + 1));
      }),
      { seed: 8, numRuns: 500 },
    );
  });

  it('starts at the anchor if that was given, one step later if not', () => {
    const interval: IntervalSchedule = { kind: 'interval', value: 2, unit: 'hours', timezone: 'UTC', anchor: instant(1_700_000_000_000) };
    const before = instant(1_600_000_000_000);
    expect(calendar.next(interval, before, owner)).toBe(1_700_000_000_000);
    expect(calendar.next({ ...interval, anchorDefaulted: true }, before, owner)).toBe(1_700_007_200_000);
    expect(calendar.prev(interval, instant(1_700_007_200_000), owner)).toBe(1_700_000_000_000);
    expect(calendar.prev({ ...interval, anchorDefaulted: true }, instant(1_700_007_200_000), owner)).toBeNull();
  });
});
