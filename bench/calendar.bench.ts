// npx vitest bench --run bench/calendar.bench.ts
import { bench, describe } from 'vitest';
import { createCalendar, parseSchedule } from '../src/adapters/calendar/index.js';
import { instant } from '../src/domain/instant.js';
import type { Schedule } from '../src/domain/schedule/schedule.js';

const calendar = createCalendar(new Map());
const owner = { jobId: '0190f3c2-7d6a-7c1e-9b1a-5f2f6d1c0a11', organization: 'default' };
const start = instant(Date.UTC(2025, 0, 1));

/** One `next` per run, each from where the one before ended, within 2025. */
const following = (schedule: Schedule): (() => void) => {
  let at = start;
  return () => {
    const next = calendar.next(schedule, at, owner);
    at = next === null || next > start + 365 * 86_400_000 ? start : next;
  };
};
const parsed = (input: unknown): Schedule => {
  const result = parseSchedule(input, { now: start, owner, calendar, calculators: new Map() });
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.schedule;
};

describe('next', () => {
  for (const timezone of ['UTC', 'America/New_York'])
    for (const cronExpression of ['*/15 * * * *', '30 9 * * MON-FRI', '0 0 L * *', '0 0 29 2 *', 'H H * * *'])
      bench(`${cronExpression} ${timezone}`, following(parsed({ type: 'recurring', cronExpression, timezone })));
  bench('1 month, New York', following(parsed({ type: 'recurring', interval: { value: 1, unit: 'month' }, timezone: 'America/New_York' })));
  for (const rrule of ['FREQ=DAILY', 'FREQ=MONTHLY;BYDAY=-1FR', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1'])
    bench(
      `${rrule}, DTSTART 1997`,
      following(parsed({ type: 'recurring', rrule, anchor: '1997-09-02T09:00:00-04:00', timezone: 'America/New_York' })),
    );
});

describe('parse', () => {
  let count = 0;
  bench('an expression never seen before, and its first occurrence', () => {
    count += 1;
    const minutes = [count % 60, Math.floor(count / 60) % 60, Math.floor(count / 3600) % 60].join();
    parsed({ type: 'recurring', cronExpression: `${minutes} ${Math.floor(count / 216_000) % 24} * * 1-5`, timezone: 'Europe/London' });
  });
  bench('an interval', () => {
    parsed({ type: 'recurring', interval: { value: 5, unit: 'minutes' } });
  });
});
