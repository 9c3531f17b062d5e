import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldLines } from '../../../src/adapters/cli/format/fields.js';
import { paintOf } from '../../../src/adapters/cli/format/paint.js';
import { printable, printableJson } from '../../../src/adapters/cli/format/printable.js';
import { tableLines } from '../../../src/adapters/cli/format/table.js';
import { absolute, duration, relative, wallClock } from '../../../src/adapters/cli/format/time.js';
import { cut, widthOf, wrap } from '../../../src/adapters/cli/format/width.js';

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const unitMs: { readonly [name: string]: number } = {
  ms: 1,
  s: second,
  min: minute,
  h: hour,
  d: day,
  mo: 30.4375 * day,
  y: 365.25 * day,
};

/** `2 h 5 min` back to milliseconds. */
const parse = (text: string): number =>
  [...text.matchAll(/([\d.]+) (ms|min|mo|s|h|d|y)/g)].reduce((sum, [, n, unit = '']) => sum + Number(n) * (unitMs[unit] ?? Number.NaN), 0);

const milliseconds = fc.oneof(fc.nat(10_000), fc.nat(2 * hour), fc.nat(10 * day), fc.double({ min: 0, max: 400 * day, noNaN: true }));

describe('a duration', () => {
  const means = (format: (ms: number) => string): fc.IProperty<[number]> =>
    fc.property(milliseconds, (ms) => {
      const text = format(ms);
      // Two units of which the smaller is rounded, and neither reaches the next larger one.
      expect(Math.abs(parse(text) - ms)).toBeLessThanOrEqual(Math.max(0.5, 0.06 * ms));
      expect(text).toMatch(/^\d+ ms$|^\d+(\.\d)? s$|^[1-5]?\d min( [1-5]?\d s)?$|^\d+ h( [1-5]?\d min)?$|^\d+ d( (1?\d|2[0-3]) h)?$/);
      expect(text).not.toMatch(/\b(1000 ms|60 s|60 min|48 h)/);
    });

  it('says how long, to two units at most', () => fc.assert(means(duration)));

  it('would be caught rounding up to sixty', () => {
    const careless = (ms: number): string => (ms < minute ? `${Math.round(ms / second)} s` : duration(ms));
    expect(() => fc.assert(means(careless))).toThrow();
  });

  it('never shrinks while the time grows', () =>
    fc.assert(
      fc.property(milliseconds, milliseconds, (a, b) => {
        expect(parse(duration(Math.max(a, b)))).toBeGreaterThanOrEqual(parse(duration(Math.min(a, b))));
      }),
    ));

  it.each([
    [0.4, '0 ms'],
    [12, '12 ms'],
    [999.6, '1 s'],
    [1_200, '1.2 s'],
    [9_960, '10 s'],
    [59_600, '1 min'],
    [63_000, '1 min 3 s'],
    [3_599_700, '1 h'],
    [2 * hour + 5 * minute, '2 h 5 min'],
    [2 * day, '2 d'],
    [3 * day + 4 * hour, '3 d 4 h'],
  ])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));
});

describe('a relative time', () => {
  const now = new Date('2026-03-02T09:00:00Z');
  const later = (ms: number): Date => new Date(now.getTime() + ms);

  it('is the same length before and after', () =>
    fc.assert(
      fc.property(fc.integer({ min: second, max: 3_000 * day }), (ms) => {
        expect(relative(later(-ms), now)).toBe(`${relative(later(ms), now).replace('in ', '')} ago`);
        expect(Math.abs(parse(relative(later(ms), now)) - ms)).toBeLessThanOrEqual(0.34 * ms);
      }),
    ));

  it.each([
    [0, 'now'],
    [400, 'now'],
    [5_000, 'in 5 s'],
    [-59_600, '1 min ago'],
    [3 * minute, 'in 3 min'],
    [59.6 * minute, 'in 1 h'],
    [-2 * hour, '2 h ago'],
    [47 * hour, 'in 47 h'],
    [48 * hour, 'in 2 d'],
    [90 * day, 'in 3 mo'],
    [3 * 365.25 * day, 'in 3 y'],
  ])('%d ms from now is %s', (ms, text) => expect(relative(later(ms), now)).toBe(text));

  it('has an absolute form that options take back', () =>
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }), (at) => {
        expect(Date.parse(absolute(at))).toBe(at.getTime());
      }),
    ));

  it('is shown by the clocks of a zone', () =>
    expect(wallClock(new Date('2026-08-10T07:00:00Z'), 'Europe/Berlin')).toBe('Mon 2026-08-10 09:00:00 CEST'));
});

/** Texts as attackers and the world write them. */
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('\u001b[31m', '\u009b2J', '\r', '\n', '\u202e', '\u2028', '\ud800', '日本', '👩‍👩‍👧', 'é', 'a b', '\\'))
    .map((parts) => parts.join('')),
);

const isSafe = (text: string): boolean => !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u.test(text);

describe('text from outside', () => {
  const staysOnItsLine = (show: (text: string) => string): fc.IProperty<[string]> =>
    fc.property(texts, (text) => {
      const shown = show(text);
      expect(isSafe(shown)).toBe(true);
      if (isSafe(text)) expect(shown).toBe(text);
      expect(show(shown)).toBe(shown);
    });

  it('cannot move the cursor, break its line or turn it round', () => fc.assert(staysOnItsLine(printable)));

  it('would be caught keeping C1 controls', () => {
    expect(() => fc.assert(staysOnItsLine((text) => text.replace(/[^\u0020-\uffff]/g, '?')))).toThrow();
  });

  it('keeps its value as JSON', () =>
    fc.assert(
      fc.property(fc.jsonValue(), texts, (value, text) => {
        const json = printableJson({ value, text });
        expect(isSafe(json)).toBe(true);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
        expect(JSON.parse(printableJson({ value, text }, 2))).toEqual(JSON.parse(json));
      }),
    ));

  it('is escaped so that people recognise it', () => expect(printable('a\u001b[31m\n\u202e')).toBe('a\\u001b[31m\\n\\u202e'));
});

describe('text in a narrow place', () => {
  const shown = texts.map(printable);

  it('is cut to fit, with an ellipsis only where something is missing', () =>
    fc.assert(
      fc.property(shown, fc.integer({ min: 1, max: 30 }), (text, columns) => {
        const kept = cut(text, columns);
        expect(widthOf(kept)).toBeLessThanOrEqual(columns);
        if (widthOf(text) <= columns) expect(kept).toBe(text);
        else expect(text.startsWith(kept.slice(0, -1)) && kept.endsWith('…')).toBe(true);
      }),
    ));

  it('is wrapped without losing anything but spaces', () =>
    fc.assert(
      fc.property(shown, fc.integer({ min: 2, max: 30 }), (text, columns) => {
        const parts = wrap(text, columns);
        for (const part of parts) expect(widthOf(part)).toBeLessThanOrEqual(columns);
        expect(parts.join('').replace(/\s/gu, '')).toBe(text.replace(/\s/gu, ''));
      }),
    ));

  it.each(['日本', 'e\u0301', '\u0301', '👩‍👩‍👧', '\u200d'])('takes no longer than its length demands: %s', (unit) => {
    const text = unit.repeat(20_000);
    expect(widthOf(cut(text, 60))).toBeLessThanOrEqual(60);
    expect(wrap(text, 60).join('')).toBe(text);
  });

  it.each([
    ['日本語', 6],
    ['👩‍👩‍👧', 2],
    ['e\u0301a', 2],
    ['─█', 2],
  ])('%s is %d columns wide', (text, columns) => expect(widthOf(text)).toBe(columns));
});

describe('a table', () => {
  const paint = paintOf(false);
  const columns = [{ title: 'JOB', atLeast: 8, comfort: 20 }, { title: 'STATUS' }, { title: 'RESULT', atLeast: 6 }];

  it('fits the terminal as long as its columns can', () =>
    fc.assert(
      fc.property(
        // What lays out the table does not know the newest emoji; only in the last column that is of no consequence.
        fc.array(fc.tuple(fc.string().map(printable), fc.constantFrom('scheduled', 'failed'), texts.map(printable)), { maxLength: 5 }),
        fc.integer({ min: 30, max: 100 }),
        (rows, fit) => {
          const lines = tableLines(columns, rows, { paint, fit });
          expect(lines).toHaveLength(rows.length + 1);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(fit);
        },
      ),
    ));

  it('is not cut where there is no terminal', () => {
    const long = 'x'.repeat(300);
    expect(tableLines(columns, [[long, 'failed', long]], { paint, fit: undefined })[1]).toBe(`${long}  failed  ${long}`);
  });

  it('gives up its right side first', () => {
    const [, line] = tableLines(columns, [['a-name-of-20-columns', 'scheduled', 'a result that is long']], { paint, fit: 45 });
    expect(line).toBe('a-name-of-20-columns  scheduled  a result th…');
  });

  it('has thousands of rows as soon as one', () => {
    const rows = Array.from({ length: 2_000 }, (_, index) => [`job-${index}`, 'scheduled', 'x'.repeat(10_000)]);
    const lines = tableLines(columns, rows, { paint, fit: undefined });
    expect(lines).toHaveLength(2_001);
    expect(lines.every((line) => line.length < 500)).toBe(true);
    expect(lines[2_000]).toMatch(/^job-1999 {2}scheduled {2}x+…$/);
  });

  it('is painted without moving a column', () => {
    const row = [{ text: 'a', tone: 'good' as const }, 'b', 'c'];
    const [, colored = ''] = tableLines(columns, [row], { paint: paintOf(true), fit: 40 });
    const [, plain] = tableLines(columns, [row], { paint, fit: 40 });
    expect(colored).toContain('\u001b[32m');
    expect(stripVTControlCharacters(colored)).toBe(plain);
  });
});

describe('fields', () => {
  it('go on below where they are too long', () =>
    expect(
      fieldLines(
        [
          ['note', 'one two three four five six seven'],
          ['none', null],
          ['id', 'x'],
        ],
        { paint: paintOf(false), columns: 30 },
      ),
    ).toEqual(['  note  one two three four', '        five six seven', '  id    x']));
});
