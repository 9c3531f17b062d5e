import { civilFromDays, dayMs, daysFromCivil, firstWall, hourMs, lastWall, minuteMs, secondMs, type Wall } from './civil.js';
import type { WallTimes } from './dstRule.js';
import type { MonthDays } from './monthDays.js';
import { firstFrom, highestBit, lastUpTo, lowestBit, type Values } from './values.js';

/** The wall times whose every field is a member; none of the three sets is empty. */
export type Fields = {
  readonly seconds: Values;
  readonly minutes: Values;
  readonly hours: Values;
  readonly daysIn: (year: number, month: number) => MonthDays;
};

// Dates and weekdays repeat after 400 years: fields without a member until then have none.
const cycle = 400;
const firstYear = 1969;
const lastYear = 10_000;

/** Finds members by jumping from set bit to set bit: the day in its month, then hour, minute and second. */
export const fieldTimes = (fields: Fields): WallTimes => {
  const first = earliestFrom(fields, 0, 0, 0);
  const last = latestUpTo(fields, 23, 59, 59);

  const atOrAfter = (wall: Wall): Wall => {
    if (wall > lastWall) return Infinity;
    const days = Math.floor(wall / dayMs);
    let { year, month, day } = civilFromDays(days);
    let rest = fields.daysIn(year, month) & (-1 << day);
    if (rest & (1 << day)) {
      const second = Math.ceil((wall - days * dayMs) / secondMs);
      const time = second === 86_400 ? -1 : earliestFrom(fields, hourOf(second), minuteOf(second), second % 60);
      if (time >= 0) return days * dayMs + time;
      rest &= ~(1 << day);
    }
    const giveUp = Math.min(lastYear, year + cycle);
    for (; rest === 0; rest = fields.daysIn(year, month)) {
      if (month < 12) month += 1;
      else {
        if (year >= giveUp) return Infinity;
        year += 1;
        month = 1;
      }
    }
    day = lowestBit(rest);
    return daysFromCivil(year, month, day) * dayMs + first;
  };

  const atOrBefore = (wall: Wall): Wall => {
    if (wall < firstWall) return -Infinity;
    const days = Math.floor(Math.min(wall, lastWall) / dayMs);
    let { year, month, day } = civilFromDays(days);
    let rest = fields.daysIn(year, month) & (day === 31 ? -1 : (2 << day) - 1);
    if (rest & (1 << day)) {
      const second = Math.floor((Math.min(wall, lastWall) - days * dayMs) / secondMs);
      const time = latestUpTo(fields, hourOf(second), minuteOf(second), second % 60);
      if (time >= 0) return days * dayMs + time;
      rest &= ~(1 << day);
    }
    const giveUp = Math.max(firstYear, year - cycle);
    for (; rest === 0; rest = fields.daysIn(year, month)) {
      if (month > 1) month -= 1;
      else {
        if (year <= giveUp) return -Infinity;
        year -= 1;
        month = 12;
      }
    }
    day = highestBit(rest);
    return daysFromCivil(year, month, day) * dayMs + last;
  };

  return { atOrAfter, atOrBefore };
};

const hourOf = (secondOfDay: number): number => Math.floor(secondOfDay / 3600);
const minuteOf = (secondOfDay: number): number => Math.floor(secondOfDay / 60) % 60;
const timeOf = (hour: number, minute: number, second: number): number => hour * hourMs + minute * minuteMs + second * secondMs;

/** Time of day in milliseconds, or -1. */
const earliestFrom = ({ seconds, minutes, hours }: Fields, hour: number, minute: number, second: number): number => {
  const sameHour = firstFrom(hours, hour) === hour;
  if (sameHour && firstFrom(minutes, minute) === minute) {
    const s = firstFrom(seconds, second);
    if (s >= 0) return timeOf(hour, minute, s);
  }
  if (sameHour) {
    const m = firstFrom(minutes, minute + 1);
    if (m >= 0) return timeOf(hour, m, firstFrom(seconds, 0));
  }
  const h = firstFrom(hours, sameHour ? hour + 1 : hour);
  return h < 0 ? -1 : timeOf(h, firstFrom(minutes, 0), firstFrom(seconds, 0));
};

const latestUpTo = ({ seconds, minutes, hours }: Fields, hour: number, minute: number, second: number): number => {
  const sameHour = lastUpTo(hours, hour) === hour;
  if (sameHour && lastUpTo(minutes, minute) === minute) {
    const s = lastUpTo(seconds, second);
    if (s >= 0) return timeOf(hour, minute, s);
  }
  if (sameHour) {
    const m = lastUpTo(minutes, minute - 1);
    if (m >= 0) return timeOf(hour, m, lastUpTo(seconds, 59));
  }
  const h = lastUpTo(hours, sameHour ? hour - 1 : hour);
  return h < 0 ? -1 : timeOf(h, lastUpTo(minutes, 59), lastUpTo(seconds, 59));
};
