import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calculator, createCalendar, type ParsedSchedule, parseSchedule } from '../../../src/adapters/calendar/index.js';
import { instant } from '../../../src/domain/instant.js';
import { anything } from '../../hostile/odd.js';

const calculators = new Map<string, Calculator>([['hourly', (after) => new Date(after.getTime() + 3_600_000)]]);
const calendar = createCalendar(calculators);
const owner = { jobId: 'job', organization: 'default' };
const now = instant(Date.parse('2024-06-01T10:20:30.456Z'));
const parse = (input: unknown): ParsedSchedule => parseSchedule(input, { now, owner, calendar, calculators });
const cron = { type: 'recurring', cronExpression: '0 9 * * *' };

describe('hostile input is answered with issues, in time', () => {
  const throwing = (name: string): object =>
    Object.defineProperty({ ...cron }, name, {
      enumerable: true,
      get: () => {
        throw new Error('gotcha');
      },
    });
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const trapped = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('gotcha');
      },
      get: () => {
        throw new Error('gotcha');
      },
    },
  );
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const shared = (depth: number): unknown => (depth === 0 ? 1 : Array.from({ length: 2 }, () => shared(depth - 1)));
  let doubled: unknown = [1];
  for (let level = 0; level < 60; level++) doubled = [doubled, doubled];
  const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
  const megabyte = 'x'.repeat(1 << 20);
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`field${index}`, index]));
  const polluting = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}');

  const hostile: readonly unknown[] = [
    ...[
      null,
      undefined,
      0,
      Number.NaN,
      10n ** 500n,
      Symbol('x'),
      '',
      megabyte,
      [],
      cyclic,
      revoked(),
      trapped,
      many,
      polluting,
      () => cron,
      new Map(),
      new Date(0),
    ],
    ...['type', 'cronExpression', 'timezone', 'exclude'].map(throwing),
    { ...cron, exclude: Array.from({ length: 1_000_000 }) },
    { ...cron, exclude: new Array(4_000_000_000) },
    { ...cron, exclude: new Proxy([], { get: () => revoked() }) },
    { type: 'recurring', rrule: `FREQ=DAILY;BYHOUR=${'1,'.repeat(500_000)}` },
    { type: 'recurring', rrule: 'FREQ=SECONDLY;INTERVAL=39989;BYMINUTE=1;BYSECOND=1;COUNT=100000;BYMONTH=2;BYMONTHDAY=30' },
    { type: 'recurring', rrule: 'FREQ=YEARLY;BYWEEKNO=1;BYMONTH=7' },
    ...[
      cyclic,
      trapped,
      revoked(),
      doubled,
      deep,
      shared(18),
      new Array(1e9),
      { text: megabyte },
      { n: 1n },
      { toJSON: () => ({}) },
      [1],
    ].map((options) => ({
      type: 'custom',
      calculator: 'hourly',
      options,
    })),
  ];

  /** Processor time of one call in milliseconds: a busy machine lengthens it by a factor, not by what else it does. */
  const cost = (input: unknown): number => {
    const started = process.cpuUsage();
    const parsed = parse(input);
    const { user, system } = process.cpuUsage(started);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) {
      expect(parsed.issues.length).toBeGreaterThan(0);
      expect(JSON.stringify(parsed.issues).length).toBeLessThan(30_000);
    }
    return (user + system) / 1000;
  };

  it.each(hostile.map((input, index) => [index, input] as const))('number %i', (_, input) => {
    expect(Math.min(...Array.from({ length: 5 }, () => cost(input)))).toBeLessThan(50);
  });

  it('options that would pollute a prototype are kept as plain data', () => {
    const parsed = parse({ type: 'custom', calculator: 'hourly', options: polluting });
    expect(parsed.ok && parsed.schedule.kind === 'custom' && Object.hasOwn(parsed.schedule.options ?? {}, '__proto__')).toBe(true);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('and anything at all, anywhere, is never an exception', () => {
    const names = [
      'runAt',
      'cronExpression',
      'interval',
      'rrule',
      'timezone',
      'anchor',
      'startAt',
      'endAt',
      'maxRuns',
      'jitter',
      'exclude',
      'calculator',
      'options',
    ];
    const fields = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(anything, fc.constantFrom('0 9 * * *', 'FREQ=DAILY', 'hourly', 'UTC', 5)),
    );
    const types = fc.constantFrom<unknown>('once', 'recurring', 'custom', 'other', undefined);
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          fc.tuple(types, fields).map(([type, rest]) => ({ type, ...rest })),
        ),
        (input) => {
          const parsed = parse(input);
          if (!parsed.ok) expect(parsed.issues.length).toBeGreaterThan(0);
        },
      ),
      { seed: 99, numRuns: 2000 },
    );
  });
});
