import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../until.js';
import { Embedded } from './embedded.js';
import { isFull, note } from './figures.js';
import { matchOccurrences } from './occurrences.js';
import { smallDisk } from './smallDisk.js';

// A store whose disk fills, and has room again: what was acknowledged is kept, what cannot be saved is refused, and all goes on by itself.

const fullMs = isFull ? 60_000 : 1_500;
const jobs = isFull ? 180 : 12;
const limitMs = 30_000;
const disk = smallDisk();
const embedded = new Embedded(disk.directory);
const acknowledged: string[] = [];
let made = 0;

beforeAll(async () => {
  expect(await embedded.launch()).toEqual({});
});
afterAll(async () => {
  await embedded.close();
  disk.remove();
});

const schedule = (jobName: string, runAt: Date, ms = 5) =>
  embedded.ask('scheduleJob', { jobName, jobType: 'witness', parameters: { ms }, schedule: { type: 'once', runAt } });

const inTheFuture = new Date('2099-01-01T00:00:00Z');

/**
 * Commands are sent until one is refused: a log may have some room left in the space that it has already. Where there is none for a new
 * job there may be some for less, such as the end of a run: that is used up as well.
 */
const refusal = async () => {
  for (;;) {
    const jobName = `more-${++made}`;
    const { error } = await schedule(jobName, inTheFuture);
    if (error) {
      await refusedToggle();
      return error;
    }
    acknowledged.push(jobName);
  }
};

const refusedToggle = async (): Promise<void> => {
  for (let isOn = false; ; isOn = !isOn) {
    const { error } = await embedded.ask('toggleJob', 'toggled', isOn);
    if (error) return;
  }
};

const ended = (): number => embedded.witnesses().filter(({ what }) => what === 'end').length;

it(
  `refuses what it cannot save on ${disk.kind}, forgets nothing it has acknowledged, and goes on when there is room`,
  async () => {
    const startedAt = Date.now();
    const planned = Array.from({ length: jobs }, (_, i) => ({
      jobName: `job-${i}`,
      due: [startedAt + 300 + Math.round((i * fullMs * 1.5) / jobs)],
    }));
    for (const { jobName, due } of planned) expect(await schedule(jobName, new Date(due[0] ?? 0))).not.toHaveProperty('error');
    // It begins while there is room, and ends when there is none.
    const long = { jobName: 'long', due: [Date.now()] };
    await schedule(long.jobName, new Date(long.due[0] ?? 0), fullMs / 2);
    await schedule('toggled', inTheFuture);
    await until('some have run', () => ended() > 1, limitMs);

    disk.fill(embedded.pid);
    const error = await refusal();
    expect(error).toMatchObject({
      name: 'SchedulerError',
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/^The store cannot do this now: /),
    });
    const known = embedded.announced.length;
    expect(await embedded.ask('getJob', 'long')).toMatchObject({ result: { jobName: 'long' } });
    await sleep(fullMs);
    expect(await embedded.ask('getJob', 'long')).toMatchObject({ result: { status: 'running' } });
    expect(embedded.announced.slice(known)).toEqual([]);
    disk.empty(embedded.pid);
    const emptiedAt = Date.now();

    await until(
      'every job has run',
      async () => (await embedded.ask('getScheduledJobs', { status: 'completed', limit: 1_000 })).result?.length === jobs + 1,
      fullMs + limitMs,
    );
    await embedded.kill();
    const { log, verified } = await embedded.examined();
    const found = matchOccurrences({ planned: [...planned, long], witnesses: embedded.witnesses(), log, windowMs: fullMs + limitMs });
    note({ row: 'disk-full', on: disk.kind, ...found, recoveredMs: Math.max(0, (found.lastDelayedAt ?? 0) - emptiedAt) });
    expect(found).toMatchObject({
      matched: jobs + 1,
      missing: [],
      skipped: [],
      early: [],
      late: [],
      unended: [],
      doubled: [],
      extra: [],
      repeated: [],
    });
    expect(verified).toMatchObject({ ok: true, problems: [] });
    const logged = new Set(log.map(({ id }) => id));
    expect(embedded.announced.filter(({ id }) => !logged.has(id))).toEqual([]);
    const scheduled = new Set(log.map(({ jobName }) => jobName));
    expect(acknowledged.filter((jobName) => !scheduled.has(jobName))).toEqual([]);
  },
  3 * fullMs + 2 * limitMs,
);

it('that is killed while it is full has all of it when it is started anew', async () => {
  await embedded.launch();
  disk.fill(embedded.pid);
  await refusal();
  const full = embedded.pid;
  await embedded.kill();
  disk.empty(full);
  expect(await embedded.launch()).toEqual({});
  expect(await schedule('afterwards', new Date())).not.toHaveProperty('error');
  const before = ended();
  await until('it runs what is due', () => ended() > before, limitMs);
  await embedded.kill();
  const { log, verified } = await embedded.examined();
  expect(verified).toMatchObject({ ok: true, problems: [] });
  const scheduled = new Set(log.map(({ jobName }) => jobName));
  expect(acknowledged.filter((jobName) => !scheduled.has(jobName))).toEqual([]);
});
