import fc from 'fast-check';
import { IANAZone } from 'luxon';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { isZone, localAt, zoneOf } from '../../../src/adapters/calendar/zone.js';

// Long, not waiting: a busy machine may take many times as long.
vi.setConfig({ testTimeout: 120_000 });

const zones = Intl.supportedValuesOf('timeZone');
const day = 86_400_000;

afterAll(() => IANAZone.resetCache());

describe('zone names', () => {
  it.each(['UTC', 'Europe/London', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3', 'EST5EDT', 'america/new_york', 'GB'])(
    '%s is one',
    (name) => {
      expect(isZone(name)).toBe(true);
    },
  );

  it.each([
    '',
    ' ',
    'local',
    'system',
    'UTC+3',
    '+05:30',
    'Mars/Base',
    'Europe/',
    '/Europe',
    'Europe/London ',
    'Europe//London',
    `A${'/A'.repeat(500_000)}`,
  ])('%.40s is none', (name) => {
    expect(isZone(name)).toBe(false);
  });
});

describe('offsets', () => {
  it('are those of Intl in every zone, and no two changes are so close that one is missed', () => {
    for (const name of zones) {
      const zone = zoneOf(name);
      const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', year: 'numeric' });
      // Not parsed here: every spelling must stand for one offset, and every offset have one spelling.
      const spelled = new Map<string, number>();
      // Shorter than the week between the closest two changes (Recife, October 2000), and out of step with the search under test.
      for (let at = Date.UTC(1998, 0, 1); at < Date.UTC(2014, 0, 1); at += 6.3 * day) {
        const text = format.format(at).slice(-12);
        const offset = localAt(zone, at) - at;
        const spelling = text.slice(text.indexOf('GMT'));
        if ((spelled.get(spelling) ?? offset) !== offset)
          expect.fail(`${name} at ${new Date(at).toISOString()}: ${spelling} and ${offset}`);
        spelled.set(spelling, offset);
      }
      expect(new Set(spelled.values()).size).toBe(spelled.size);
    }
  });

  it('are those of luxon, to the second around a change', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }), (name, at) => {
        const zone = zoneOf(name);
        const { start, end } = zone.stretchAt(at);
        for (const near of [at, start, start - 1, end, end - 1])
          expect(localAt(zone, near) - near).toBe(new IANAZone(name).offset(near) * 60_000);
      }),
      { seed: 5, numRuns: 700 },
    );
  });

  it('are kept for a zone within bounds, in whatever order it is asked', () => {
    const zone = zoneOf('America/New_York');
    const years = Array.from({ length: 400 }, (_, index) => Date.UTC(1970 + ((index * 7) % 400), 6, 1));
    const first = years.map((at) => localAt(zone, at) - at);
    expect(years.toReversed().map((at) => localAt(zone, at) - at)).toEqual(first.toReversed());
  });
});
