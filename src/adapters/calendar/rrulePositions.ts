import { civilFromDays, dayMs, daysFromCivil, daysInMonth, hourMs, minuteMs, modulo, secondMs, type Wall, weekdayOf } from './civil.js';
import type { WallTimes } from './dstRule.js';
import type { Fields } from './fieldTimes.js';
import { type Frequency, frequencies, type RRule } from './rruleGrammar.js';
import { lowestBit, members } from './values.js';

/**
 * How many more candidates a search may try in vain; it ends without an answer below 0. Conditions that exclude each other (every 24 hours
 * from four, at five) are met by every candidate in vain, for ever.
 */
export type Effort = { left: number };

/** One round of the frequency: from its first millisecond up to the next round's. */
type Period = { readonly start: Wall; readonly end: Wall };

// Dates repeat after 400 years, so positions that stay empty so long stay empty.
const dateCycle = 146_097 * dayMs;
const periodEffort = 7;

/** BYSETPOS: of all times within one period of the frequency, in order, only those at the given positions. */
export const positions = (rule: RRule, times: WallTimes, fields: Fields, effort: Effort): WallTimes => {
  const parts = partsOf(rule.freq, fields);
  const chosen = (period: Period): readonly Wall[] => {
    const starts = isDaily(rule.freq) ? daysWithin(period, fields.daysIn) : [period.start];
    const perStart = parts.reduce((product, { values }) => product * values.length, 1);
    const total = starts.length * perStart;
    const indexes = rule.bySetPos.map((position) => (position > 0 ? position - 1 : total + position));
    return indexes
      .filter((index) => index >= 0 && index < total)
      .map((index) => (starts[Math.floor(index / perStart)] ?? 0) + timeAt(parts, index % perStart))
      .sort((a, b) => a - b);
  };
  return {
    atOrAfter: (wall) => {
      let candidate = times.atOrAfter(wall);
      while (candidate < wall + dateCycle && effort.left >= 0) {
        const period = periodOf(rule, candidate);
        const found = chosen(period).find((at) => at >= wall);
        if (found !== undefined) return found;
        effort.left -= periodEffort;
        candidate = times.atOrAfter(period.end);
      }
      return Infinity;
    },
    atOrBefore: (wall) => {
      let candidate = times.atOrBefore(wall);
      while (candidate > wall - dateCycle && effort.left >= 0) {
        const period = periodOf(rule, candidate);
        const found = chosen(period).findLast((at) => at <= wall);
        if (found !== undefined) return found;
        effort.left -= periodEffort;
        candidate = times.atOrBefore(period.start - 1);
      }
      return -Infinity;
    },
  };
};

type Part = { readonly values: readonly number[]; readonly unit: number };
/** The parts of a time that vary within one day, or within the frequency's unit where that is shorter; the coarsest first. */
const partsOf = (freq: Frequency, { seconds, minutes, hours }: Fields): readonly Part[] => {
  const all = [
    { values: members(hours), unit: hourMs },
    { values: members(minutes), unit: minuteMs },
    { values: members(seconds), unit: secondMs },
  ];
  return isDaily(freq) ? all : all.slice(3 - frequencies.indexOf(freq));
};
const isDaily = (freq: Frequency): boolean => frequencies.indexOf(freq) >= frequencies.indexOf('DAILY');

/** The index-th combination in order of time. */
const timeAt = (parts: readonly Part[], index: number): number => {
  let rest = index;
  let time = 0;
  for (const { values, unit } of parts.toReversed()) {
    time += (values[rest % values.length] ?? 0) * unit;
    rest = Math.floor(rest / values.length);
  }
  return time;
};

const periodOf = ({ freq, weekStart }: RRule, wall: Wall): Period => {
  const day = Math.floor(wall / dayMs);
  const { year, month } = civilFromDays(day);
  const days = (from: number, to: number): Period => ({ start: from * dayMs, end: to * dayMs });
  const unit = (ms: number): Period => ({ start: Math.floor(wall / ms) * ms, end: (Math.floor(wall / ms) + 1) * ms });
  switch (freq) {
    case 'YEARLY':
      return days(daysFromCivil(year, 1, 1), daysFromCivil(year + 1, 1, 1));
    case 'MONTHLY':
      return days(daysFromCivil(year, month, 1), daysFromCivil(year, month, 1) + daysInMonth(year, month));
    case 'WEEKLY': {
      const first = day - modulo(weekdayOf(day) - weekStart, 7);
      return days(first, first + 7);
    }
    case 'DAILY':
      return unit(dayMs);
    case 'HOURLY':
      return unit(hourMs);
    case 'MINUTELY':
      return unit(minuteMs);
    case 'SECONDLY':
      return unit(secondMs);
  }
};

const daysWithin = ({ start, end }: Period, daysIn: Fields['daysIn']): readonly Wall[] => {
  const found: Wall[] = [];
  let day = start / dayMs;
  while (day < end / dayMs) {
    const { year, month, day: dayOfMonth } = civilFromDays(day);
    const monthStart = day - dayOfMonth;
    for (let rest = daysIn(year, month) & (-1 << dayOfMonth); rest !== 0; rest &= rest - 1) {
      const next = (monthStart + lowestBit(rest)) * dayMs;
      if (next < end) found.push(next);
    }
    day = monthStart + 1 + daysInMonth(year, month);
  }
  return found;
};
