import { civilFromDays, daysFromCivil, daysInMonth, isLeapYear, modulo, type Weekday, weekdayOf } from './civil.js';
import { daysOnWeekdays, firstWeekday, type MonthDays, nthWeekdayOfMonth, wholeMonth } from './monthDays.js';
import type { Frequency, RRule } from './rruleGrammar.js';

type DaysOf = (year: number, month: number) => MonthDays;

/** The days of a month on which a rule that began on day `start` has occurrences, BYSETPOS left aside (RFC 5545 3.3.10). */
export const rruleDays = (rule: RRule, start: number): DaysOf => {
  const whole = withDefaults(rule, start);
  // BYxxx parts either expand or limit; as sets of days both are: the days that pass every part.
  const filters = [aligned(whole, start), ...monthDays(whole), ...weekdays(whole), ...yearDays(whole), ...weekNumbers(whole)];
  const months = whole.byMonth.reduce((mask, month) => mask | (1 << month), 0);
  return (year, month) => {
    if (months !== 0 && (months & (1 << month)) === 0) return 0;
    let days = wholeMonth(daysInMonth(year, month));
    for (const filter of filters) {
      if (days === 0) return 0;
      days &= filter(year, month);
    }
    return days;
  };
};

/** What the rule leaves open is taken from DTSTART. */
const withDefaults = (rule: RRule, start: number): RRule => {
  const { month, day } = civilFromDays(start);
  const weekday = { weekday: weekdayOf(start), n: 0 };
  const byDays = rule.byDay.length + rule.byMonthDay.length + rule.byYearDay.length > 0;
  if (byDays) return rule;
  if (rule.byWeekNo.length > 0 || rule.freq === 'WEEKLY') return { ...rule, byDay: [weekday] };
  if (rule.freq === 'MONTHLY') return { ...rule, byMonthDay: [day] };
  if (rule.freq === 'YEARLY') return { ...rule, byMonthDay: [day], byMonth: rule.byMonth.length > 0 ? rule.byMonth : [month] };
  return rule;
};

const aligned = ({ freq, interval, weekStart }: RRule, start: number): DaysOf => {
  if (interval === 1) return () => -1;
  const first = civilFromDays(start);
  const alignments: Readonly<Record<Frequency, DaysOf>> = {
    YEARLY: (year) => (modulo(year - first.year, interval) === 0 ? -1 : 0),
    MONTHLY: (year, month) => (modulo((year - first.year) * 12 + month - first.month, interval) === 0 ? -1 : 0),
    WEEKLY: (year, month) => alignedWeeks(year, month, weekOf(start, weekStart), interval),
    DAILY: (year, month) => alignedDays(year, month, start, interval),
    HOURLY: () => -1,
    MINUTELY: () => -1,
    SECONDLY: () => -1,
  };
  return alignments[freq];
};

const alignedDays = (year: number, month: number, start: number, interval: number): MonthDays => {
  let days = 0;
  const length = daysInMonth(year, month);
  for (let day = 1 + modulo(start - daysFromCivil(year, month, 1), interval); day <= length; day += interval) days |= 1 << day;
  return days;
};

const alignedWeeks = (year: number, month: number, startOfFirst: number, interval: number): MonthDays =>
  weeksOf(year, month, startOfFirst, (week) => modulo((week - startOfFirst) / 7, interval) === 0);

/** The first day of the week that a day belongs to. */
const weekOf = (day: number, weekStart: Weekday): number => day - modulo(weekdayOf(day) - weekStart, 7);

/** The days of a month that lie in weeks which are wanted; any week's first day tells where weeks begin. */
const weeksOf = (year: number, month: number, anyWeek: number, wanted: (week: number) => boolean): MonthDays => {
  const first = daysFromCivil(year, month, 1);
  let days = 0;
  for (let week = first - modulo(first - anyWeek, 7); week < first + 31; week += 7) {
    if (!wanted(week)) continue;
    const bit = week - first + 1;
    days |= bit >= 0 ? 0x7f << bit : 0x7f >> -bit;
  }
  return days;
};

const monthDays = ({ byMonthDay }: RRule): readonly DaysOf[] => {
  if (byMonthDay.length === 0) return [];
  const fromStart = byMonthDay.reduce((mask, day) => (day > 0 ? mask | (1 << day) : mask), 0);
  const fromEnd = byMonthDay.filter((day) => day < 0);
  return [
    (year, month) => {
      const length = daysInMonth(year, month);
      return fromEnd.reduce((mask, day) => (length + day >= 0 ? mask | (1 << (length + 1 + day)) : mask), fromStart);
    },
  ];
};

const weekdays = ({ byDay, byMonth, freq }: RRule): readonly DaysOf[] => {
  if (byDay.length === 0) return [];
  const every = byDay.reduce((mask, { weekday, n }) => (n === 0 ? mask | (1 << weekday) : mask), 0);
  const numbered = byDay.filter(({ n }) => n !== 0);
  const inYear = freq === 'YEARLY' && byMonth.length === 0;
  return [
    (year, month) => {
      const first = firstWeekday(year, month);
      const length = daysInMonth(year, month);
      let days = daysOnWeekdays(every, first);
      for (const { weekday, n } of numbered) {
        const day = inYear ? nthWeekdayOfYear(weekday, n, year, month) : nthWeekdayOfMonth(weekday, n, first, length);
        days |= 1 << day;
      }
      return days;
    },
  ];
};

/** As a day of the given month; 0 if it falls into another, or the year has none. */
const nthWeekdayOfYear = (weekday: Weekday, n: number, year: number, month: number): number => {
  const length = isLeapYear(year) ? 366 : 365;
  const dayOfYear = nthWeekdayOfMonth(weekday, n, firstWeekday(year, 1), length);
  return dayOfYear === 0 ? 0 : inMonth(dayOfYear, year, month);
};

const inMonth = (dayOfYear: number, year: number, month: number): number => {
  const day = dayOfYear - (daysFromCivil(year, month, 1) - daysFromCivil(year, 1, 1));
  return day >= 1 && day <= daysInMonth(year, month) ? day : 0;
};

const yearDays = ({ byYearDay }: RRule): readonly DaysOf[] => {
  if (byYearDay.length === 0) return [];
  return [
    (year, month) => {
      const length = isLeapYear(year) ? 366 : 365;
      return byYearDay.reduce((mask, day) => mask | (1 << inMonth(day > 0 ? day : length + 1 + day, year, month)), 0);
    },
  ];
};

const weekNumbers = ({ byWeekNo, weekStart }: RRule): readonly DaysOf[] => {
  if (byWeekNo.length === 0) return [];
  const wanted = new Set(byWeekNo);
  return [
    (year, month) =>
      weeksOf(year, month, weekOf(0, weekStart), (week) => {
        // A week belongs to the year that has four of its days; week 1 is the one with 4 January.
        const weekYear = civilFromDays(week + 3).year;
        const firstWeek = weekOf(daysFromCivil(weekYear, 1, 4), weekStart);
        const weeks = (weekOf(daysFromCivil(weekYear + 1, 1, 4), weekStart) - firstWeek) / 7;
        const number = (week - firstWeek) / 7 + 1;
        return wanted.has(number) || wanted.has(number - weeks - 1);
      }),
  ];
};
