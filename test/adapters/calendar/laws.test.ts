import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createCalendar, previewSchedule } from '../../../src/adapters/calendar/index.js';
import { instant } from '../../../src/domain/instant.js';
import type { Calendar } from '../../../src/domain/schedule/calendar.js';
import type { Schedule } from '../../../src/domain/schedule/schedule.js';
import { instants, schedules } from './schedules.js';

// Long, not waiting: a busy machine may take many times as long.
vi.setConfig({ testTimeout: 120_000 });

const calendar = createCalendar(new Map());
const owner = { jobId: '0190f3c2-7d6a-7c1e-9b1a-5f2f6d1c0a11', organization: 'default' };

/** Both directions read the same set of instants. */
const laws = ({ next, prev }: Calendar): fc.IProperty<[Schedule, ReturnType<typeof instant>]> =>
  fc.property(schedules, instants, (schedule, t) => {
    const following = next(schedule, t, owner);
    if (following !== null) {
      expect(following).toBeGreaterThan(t);
      expect(next(schedule, instant(following - 1), owner)).toBe(following);
      expect(next(schedule, following, owner) ?? Infinity).toBeGreaterThan(following);
      expect(prev(schedule, instant(following + 1), owner)).toBe(following);
      expect(prev(schedule, following, owner) ?? -Infinity).toBeLessThanOrEqual(t);
    }
    const preceding = prev(schedule, t, owner);
    if (preceding !== null) {
      expect(preceding).toBeLessThan(t);
      expect(next(schedule, instant(preceding - 1), owner)).toBe(preceding);
      expect(prev(schedule, preceding, owner) ?? -Infinity).toBeLessThan(preceding);
      expect(next(schedule, preceding, owner) ?? Infinity).toBeGreaterThanOrEqual(t);
    }
  });

describe('next and prev', () => {
  it('read one set of instants', () => {
    fc.assert(laws(calendar), { seed: 42, numRuns: 2500 });
  });

  const { next, prev } = calendar;
  const mutants: Readonly<Record<string, Calendar>> = {
    'next takes the instant asked about': { prev, next: (schedule, after, who) => next(schedule, instant(after - 1), who) },
    'prev takes the instant asked about': { next, prev: (schedule, before, who) => prev(schedule, instant(before + 1), who) },
    'next leaves one out': {
      prev,
      next: (schedule, after, who) => {
        const found = next(schedule, after, who);
        return found === null ? null : next(schedule, found, who);
      },
    },
    'prev forgets the bounds': {
      next,
      prev: (schedule, before, who) => {
        if (schedule.kind === 'once') return null;
        const { startAt, endAt, exclude, ...unbounded } = schedule;
        return prev(unbounded, before, who);
      },
    },
    'next moves the grid to the question': {
      prev,
      next: (schedule, after, who) => next(schedule.kind === 'interval' ? { ...schedule, anchor: after } : schedule, after, who),
    },
  };
  it.each(Object.entries(mutants))('do not if %s', (_, mutant) => {
    expect(fc.check(laws(mutant), { seed: 42, numRuns: 2000, endOnFailure: true }).failed).toBe(true);
  });
});

type Preview = (schedule: Schedule, after: ReturnType<typeof instant>, count: number) => readonly number[];
const previewIsStepwise = (preview: Preview): fc.IProperty<[Schedule, ReturnType<typeof instant>]> =>
  fc.property(schedules, instants, (schedule, after) => {
    const steps: number[] = [];
    for (let at = calendar.next(schedule, after, owner); at !== null && steps.length < 8; at = calendar.next(schedule, at, owner))
      steps.push(at);
    expect(preview(schedule, after, 8)).toEqual(steps);
  });

describe('a preview', () => {
  it('shows what stepping finds', () => {
    const preview: Preview = (schedule, after, count) =>
      previewSchedule(schedule, { after, count, owner, calendar }).map(({ occurrence }) => occurrence.getTime());
    fc.assert(previewIsStepwise(preview), { seed: 3, numRuns: 600 });
  });

  it('would not if it added distances up', () => {
    const adding: Preview = (schedule, after, count) => {
      const first = calendar.next(schedule, after, owner);
      const second = first === null ? null : calendar.next(schedule, first, owner);
      if (first === null) return [];
      return second === null ? [first] : Array.from({ length: count }, (_, index) => first + index * (second - first));
    };
    expect(fc.check(previewIsStepwise(adding), { seed: 3, numRuns: 1000, endOnFailure: true }).failed).toBe(true);
  });
});
