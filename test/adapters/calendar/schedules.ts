import fc from 'fast-check';
import { type Instant, instant } from '../../../src/domain/instant.js';
import type { Bounds, Schedule } from '../../../src/domain/schedule/schedule.js';
import { cronCases, textOf } from './cronCases.js';

const zones = Intl.supportedValuesOf('timeZone');
export const timezones = fc.oneof(
  fc.constantFrom('UTC', 'America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'Pacific/Chatham', 'Antarctica/Troll', 'America/Nuuk'),
  fc.constantFrom(...zones),
);
export const instants: fc.Arbitrary<Instant> = fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2060, 0, 1) }).map(instant);

const expressions = fc.oneof(
  cronCases.map(textOf),
  fc
    .tuple(
      fc.constantFrom('0', '30', '*/20', 'H', '5,35'),
      fc.constantFrom('*', '2', '0-5', 'H', '1-23/2'),
      fc.constantFrom('*', 'L', 'LW', '15W', '1W,LW', '31', 'H', '29', '?'),
      fc.constantFrom('*', '2', '*/3', 'JAN,JUL'),
      fc.constantFrom('*', 'MON', '5#2', 'FRIL', '1#5,3L', 'SAT-SUN', '?', 'H'),
    )
    .map((fields) => fields.join(' ')),
  fc.constantFrom('@hourly', '@weekly', '*/7 * * * * *', '15 30 1 * * *', '* * * * *'),
);

const rrules = fc.oneof(
  fc.constantFrom(
    'FREQ=MONTHLY;BYMONTHDAY=31',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU',
    'FREQ=YEARLY;BYDAY=-1SU',
    'FREQ=HOURLY;INTERVAL=7;BYDAY=SA,SU',
    'FREQ=MINUTELY;INTERVAL=25;BYHOUR=1,2',
    'FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,30;BYSETPOS=2,-1',
    'FREQ=DAILY;COUNT=400',
    'FREQ=WEEKLY;UNTIL=20300101T000000Z;BYDAY=SU',
  ),
  fc
    .tuple(fc.constantFrom('MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'), fc.integer({ min: 1, max: 9 }))
    .map(([freq, interval]) => `FREQ=${freq};INTERVAL=${interval}`),
);

const units = fc.constantFrom('seconds', 'minutes', 'hours', 'days', 'weeks', 'months');
const exclusions = fc.oneof(
  instants.map((at) => ({ day: new Date(at).toISOString().slice(0, 10) })),
  fc.tuple(instants, fc.integer({ min: 0, max: 400 * 86_400_000 })).map(([from, length]) => ({ from, to: instant(from + length) })),
);
const bounds: fc.Arbitrary<Bounds> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  fc.record({ startAt: instants, endAt: instants, exclude: fc.array(exclusions, { maxLength: 4 }) }, { requiredKeys: [] }),
);

/** Every kind that can be walked both ways, bounded or not. */
export const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  fc
    .tuple(expressions, timezones, bounds)
    .map(([expression, timezone, bound]): Schedule => ({ kind: 'cron', expression, timezone, ...bound })),
  fc.tuple(fc.integer({ min: 1, max: 400 }), units, timezones, instants, fc.boolean(), bounds).map(
    ([value, unit, timezone, anchor, defaulted, bound]): Schedule => ({
      kind: 'interval',
      value,
      unit,
      timezone,
      anchor,
      ...(defaulted && { anchorDefaulted: true }),
      ...bound,
    }),
  ),
  fc
    .tuple(rrules, timezones, instants, bounds)
    .map(([rrule, timezone, anchor, bound]): Schedule => ({ kind: 'rrule', rrule, timezone, anchor, ...bound })),
);
