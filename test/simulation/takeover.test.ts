import { describe, expect, it } from 'vitest';
import { usualPace } from '../../src/adapters/mongo/cluster/pace.js';
import { Random } from './random.js';
import { World } from './world.js';

const second = 1_000;
/** A lease, and two seconds in which it is noticed, swept and claimed. */
const goalMs = usualPace.leaseMs + 2 * second;
const latencyMs = 20;

/** Moments between two beats at which the node dies. */
const moments = Array.from({ length: 12 }, (_, i) => (i * usualPace.beatMs) / 12);

type Start = { readonly attempt: number; readonly node: string; readonly at: number };

const startsIn = async (world: World): Promise<readonly Start[]> =>
  (await world.shared.all()).flatMap(({ at, events }) =>
    events.flatMap((event) => (event.type === 'ExecutionStarted' ? [{ attempt: event.attempt, node: event.node, at }] : [])),
  );

const schedule = (world: World): void => {
  const [site] = world.sites;
  const backoff = { type: 'constant' as const, delay: 0, jitter: 0 };
  const job = { jobName: 'report', jobType: 'work', parameters: { does: 'hang' }, backoff, timeout: 600 * second };
  const runAt = new Date(world.now);
  if (site) world.ask(site, 'schedule', (jobs) => jobs.scheduleJob({ ...job, schedule: { type: 'once', runAt } }), 'acme', 'report');
};

/** The first start, a moment after it was written. */
const firstStart = async (world: World): Promise<readonly Start[]> => {
  for (let ms = 0; ms < 5 * second; ms++) {
    await world.passes(1);
    const starts = await startsIn(world);
    if (starts.length > 0) return starts;
  }
  throw new Error('nothing was started');
};

/** How long after the death of its node an attempt is tried again. `afterMs` is how long it had run. */
const retriedAfter = async (seed: number, afterMs: number): Promise<number> => {
  const random = new Random(seed);
  const world = new World({
    random,
    nodes: 2,
    exclusive: false,
    concurrency: 10,
    latencyMs,
    fortune: () => 'well',
    restartMs: () => second,
  });
  // Nodes do not beat in step.
  for (const site of world.sites) {
    world.start(site);
    await world.passes(10 * second + random.between(0, usualPace.beatMs));
  }
  schedule(world);
  const [first] = await firstStart(world);
  await world.passes(afterMs);
  const diedAt = world.now;
  const site = world.sites.find(({ machine }) => machine?.name === first?.node);
  if (site) world.crash(site);
  await world.passes(2 * goalMs);
  const again = (await startsIn(world)).find(({ attempt }) => attempt === 2);
  world.supervised = false;
  for (const { machine } of world.sites) machine?.crash();
  expect(world.violations).toEqual([]);
  return (again?.at ?? Number.POSITIVE_INFINITY) - diedAt;
};

const inTurn = async (play: (momentMs: number, i: number) => Promise<number>): Promise<readonly number[]> => {
  const delays: number[] = [];
  for (const [i, ms] of moments.entries()) delays.push(await play(ms, i));
  return delays;
};

describe('an attempt whose node is killed', () => {
  it('is tried again within a lease and two seconds, at whatever moment between two beats that was', async () => {
    const delays = await inTurn((ms, i) => retriedAfter(i + 1, 4 * second + ms));
    expect(Math.max(...delays)).toBeLessThanOrEqual(goalMs);
    // Nobody is given up before the lease is over.
    expect(Math.min(...delays)).toBeGreaterThan(usualPace.leaseMs - usualPace.beatMs);
  });

  it('is so though it was claimed a moment before, and nobody has saved that', async () => {
    const delays = await inTurn((ms, i) => retriedAfter(i + 101, ms / 10));
    expect(Math.max(...delays)).toBeLessThanOrEqual(goalMs);
  });
});
