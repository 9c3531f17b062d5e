import type { JobInput, JobsApi } from '../../src/application/api/types.js';
import type { World } from './world.js';

const second = 1_000;

/** What a client asks, and when, in milliseconds from the beginning. */
type Step = readonly [atMs: number, what: string, ask: (jobs: JobsApi, world: World) => Promise<unknown>];
export type Scenario = { readonly name: string; readonly lastsMs: number; readonly steps: readonly Step[]; readonly downMs?: number };

const jobName = 'report';
const every = (value: number, more: object = {}) => ({ type: 'recurring', interval: { value, unit: 'seconds' }, ...more }) as const;
const once = (world: World, inMs: number) => ({ type: 'once', runAt: new Date(world.now + inMs) }) as const;

const quickly: Partial<JobInput> = { backoff: { type: 'constant', delay: 300, jitter: 0 }, timeout: 3 * second, maxAttempts: 2 };

const schedule = (atMs: number, does: string, scheduleOf: (world: World) => JobInput['schedule'], more: Partial<JobInput> = {}): Step => [
  atMs,
  `schedule ${does}`,
  (jobs, world) => jobs.scheduleJob({ jobName, jobType: 'work', parameters: { does }, schedule: scheduleOf(world), ...quickly, ...more }),
];
const pause = (atMs: number): Step => [atMs, 'pause', (jobs) => jobs.toggleJob(jobName, false)];
const resume = (atMs: number): Step => [atMs, 'resume', (jobs) => jobs.toggleJob(jobName, true)];
const cancel = (atMs: number): Step => [atMs, 'cancel', (jobs) => jobs.cancelJob(jobName)];
const remove = (atMs: number): Step => [atMs, 'delete', (jobs) => jobs.deleteJob(jobName)];
const run = (atMs: number, does: string): Step => [atMs, `run ${does}`, (jobs) => jobs.runNow(jobName, { does }, { wait: false })];
const cancelRun = (atMs: number): Step => [
  atMs,
  'cancel a run',
  async (jobs) => {
    const [active] = (await jobs.getJob(jobName)).activeExecutions;
    if (active) await jobs.cancelExecution(active.executionId);
  },
];

const of = (name: string, ...steps: readonly Step[]): Scenario => ({ name, steps, lastsMs: 8 * second });
const overlapping = (overlap: NonNullable<JobInput['overlap']>): Scenario =>
  of(
    `runs that overlap: ${overlap}`,
    schedule(0, 'slow', () => every(2), { overlap, timeout: 10 * second }),
    cancel(7 * second),
  );
const misfired = (misfire: NonNullable<JobInput['misfire']>): Scenario => ({
  ...of(
    `nobody watches: ${JSON.stringify(misfire)}`,
    schedule(0, 'quick', () => every(10), { misfire }),
  ),
  downMs: 130 * second,
  lastsMs: 30 * second,
});

export const scenarios: readonly Scenario[] = [
  of(
    'one run',
    schedule(0, 'quick', (world) => once(world, second)),
  ),
  of(
    'runs without end',
    schedule(0, 'quick', () => every(2)),
  ),
  of(
    'so many runs',
    schedule(0, 'quick', () => every(1, { maxRuns: 3 })),
  ),
  of(
    'runs that are spread',
    schedule(0, 'quick', () => every(2, { jitter: 1_500 })),
  ),
  of(
    'another schedule',
    schedule(0, 'quick', () => every(2)),
    schedule(3 * second, 'quick', () => every(3)),
  ),
  of(
    'another schedule while it runs',
    schedule(0, 'slow', () => every(1), { timeout: 10 * second }),
    schedule(1_500, 'quick', () => every(2)),
  ),
  of(
    'the same again',
    schedule(0, 'quick', () => every(2)),
    schedule(second, 'quick', () => every(2)),
  ),
  of(
    'a request that comes twice',
    schedule(0, 'quick', () => every(2), { idempotencyKey: 'k' }),
    schedule(500, 'quick', () => every(3), { idempotencyKey: 'k' }),
  ),
  of(
    'a pause',
    schedule(0, 'quick', () => every(1)),
    pause(1_500),
    resume(4_500),
  ),
  of(
    'a pause with an end',
    schedule(0, 'quick', () => every(1)),
    [1_500, 'pause a while', (jobs, world) => jobs.toggleJob(jobName, false, { until: new Date(world.now + 2_500) })],
  ),
  of(
    'made disabled',
    schedule(0, 'quick', () => every(1), { enabled: false }),
    resume(2_500),
  ),
  of(
    'a cancelled job',
    schedule(0, 'slow', () => every(1), { overlap: 'bufferOne', timeout: 10 * second }),
    cancel(3_500),
  ),
  of(
    'a deleted job',
    schedule(0, 'quick', () => every(1)),
    remove(2_500),
  ),
  of(
    'deleted while it runs',
    schedule(0, 'slow', () => every(1), { timeout: 10 * second }),
    remove(1_500),
  ),
  of(
    'deleted and made again',
    schedule(0, 'quick', () => every(1)),
    remove(2_300),
    schedule(3 * second, 'quick', () => every(2)),
  ),
  of(
    'deleted, made and deleted again',
    schedule(0, 'quick', () => every(1)),
    remove(1_300),
    schedule(2 * second, 'quick', () => every(1)),
    remove(4_300),
  ),
  of(
    'run by hand',
    schedule(0, 'quick', () => every(60)),
    run(second, 'quick'),
  ),
  of(
    'run by hand while paused',
    schedule(0, 'quick', () => every(60), { enabled: false }),
    run(second, 'quick'),
    resume(3 * second),
  ),
  of(
    'run by hand, several times',
    schedule(0, 'quick', () => every(60), { overlap: 'bufferAll' }),
    run(second, 'slow'),
    run(1_100, 'quick'),
    run(1_200, 'fail'),
  ),
  of(
    'a retry',
    schedule(0, 'flaky', (world) => once(world, second)),
  ),
  of(
    'retries in vain',
    schedule(0, 'fail', (world) => once(world, second), { maxAttempts: 3 }),
  ),
  of(
    'a time-out',
    schedule(0, 'hang', (world) => once(world, second), { timeout: second }),
  ),
  of(
    'a run that is cancelled',
    schedule(0, 'hang', (world) => once(world, second), { timeout: 10 * second }),
    cancelRun(2 * second),
  ),
  of(
    'a retry that is cancelled',
    schedule(0, 'fail', (world) => once(world, second), { backoff: { type: 'constant', delay: 3_000, jitter: 0 } }),
    cancelRun(2_500),
  ),
  overlapping('skip'),
  overlapping('bufferOne'),
  overlapping('bufferAll'),
  overlapping('cancelOther'),
  overlapping('allow'),
  misfired('once'),
  misfired('skip'),
  misfired('all'),
  of(
    'nobody has its handler',
    schedule(0, 'quick', () => every(3), { jobType: 'nobody' }),
  ),
  {
    ...of(
      'old history',
      schedule(0, 'quick', () => every(1), { retention: { executions: 5 } }),
    ),
    lastsMs: 56 * second,
  },
];
