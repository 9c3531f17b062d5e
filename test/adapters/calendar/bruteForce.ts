import type { CronCase } from './cronCases.js';

/** Five days around a change of clocks. */
export type Window = { readonly zone: string; readonly from: number; readonly to: number };
/** The rules an oracle may get wrong on purpose, to see that a property notices. */
export type Rules = {
  readonly overlap: 'first' | 'second';
  readonly gap: 'shift' | 'skip';
  readonly everyHour: 'elapsed' | 'once';
  readonly days: 'either' | 'both';
};
export const spec: Rules = { overlap: 'first', gap: 'shift', everyHour: 'elapsed', days: 'either' };

const minute = 60_000;
const day = 1440 * minute;
const around = (zone: string, at: string): Window => {
  const middle = Date.parse(at);
  return { zone, from: middle - 2 * day, to: middle + 3 * day };
};

export const windows: readonly Window[] = [
  around('America/New_York', '2024-03-10T07:00:00Z'),
  around('America/New_York', '2024-11-03T06:00:00Z'),
  around('Europe/London', '2025-03-30T01:00:00Z'),
  around('Europe/London', '2025-10-26T01:00:00Z'),
  around('Australia/Lord_Howe', '2024-04-06T15:00:00Z'),
  around('Australia/Lord_Howe', '2024-10-05T15:30:00Z'),
  around('Pacific/Chatham', '2024-04-06T14:00:00Z'),
  around('Pacific/Chatham', '2024-09-28T14:00:00Z'),
  around('Antarctica/Troll', '2024-03-31T01:00:00Z'),
  around('Antarctica/Troll', '2024-10-27T01:00:00Z'),
  around('America/Nuuk', '2024-03-31T01:00:00Z'),
  around('America/Nuuk', '2024-10-27T01:00:00Z'),
  around('Pacific/Apia', '2011-12-30T10:00:00Z'),
  around('America/Havana', '2024-11-03T05:00:00Z'),
  around('America/Santiago', '2026-09-06T04:00:00Z'),
  around('Asia/Kathmandu', '2024-06-01T00:00:00Z'),
];

/** A minute as a clock shows it. */
type Reading = {
  readonly wall: number;
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
};
const readingAt = (wall: number): Reading => {
  const date = new Date(wall);
  return {
    wall,
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    weekday: date.getUTCDay(),
  };
};
/** An instant, what a clock shows then, and the readings it left out since the minute before. */
type Tick = { readonly at: number; readonly shown: Reading; readonly missing: readonly Reading[]; readonly offsetBefore: number };

const known = new Map<Window, readonly Tick[]>();
/** Every minute of a window, read off Intl one by one. */
const ticksOf = (window: Window): readonly Tick[] => {
  const already = known.get(window);
  if (already !== undefined) return already;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: window.zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const ticks: Tick[] = [];
  let before: number | null = null;
  // Two more days on either side, so that what is moved into the window is seen.
  for (let at = window.from - 2 * day; at <= window.to + 2 * day; at += minute) {
    const [month = 0, date = 0, year = 0, hour = 0, minutes = 0] = (format.format(at).match(/\d+/g) ?? []).map(Number);
    const wall = Date.UTC(year, month - 1, date, hour, minutes);
    const missing: Reading[] = [];
    for (let skipped = (before ?? wall) + minute; skipped < wall; skipped += minute) missing.push(readingAt(skipped));
    ticks.push({ at, shown: readingAt(wall), missing, offsetBefore: (before ?? wall - minute) - (at - minute) });
    before = wall;
  }
  known.set(window, ticks);
  return ticks;
};

/** All occurrences in [from, to], by looking at every minute; nothing here is shared with the code under test. */
export const bruteForce =
  (rules: Rules) =>
  (cron: CronCase, window: Window): readonly number[] => {
    const restricted = !cron.day.open && !cron.weekday.open;
    const onDate = (reading: Reading): boolean => {
      const onDay = cron.day.has(reading.day);
      const onWeekday = cron.weekday.has(reading.weekday);
      return restricted && rules.days === 'either' ? onDay || onWeekday : onDay && onWeekday;
    };
    const matches = (reading: Reading): boolean =>
      cron.minute.has(reading.minute) && cron.hour.has(reading.hour) && cron.month.has(reading.month) && onDate(reading);
    const everyHour = rules.everyHour === 'elapsed' && Array.from({ length: 24 }, (_, hour) => hour).every((hour) => cron.hour.has(hour));

    const found = new Set<number>();
    const seen = new Map<number, number>();
    for (const { at, shown, missing, offsetBefore } of ticksOf(window)) {
      const due = matches(shown);
      if (everyHour) {
        if (due) found.add(at);
        continue;
      }
      if (due && (rules.overlap === 'second' || !seen.has(shown.wall))) seen.set(shown.wall, at);
      if (rules.gap === 'shift') for (const reading of missing) if (matches(reading)) found.add(reading.wall - offsetBefore);
    }
    for (const at of seen.values()) found.add(at);
    return [...found].filter((at) => at >= window.from && at <= window.to).sort((a, b) => a - b);
  };
