import { describe, expect, it } from 'vitest';
import { begin, hour, hourly, openScheduler, rejection } from '../application/opened.js';

const job = (given: object) => ({ jobName: 'job', jobType: 'work', schedule: hourly, ...given }) as never;

describe('a text made to be slow to match', () => {
  const bombs = [
    'a'.repeat(50_000),
    `${'a'.repeat(50_000)}!`,
    `${'a.'.repeat(25_000)}$`,
    '@'.repeat(50_000),
    `a@${'a-'.repeat(25_000)}`,
    ' '.repeat(50_000),
    '0,'.repeat(25_000),
  ];
  const places: { readonly [place: string]: (text: string) => object } = {
    'a name': (jobName) => ({ jobName }),
    'a type': (jobType) => ({ jobType }),
    'a tag': (tag) => ({ tags: [tag] }),
    'a cron expression': (cronExpression) => ({ schedule: { type: 'recurring', cronExpression } }),
    'a rule': (rrule) => ({ schedule: { type: 'recurring', rrule } }),
    'a zone': (timezone) => ({ schedule: { ...hourly, timezone } }),
    'an instant': (runAt) => ({ schedule: { type: 'once', runAt } }),
    'a day left out': (day) => ({ schedule: { ...hourly, exclude: [day] } }),
    'a recipient': (to) => ({ notify: { on: ['failed'], to: [to] } }),
    'an URL': (url) => ({ jobType: 'inventory_sync', parameters: { source: { url, format: 'json' }, mode: 'full' } }),
    'an address': (to) => ({ jobType: 'email_notification', parameters: { to: [to], subject: 'x', text: 'x' } }),
  };

  it.each(Object.entries(places))('is answered in time as %s', async (_, place) => {
    const { scheduler } = openScheduler({ autoStart: false });
    await scheduler.getScheduledJobs();
    for (const bomb of bombs) {
      // Processor time, the least of three: neither a busy machine nor a first call lengthens it.
      const costs: number[] = [];
      for (let i = 0; i < 3; i++) {
        const started = process.cpuUsage();
        await scheduler.scheduleJob(job(place(bomb))).catch(() => undefined);
        const { user, system } = process.cpuUsage(started);
        costs.push((user + system) / 1_000);
      }
      expect(Math.min(...costs)).toBeLessThan(50);
    }
  });
});

describe('a number that is too large for a timer', () => {
  it('is no waiting time: a timer set for longer than 24 days fires at once', async () => {
    const { scheduler } = openScheduler({ handlers: { work: () => 'done' } });
    await scheduler.scheduleJob(job({}));
    for (const waitMs of [2 ** 31, Number.POSITIVE_INFINITY, Number.NaN, -1, 0.5])
      expect(await rejection(scheduler.runNow('job', {}, { waitMs }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        issues: [{ path: 'waitMs' }],
      });
    expect(await scheduler.jobHistory('job')).toEqual([]);
  });

  it.each([
    { timeout: 1e12 },
    { maxAttempts: 1e9 },
    { backoff: { type: 'constant', delay: 1e15 } },
    { timeout: Number.NaN },
    { backoff: { delay: -1 } },
  ])('is refused with its field: %j', async (given) => {
    const { scheduler } = openScheduler({ autoStart: false });
    const refused = await rejection(scheduler.scheduleJob(job(given)));
    expect(refused).toMatchObject({ code: 'INVALID_JOB', issues: [{ path: expect.stringContaining(Object.keys(given)[0] ?? '') }] });
    expect(await scheduler.verify()).toMatchObject({ ok: true, commits: 0 });
  });

  it('a retry a year away waits for it', async () => {
    const { scheduler, clock } = openScheduler({
      handlers: {
        work: () => {
          throw new Error('on purpose');
        },
      },
    });
    const year = 365 * 24 * hour;
    const backoff = { type: 'constant', delay: year, jitter: 0 };
    await scheduler.scheduleJob(job({ backoff, schedule: { type: 'once', runAt: new Date(begin.getTime() + 1_000) } }));
    await clock.advance(hour);
    const [run] = (await scheduler.getJob('job')).activeExecutions;
    expect(run).toMatchObject({ status: 'retrying' });
    await clock.advance(year);
    expect((await scheduler.jobHistory('job'))[0]?.attempts).toHaveLength(2);
  });
});

describe('parameters', () => {
  it.each<readonly [string, unknown, string]>([
    ['nested ten thousand levels', JSON.parse(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`), 'nested deeper than 64'],
    ['of a million items', { list: Array.from({ length: 1_000_000 }, () => 0) }, '256 KiB'],
    ['of 256 KiB and a byte', { text: 'x'.repeat(256 * 1024 - 10) }, '256 KiB'],
  ])('%s are refused', async (_, parameters, why) => {
    const { scheduler } = openScheduler({ autoStart: false });
    const refused = await rejection(scheduler.scheduleJob(job({ parameters })));
    expect(refused).toMatchObject({ code: 'INVALID_JOB', message: expect.stringContaining(why) });
    expect(await scheduler.verify()).toMatchObject({ ok: true, commits: 0 });
  });

  it('of ten thousand keys, in any script, come back as they were', async () => {
    const { scheduler } = openScheduler({ autoStart: false });
    const parameters = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i % 2 === 0 ? '\ud800' : '👩‍🚀\u202e']));
    await scheduler.scheduleJob(job({ parameters }));
    expect((await scheduler.getJob('job')).parameters).toEqual(parameters);
  });
});
