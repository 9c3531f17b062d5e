import { daysInMonth } from './civil.js';
import type { CronField } from './cronExpression.js';
import { daysOnWeekdays, firstWeekday, type MonthDays, nthWeekdayOfMonth, wholeMonth } from './monthDays.js';
import { members } from './values.js';

/** The days of a month on which an expression is due: the two day fields under the day rule (schedule-semantics 3). */
export const cronDays = (days: CronField, months: number, weekdays: CronField): ((year: number, month: number) => MonthDays) => {
  const daysOfMonth = dayFieldOf(days);
  const onWeekdays = weekdayFieldOf(weekdays);
  return (year, month) => {
    if ((months & (1 << month)) === 0) return 0;
    const length = daysInMonth(year, month);
    const all = wholeMonth(length);
    if (days.open && weekdays.open) return all;
    const first = firstWeekday(year, month);
    if (days.open) return onWeekdays(first, length) & all;
    if (weekdays.open) return daysOfMonth(first, length) & all;
    return (daysOfMonth(first, length) | onWeekdays(first, length)) & all;
  };
};

type DaysOf = (first: number, length: number) => MonthDays;

const dayFieldOf = ({ items }: CronField): DaysOf => {
  let plain = 0;
  const moving: DaysOf[] = [];
  for (const item of items) {
    if (item.kind === 'values') for (const day of members(item.values)) plain |= 1 << day;
    if (item.kind === 'lastDay') moving.push((_, length) => 1 << length);
    if (item.kind === 'lastMonToFri') moving.push((first, length) => 1 << nearestMonToFri(length, first, length));
    if (item.kind === 'nearest') {
      const { day } = item;
      moving.push((first, length) => (day > length ? 0 : 1 << nearestMonToFri(day, first, length)));
    }
  }
  return moving.length === 0 ? () => plain : (first, length) => moving.reduce((found, days) => found | days(first, length), plain);
};

const weekdayFieldOf = ({ items }: CronField): DaysOf => {
  let plain = 0;
  const moving: DaysOf[] = [];
  for (const item of items) {
    if (item.kind === 'values') plain |= item.values.low;
    if (item.kind === 'nth' || item.kind === 'lastWeekday') {
      const n = item.kind === 'nth' ? item.n : -1;
      const { weekday } = item;
      moving.push((first, length) => 1 << nthWeekdayOfMonth(weekday, n, first, length));
    }
  }
  // A weekday that a month has no n-th of sets bit 0, which is no day and is masked away.
  return (first, length) => moving.reduce((found, days) => found | days(first, length), daysOnWeekdays(plain, first));
};

/** Saturday goes back and Sunday goes on, but never out of the month. */
const nearestMonToFri = (day: number, first: number, length: number): number => {
  const weekday = (first + day - 1) % 7;
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
};
