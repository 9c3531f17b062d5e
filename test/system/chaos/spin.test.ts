import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../until.js';
import { Embedded } from './embedded.js';
import { isFull, note } from './figures.js';
import { matchOccurrences, type PlannedJob } from './occurrences.js';

// A handler that never returns and never yields, in a thread of its own and on the thread that everything else needs as well.

const timeoutMs = isFull ? 60_000 : 1_000;
const ticks = isFull ? 70 : 3;
const limitMs = 30_000;
let embedded: Embedded;

beforeEach(async () => {
  embedded = new Embedded();
  expect(await embedded.launch()).toEqual({});
});
afterEach(() => embedded.close());

/** A run every second, for a while. */
const tickEverySecond = async (count: number): Promise<PlannedJob> => {
  const first = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000;
  const schedule = {
    type: 'recurring',
    interval: { value: 1, unit: 'seconds' },
    anchor: new Date(first),
    startAt: new Date(first),
  } as const;
  const end = new Date(first + (count - 1) * 1_000);
  const { error } = await embedded.ask('scheduleJob', {
    jobName: 'tick',
    jobType: 'witness',
    overlap: 'allow',
    schedule: { ...schedule, endAt: end },
  });
  expect(error).toBeUndefined();
  return { jobName: 'tick', due: Array.from({ length: count }, (_, i) => first + i * 1_000) };
};

const begun = (jobName: string): number =>
  embedded.witnesses().filter((witness) => witness.what === 'begin' && witness.jobName === jobName).length;

const statusOf = async (jobName: string) => (await embedded.ask('getJob', jobName)).result?.status;

it(
  'in a worker is ended at its time-out, and holds up nobody',
  async () => {
    const planned = await tickEverySecond(ticks);
    await embedded.ask('scheduleJob', {
      jobName: 'endless',
      jobType: 'spinning',
      isolation: 'worker',
      parameters: { file: embedded.trace },
      timeout: timeoutMs,
      maxAttempts: 1,
      schedule: { type: 'once', runAt: new Date() },
    });
    await until('it has failed', async () => (await statusOf('endless')) === 'failed', timeoutMs + limitMs);
    const bytes = embedded.traceBytes;
    expect(bytes).toBeGreaterThan(0);
    await until('everything has run', async () => (await statusOf('tick')) === 'completed', limitMs);
    expect(embedded.traceBytes).toBe(bytes);
    const [execution] = (await embedded.ask('jobHistory', 'endless')).result ?? [];
    await embedded.kill();
    const { log, verified } = await embedded.examined();
    const found = matchOccurrences({ planned: [planned], witnesses: embedded.witnesses(), log, windowMs: 5_000 });
    const overMs = (execution?.durationMs ?? 0) - timeoutMs;
    note({ row: 'spin-worker', on: 'embedded store', ...found, recoveredMs: overMs });
    expect(execution).toMatchObject({ status: 'failed', attempts: [{ cause: 'timeout' }] });
    expect(overMs).toBeLessThan(1_000);
    expect(found).toMatchObject({ matched: ticks, missing: [], early: [], late: [], doubled: [], extra: [], repeated: [] });
    expect(verified).toMatchObject({ ok: true, problems: [] });
  },
  timeoutMs + 2 * limitMs,
);

it.runIf(isFull)(
  'inline holds up its process; who kills that and starts it anew has everything else done, and the job failed after its last attempt',
  async () => {
    const planned = await tickEverySecond(ticks);
    const blockedMs = 10_000;
    const maxAttempts = 2;
    await embedded.ask('scheduleJob', {
      jobName: 'endless',
      jobType: 'blocking',
      maxAttempts,
      backoff: { type: 'constant', delay: 0, jitter: 0 },
      schedule: { type: 'once', runAt: new Date() },
    });
    let killedAt = 0;
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      await until(`attempt ${attempt} has begun`, () => begun('endless') === attempt, limitMs);
      const before = begun('tick');
      await sleep(blockedMs);
      expect(begun('tick')).toBe(before);
      await embedded.kill();
      killedAt = Date.now();
      expect(await embedded.launch()).toEqual({});
    }
    await until('everything that is still to come has run', async () => (await statusOf('tick')) === 'completed', ticks * 1_000 + limitMs);
    expect(await statusOf('endless')).toBe('failed');
    await embedded.kill();
    const { log, verified } = await embedded.examined();
    const witnesses = embedded.witnesses().filter(({ jobName }) => jobName === 'tick');
    const found = matchOccurrences({ planned: [planned], witnesses, log, windowMs: maxAttempts * (blockedMs + limitMs) });
    note({ row: 'spin-inline', on: 'embedded store', ...found, recoveredMs: Math.max(0, (found.lastDelayedAt ?? 0) - killedAt) });
    expect(found).toMatchObject({ missing: [], early: [], late: [], doubled: [], extra: [] });
    expect(begun('endless')).toBe(maxAttempts);
    expect(verified).toMatchObject({ ok: true, problems: [] });
  },
  300_000,
);
