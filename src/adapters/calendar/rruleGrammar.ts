import { dayMs, daysFromCivil, daysInMonth, hourMs, minuteMs, secondMs, type Wall, type Weekday } from './civil.js';

export const frequencies = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
export type Frequency = (typeof frequencies)[number];
/** `n` counts within the month or the year, from its end if negative; 0 means every one. */
type NthWeekday = { readonly weekday: Weekday; readonly n: number };
/** Inclusive. An instant where it was written with `Z`, else a wall time in the schedule's zone; a bare date includes all of its day. */
type Until = { readonly instant: number } | { readonly wall: Wall };

/** The parts of an RFC 5545 RRULE; a list that was not given is empty. */
export type RRule = {
  readonly freq: Frequency;
  readonly interval: number;
  readonly count: number | null;
  readonly until: Until | null;
  readonly weekStart: Weekday;
  readonly bySecond: readonly number[];
  readonly byMinute: readonly number[];
  readonly byHour: readonly number[];
  readonly byDay: readonly NthWeekday[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeekNo: readonly number[];
  readonly byMonth: readonly number[];
  readonly bySetPos: readonly number[];
};
export type ReadRRule = { readonly ok: true; readonly rule: RRule } | { readonly ok: false; readonly faults: readonly string[] };

export const longestRRule = 1024;
const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
/** Range of the list parts; a signed one also takes the same values from the end. */
const listRanges = {
  BYSECOND: { min: 0, max: 60, signed: false },
  BYMINUTE: { min: 0, max: 59, signed: false },
  BYHOUR: { min: 0, max: 23, signed: false },
  BYMONTHDAY: { min: 1, max: 31, signed: true },
  BYYEARDAY: { min: 1, max: 366, signed: true },
  BYWEEKNO: { min: 1, max: 53, signed: true },
  BYMONTH: { min: 1, max: 12, signed: false },
  BYSETPOS: { min: 1, max: 366, signed: true },
} as const;
type ListPart = keyof typeof listRanges;
const listParts = Object.keys(listRanges);
const partNames = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY', ...listParts];

/** Reads one RRULE value strictly (schedule-semantics 6): every part that is wrong is named. */
export const readRRule = (text: string): ReadRRule => {
  if (text.length > longestRRule)
    return { ok: false, faults: [`an RRULE has at most ${longestRRule} characters; this one has ${text.length}`] };
  if (/[^\x20-\x7e]/.test(text)) return { ok: false, faults: ['write one RRULE value in ASCII without line breaks'] };
  if (/^(?:RRULE|DTSTART|EXDATE|RDATE)[:;]/i.test(text))
    return {
      ok: false,
      faults: ['write only the value, such as FREQ=DAILY;INTERVAL=2; the start is given as anchor, dates to leave out as exclude'],
    };
  const faults: string[] = [];
  const parts = splitParts(text.toUpperCase(), faults);

  const list = (name: ListPart): readonly number[] => numberList(name, parts.get(name), faults);
  const freqText = parts.get('FREQ');
  const freq = frequencies.find((name) => name === freqText);
  if (freq === undefined) faults.push(`FREQ is needed; write one of ${frequencies.join(', ')}`);
  const rule: RRule = {
    freq: freq ?? 'DAILY',
    interval: wholeNumber('INTERVAL', parts.get('INTERVAL'), faults) ?? 1,
    count: wholeNumber('COUNT', parts.get('COUNT'), faults),
    until: readUntil(parts.get('UNTIL'), faults),
    weekStart: readWeekStart(parts.get('WKST'), faults),
    bySecond: list('BYSECOND'),
    byMinute: list('BYMINUTE'),
    byHour: list('BYHOUR'),
    byDay: readByDay(parts.get('BYDAY'), faults),
    byMonthDay: list('BYMONTHDAY'),
    byYearDay: list('BYYEARDAY'),
    byWeekNo: list('BYWEEKNO'),
    byMonth: list('BYMONTH'),
    bySetPos: list('BYSETPOS'),
  };
  if (freq !== undefined) faults.push(...misfits(rule));
  return faults.length === 0 ? { ok: true, rule } : { ok: false, faults };
};

const splitParts = (text: string, faults: string[]): ReadonlyMap<string, string> => {
  const parts = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    if (equals < 0 || !partNames.includes(name))
      faults.push(`"${part.slice(0, 40)}" is no part of an RRULE; write NAME=VALUE of ${partNames.join(', ')}`);
    else if (parts.has(name)) faults.push(`${name} is given twice; join both into one`);
    else parts.set(name, part.slice(equals + 1));
  }
  return parts;
};

const wholeNumber = (name: string, text: string | undefined, faults: string[]): number | null => {
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1) return Number(text);
  faults.push(`${name} must be a whole number from 1 to 999999999`);
  return null;
};

const numberList = (name: ListPart, text: string | undefined, faults: string[]): readonly number[] => {
  if (text === undefined) return [];
  const { min, max, signed } = listRanges[name];
  const form = signed ? /^[+-]?\d{1,3}$/ : /^\d{1,2}$/;
  const values = text.split(',').map((item) => (form.test(item) ? Number(item) : Number.NaN));
  if (values.every((value) => Math.abs(value) >= min && Math.abs(value) <= max)) return values;
  faults.push(`${name} takes ${min} to ${max}${signed ? `, or -${max} to -${min} from the end` : ''}, separated by commas`);
  return [];
};

const readWeekStart = (text: string | undefined, faults: string[]): Weekday => {
  if (text === undefined) return 1;
  const weekday = weekdays.indexOf(text);
  if (weekday < 0) faults.push(`WKST must be one of ${weekdays.join(', ')}`);
  return weekday;
};

const readByDay = (text: string | undefined, faults: string[]): readonly NthWeekday[] => {
  if (text === undefined) return [];
  const days = text.split(',').map((item): NthWeekday | null => {
    const match = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(item);
    const weekday = weekdays.indexOf(match?.[2] ?? '');
    const n = match?.[1] === undefined ? 0 : Number(match[1]);
    const numbered = match?.[1] !== undefined;
    return weekday < 0 || (numbered && n === 0) || Math.abs(n) > 53 ? null : { weekday, n };
  });
  const valid = days.filter((day) => day !== null);
  if (valid.length === days.length) return valid;
  faults.push(`BYDAY takes ${weekdays.join(', ')}, or numbered ones such as 1MO and -1FR, separated by commas`);
  return [];
};

const readUntil = (text: string | undefined, faults: string[]): Until | null => {
  if (text === undefined) return null;
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (match ?? []).slice(1, 7).map((digits) => Number(digits ?? 0));
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour <= 23 && minute <= 59 && second <= 59;
  if (!exists) {
    faults.push('UNTIL must be a date that exists, written 20251231T235959Z or 20251231');
    return null;
  }
  const date = daysFromCivil(year, month, day) * dayMs;
  if (match?.[4] === undefined) return { wall: date + dayMs - 1 };
  const time = date + hour * hourMs + minute * minuteMs + second * secondMs;
  return match[7] === 'Z' ? { instant: time } : { wall: time };
};

/** Parts that RFC 5545 3.3.10 forbids together. */
const misfits = (rule: RRule): readonly string[] => {
  const { freq } = rule;
  const numbered = rule.byDay.some(({ n }) => n !== 0);
  const others = [rule.bySecond, rule.byMinute, rule.byHour, rule.byDay, rule.byMonthDay, rule.byYearDay, rule.byWeekNo, rule.byMonth];
  const found: string[] = [];
  if (rule.count !== null && rule.until !== null) found.push('COUNT and UNTIL exclude each other; leave one out');
  if (numbered && freq !== 'MONTHLY' && freq !== 'YEARLY') found.push(`numbered BYDAY needs FREQ=MONTHLY or YEARLY; leave the numbers out`);
  if (numbered && rule.byWeekNo.length > 0) found.push('numbered BYDAY does not go with BYWEEKNO; leave the numbers out');
  if (rule.byWeekNo.length > 0 && freq !== 'YEARLY') found.push('BYWEEKNO needs FREQ=YEARLY');
  if (rule.byMonthDay.length > 0 && freq === 'WEEKLY') found.push('BYMONTHDAY does not go with FREQ=WEEKLY; use FREQ=MONTHLY or DAILY');
  if (rule.byYearDay.length > 0 && (freq === 'DAILY' || freq === 'WEEKLY' || freq === 'MONTHLY'))
    found.push(`BYYEARDAY does not go with FREQ=${freq}; use FREQ=YEARLY`);
  if (rule.bySetPos.length > 0 && others.every((list) => list.length === 0)) found.push('BYSETPOS needs another BY part to choose from');
  return found;
};
