import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { cronOf } from '../../../src/adapters/calendar/cron.js';
import { nextInstant, prevInstant } from '../../../src/adapters/calendar/dstRule.js';
import { createCalendar } from '../../../src/adapters/calendar/index.js';
import { type Zone, zoneOf } from '../../../src/adapters/calendar/zone.js';
import { instant } from '../../../src/domain/instant.js';
import type { Schedule } from '../../../src/domain/schedule/schedule.js';
import { bruteForce, type Rules, spec, type Window, windows } from './bruteForce.js';
import { type CronCase, cronCases, textOf } from './cronCases.js';

// Long, not waiting: a busy machine may take many times as long.
vi.setConfig({ testTimeout: 120_000 });

type Occurrences = (cron: CronCase, window: Window) => readonly number[];

const calendar = createCalendar(new Map());
const owner = { jobId: 'job', organization: 'default' };
const scheduleOf = (cron: CronCase, { zone }: Window): Schedule => ({ kind: 'cron', expression: textOf(cron), timezone: zone });

const forwards: Occurrences = (cron, window) => {
  const found: number[] = [];
  for (let at = window.from - 1; ; ) {
    const next = calendar.next(scheduleOf(cron, window), instant(at), owner);
    if (next === null || next > window.to) return found;
    found.push(next);
    at = next;
  }
};
const backwards: Occurrences = (cron, window) => {
  const found: number[] = [];
  for (let at = window.to + 1; ; ) {
    const prev = calendar.prev(scheduleOf(cron, window), instant(at), owner);
    if (prev === null || prev < window.from) return found.reverse();
    found.push(prev);
    at = prev;
  }
};

const cases = fc.tuple(cronCases, fc.constantFrom(...windows));
const agreesWithBruteForce = (subject: Occurrences): fc.IProperty<[[CronCase, Window]]> =>
  fc.property(cases, ([cron, window]) => {
    expect(subject(cron, window).join()).toBe(bruteForce(spec)(cron, window).join());
  });

describe('occurrences around a change of clocks are those a walk over every minute finds', () => {
  it('forwards', () => {
    fc.assert(agreesWithBruteForce(forwards), { seed: 20240310, numRuns: 250 });
  });

  it('backwards', () => {
    fc.assert(agreesWithBruteForce(backwards), { seed: 20241103, numRuns: 250 });
  });

  const mistakes: readonly Partial<Rules>[] = [{ overlap: 'second' }, { gap: 'skip' }, { everyHour: 'once' }, { days: 'both' }];
  it.each(mistakes)('and would not hold with %o', (mistake) => {
    const outcome = fc.check(agreesWithBruteForce(bruteForce({ ...spec, ...mistake })), { seed: 7, numRuns: 400, endOnFailure: true });
    expect(outcome.failed).toBe(true);
  });
});

describe('asked at any instant', () => {
  it('next is the first occurrence later, prev the last one earlier', () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), ([cron, window], fraction) => {
        const t = instant(Math.round(window.from + fraction * (window.to - window.from)));
        const occurrences = bruteForce(spec)(cron, window);
        const later = occurrences.find((at) => at > t);
        const earlier = occurrences.findLast((at) => at < t);
        if (later !== undefined) expect(calendar.next(scheduleOf(cron, window), t, owner)).toBe(later);
        if (earlier !== undefined) expect(calendar.prev(scheduleOf(cron, window), t, owner)).toBe(earlier);
      }),
      { seed: 20250330, numRuns: 250 },
    );
  });

  it('and the same wherever the time of a zone is cut into stretches', () => {
    const piece = 37 * 60_000;
    const cut = ({ name, stretchAt }: Zone): Zone => ({
      name,
      stretchAt: (at) => {
        const whole = stretchAt(at);
        const start = Math.max(whole.start, Math.floor(at / piece) * piece);
        const end = Math.min(whole.end, (Math.floor(at / piece) + 1) * piece);
        const forgotten = whole.changedAt < start - 2 * 86_400_000;
        return { ...whole, start, end, ...(forgotten && { changedAt: start - 2 * 86_400_000, offsetBefore: whole.offset }) };
      },
    });
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), ([cron, window], fraction) => {
        const t = Math.round(window.from + fraction * (window.to - window.from));
        const { walls, passes } = cronOf(textOf(cron), 'job');
        const zone = zoneOf(window.zone);
        expect(nextInstant(walls, cut(zone), t, passes)).toBe(nextInstant(walls, zone, t, passes));
        expect(prevInstant(walls, cut(zone), t, passes)).toBe(prevInstant(walls, zone, t, passes));
      }),
      { seed: 37, numRuns: 2000 },
    );
  });
});
