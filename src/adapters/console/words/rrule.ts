import { printable } from './printable.js';

const units: Readonly<Record<string, string>> = {
  SECONDLY: 'second',
  MINUTELY: 'minute',
  HOURLY: 'hour',
  DAILY: 'day',
  WEEKLY: 'week',
  MONTHLY: 'month',
  YEARLY: 'year',
};
const days: Readonly<Record<string, string>> = {
  MO: 'Monday',
  TU: 'Tuesday',
  WE: 'Wednesday',
  TH: 'Thursday',
  FR: 'Friday',
  SA: 'Saturday',
  SU: 'Sunday',
};
const ordinals: Readonly<Record<string, string>> = {
  '1': 'first',
  '2': 'second',
  '3': 'third',
  '4': 'fourth',
  '5': 'fifth',
  '-1': 'last',
  '-2': 'second to last',
};
const spoken = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'BYHOUR', 'BYMINUTE', 'BYSECOND', 'COUNT', 'WKST']);

/** The common recurrence rules of RFC 5545 as a sentence; any other stands for itself. */
export const rruleInWords = (rule: string): string => {
  const parts = new Map(
    rule
      .replace(/^RRULE:/i, '')
      .toUpperCase()
      .split(';')
      .map((part) => part.split('=', 2) as [string, string]),
  );
  const unit = units[parts.get('FREQ') ?? ''];
  if (unit === undefined || [...parts.keys()].some((name) => !spoken.has(name))) return printable(rule);
  const interval = Number(parts.get('INTERVAL') ?? 1);
  const every = interval === 1 ? `Every ${unit}` : `Every ${interval} ${unit}s`;
  const when = [onDays(parts.get('BYDAY')), onMonthDays(parts.get('BYMONTHDAY')), atTime(parts), times(parts.get('COUNT'))];
  return [every, ...when.filter((words) => words !== null)].join(' ');
};

const onDays = (given: string | undefined): string | null => {
  if (given === undefined) return null;
  if (given === 'MO,TU,WE,TH,FR') return 'from Monday to Friday';
  return `on ${listed(given.split(',').map(dayName))}`;
};

const dayName = (given: string): string => {
  const [, nth = '', day = ''] = /^([+-]?\d+)?([A-Z]{2})$/.exec(given) ?? [];
  const name = days[day] ?? given;
  if (nth === '') return name;
  return `the ${ordinals[nth.replace('+', '')] ?? `${nth}.`} ${name}`;
};

const onMonthDays = (given: string | undefined): string | null =>
  given === undefined ? null : `on ${listed(given.split(',').map((day) => (day === '-1' ? 'the last day' : `day ${day}`)))}`;

const atTime = (parts: ReadonlyMap<string, string>): string | null => {
  const [hour, minute] = [parts.get('BYHOUR'), parts.get('BYMINUTE')];
  if (hour === undefined) return minute === undefined ? null : `at minute ${listed(minute.split(','))}`;
  return `at ${listed(hour.split(',').flatMap((h) => (minute ?? '0').split(',').map((m) => `${h.padStart(2, '0')}:${m.padStart(2, '0')}`)))}`;
};

const times = (count: string | undefined): string | null => (count === undefined ? null : `, ${count} times`);

const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
