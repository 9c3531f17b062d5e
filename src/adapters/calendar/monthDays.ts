import { daysFromCivil, modulo, type Weekday, weekdayOf } from './civil.js';

/** A set of days of one month: bit 1 is the first, bit 31 the last; the sign bit counts like any other. */
export type MonthDays = number;
/** A set of weekdays: bit 0 is Sunday. */
export type Weekdays = number;

/** Days 1..length. */
export const wholeMonth = (length: number): MonthDays => (2 << length) - 2;
export const firstWeekday = (year: number, month: number): Weekday => weekdayOf(daysFromCivil(year, month, 1));

/** Every day, of a month that begins on `first`, that falls on one of the weekdays; days past its end included. */
export const daysOnWeekdays = (weekdays: Weekdays, first: Weekday): MonthDays => {
  const week = ((weekdays >> first) | (weekdays << (7 - first))) & 0x7f;
  return (week << 1) | (week << 8) | (week << 15) | (week << 22) | (week << 29);
};

/** The n-th such weekday (from the end if negative) of a month of `length` days that begins on `first`; 0 if it has none. */
export const nthWeekdayOfMonth = (weekday: Weekday, n: number, first: Weekday, length: number): number => {
  const earliest = 1 + modulo(weekday - first, 7);
  const latest = earliest + 7 * Math.floor((length - earliest) / 7);
  const day = n > 0 ? earliest + 7 * (n - 1) : latest + 7 * (n + 1);
  return day >= 1 && day <= length ? day : 0;
};
