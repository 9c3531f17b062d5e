import type { Exclusion } from '../../domain/schedule/schedule.js';
import { civilFromDays, dayMs } from './civil.js';
import type { Zone } from './zone.js';

/** A span of instants, both ends included, in which nothing runs. */
export type Excluded = { readonly from: number; readonly to: number };

/** The excluded span around an instant, as far as one exclusion reaches; null for an instant that is not excluded. */
export const excludedAround = (at: number, exclusions: readonly Exclusion[], zone: Zone): Excluded | null => {
  if (exclusions.length === 0) return null;
  const today = localDay(at, zone);
  for (const exclusion of exclusions) {
    if ('day' in exclusion) {
      if (exclusion.day === today.name) return today;
    } else if ('at' in exclusion) {
      if (exclusion.at === at) return { from: at, to: at };
    } else if (exclusion.from <= at && at <= exclusion.to) return exclusion;
  }
  return null;
};

/** The local day of an instant, as far as its offset reaches: clocks may go back and show part of it again. */
const localDay = (at: number, zone: Zone): Excluded & { readonly name: string } => {
  const { start, end, offset } = zone.stretchAt(at);
  const days = Math.floor((at + offset) / dayMs);
  return {
    name: dayName(days),
    from: Math.max(start, days * dayMs - offset),
    to: Math.min(end, (days + 1) * dayMs - offset) - 1,
  };
};

const dayName = (days: number): string => {
  const { year, month, day } = civilFromDays(days);
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
};
const twoDigits = (value: number): string => String(value).padStart(2, '0');
