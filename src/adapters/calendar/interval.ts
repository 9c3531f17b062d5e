import type { IntervalSchedule, IntervalUnit } from '../../domain/schedule/schedule.js';
import { civilFromDays, dayMs, daysFromCivil, daysInMonth, hourMs, lastWall, minuteMs, secondMs, type Wall } from './civil.js';
import { nextInstant, prevInstant, type WallTimes } from './dstRule.js';
import { localAt, type Zone } from './zone.js';

/** The longest interval of each unit: 100 years (schedule-semantics 4). */
export const intervalLimits: Readonly<Record<IntervalUnit, number>> = {
  seconds: 3_153_600_000,
  minutes: 52_560_000,
  hours: 876_000,
  days: 36_500,
  weeks: 5_200,
  months: 1_200,
};

export const nextOfInterval = (interval: IntervalSchedule, zone: Zone, after: number): number | null => {
  const { anchor } = interval;
  if (interval.anchorDefaulted === undefined && after < anchor) return anchor;
  const step = elapsedStep(interval);
  // Counted from the anchor, never from the last run, so that nothing accumulates; k = 0 was answered above.
  if (step !== null) return anchor + Math.max(1, Math.floor((after - anchor) / step) + 1) * step;
  return nextInstant(calendarSteps(interval, localAt(zone, anchor)), zone, after, 'once');
};

export const prevOfInterval = (interval: IntervalSchedule, zone: Zone, before: number): number | null => {
  const { anchor } = interval;
  const isAnchor = interval.anchorDefaulted === undefined && before > anchor ? anchor : null;
  const step = elapsedStep(interval);
  if (step === null) return prevInstant(calendarSteps(interval, localAt(zone, anchor)), zone, before, 'once') ?? isAnchor;
  const k = Math.ceil((before - anchor) / step) - 1;
  return k >= 1 ? anchor + k * step : isAnchor;
};

/** Milliseconds of a unit that is elapsed time; null for a unit that keeps the wall clock. */
const elapsedStep = ({ value, unit }: IntervalSchedule): number | null => {
  switch (unit) {
    case 'seconds':
      return value * secondMs;
    case 'minutes':
      return value * minuteMs;
    case 'hours':
      return value * hourMs;
    case 'days':
    case 'weeks':
    case 'months':
      return null;
  }
};

/** The anchor's wall time moved by k = 1, 2, ... calendar steps. */
export const calendarSteps = ({ value, unit }: Pick<IntervalSchedule, 'value' | 'unit'>, anchor: Wall): WallTimes =>
  unit === 'months' ? monthSteps(value, anchor) : daySteps(unit === 'weeks' ? 7 * value : value, anchor);

const daySteps = (days: number, anchor: Wall): WallTimes => {
  const step = days * dayMs;
  return {
    atOrAfter: (wall) => anchor + Math.max(1, Math.ceil((wall - anchor) / step)) * step,
    atOrBefore: (wall) => {
      const k = Math.floor((wall - anchor) / step);
      return k < 1 ? -Infinity : anchor + k * step;
    },
  };
};

const monthSteps = (months: number, anchor: Wall): WallTimes => {
  const start = civilFromDays(Math.floor(anchor / dayMs));
  const time = anchor - daysFromCivil(start.year, start.month, start.day) * dayMs;
  const startIndex = start.year * 12 + start.month - 1;

  /** A missing day is the last of its month, for that occurrence only. */
  const at = (k: number): Wall => {
    const index = startIndex + k * months;
    const year = Math.floor(index / 12);
    const month = (index % 12) + 1;
    return daysFromCivil(year, month, Math.min(start.day, daysInMonth(year, month))) * dayMs + time;
  };
  /** The step that falls into the month of `wall` or the last one before it. */
  const stepBy = (wall: Wall): number => {
    const { year, month } = civilFromDays(Math.floor(wall / dayMs));
    return Math.floor((year * 12 + month - 1 - startIndex) / months);
  };

  return {
    atOrAfter: (wall) => {
      if (wall > lastWall) return Infinity;
      const k = Math.max(1, stepBy(wall));
      return at(k) >= wall ? at(k) : at(k + 1);
    },
    atOrBefore: (wall) => {
      const k = stepBy(wall);
      const found = at(k) <= wall ? k : k - 1;
      return found < 1 ? -Infinity : at(found);
    },
  };
};
