// Days and dates of the proleptic Gregorian calendar in plain arithmetic: a Date object per step would cost more than the search itself.
// The algorithms are Howard Hinnant's, http://howardhinnant.github.io/date_algorithms.html

/** A date and time read off a clock, without a zone: the milliseconds at which UTC would show it. */
export type Wall = number;
/** Sunday is 0. */
export type Weekday = number;
export type Civil = { readonly year: number; readonly month: number; readonly day: number };

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Days since 1970-01-01; month 1..12. */
export const daysFromCivil = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
};

export const civilFromDays = (days: number): Civil => {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
};

export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
export const daysInMonth = (year: number, month: number): number =>
  month === 2 ? (isLeapYear(year) ? 29 : 28) : 30 + ((month + (month >> 3)) & 1);

/** The remainder that is never negative. */
export const modulo = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;
export const weekdayOf = (days: number): Weekday => modulo(days + 4, 7);

/** What the calendar answers for lies between these two instants, both included (schedule-semantics 1.3). */
export const firstInstant = 0;
export const lastInstant = daysFromCivil(10_000, 1, 1) * dayMs - 1;
/** No clock in any zone shows an earlier or a later reading at a supported instant. */
export const firstWall: Wall = firstInstant - 2 * dayMs;
export const lastWall: Wall = lastInstant + 2 * dayMs;
