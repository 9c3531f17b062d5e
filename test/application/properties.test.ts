import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HandlerRef } from '../../src/application/ports/runner.js';
import type { Storage } from '../../src/application/ports/storage.js';
import { type HandlerContext, type JobInput, NonRetryableError, RetryAfterError, SchedulerError } from '../../src/bootstrap/index.js';
import { openNode, sharedMemory } from './node.js';
import { begin, minute, untilAborted } from './opened.js';

// Whatever is asked of a scheduler, in whatever order: its log is intact, and its read models are those that a replay makes.

type Node = Awaited<ReturnType<typeof openNode>>;
type World = { node: Node; readonly storage: Storage; restarts: number };
type Step = { readonly name: string; readonly run: (world: World) => Promise<unknown> };

const handler: HandlerRef = (parameters: { readonly does: string }, context: HandlerContext) => {
  context.log.info(parameters.does);
  switch (parameters.does) {
    case 'fail':
      throw new Error('on purpose');
    case 'give up':
      throw new NonRetryableError('for good');
    case 'snooze':
      throw new RetryAfterError(2 * minute);
    case 'hang':
      return untilAborted(parameters, context);
    case 'ignore':
      return new Promise(() => undefined);
    default:
      return { did: parameters.does };
  }
};

const organizations = ['acme', 'beta'] as const;
const organization = fc.constantFrom(...organizations);
const jobName = fc.constantFrom('a', 'b');
const does = fc.constantFrom('work', 'work', 'work', 'fail', 'give up', 'snooze', 'hang', 'ignore');
const jobOf = (name: string, given: object): JobInput =>
  ({ jobName: name, jobType: 'task', schedule: { type: 'once', runAt: begin }, ...given }) as JobInput;

const schedule = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map((value) => ({ type: 'recurring', interval: { value, unit: 'minutes' } })),
  fc
    .record({ maxRuns: fc.integer({ min: 1, max: 4 }), jitter: fc.constantFrom(1_000, 30_000) })
    .map((bounds) => ({ type: 'recurring', cronExpression: '* * * * *', ...bounds })),
  fc.integer({ min: 0, max: 20 }).map((n) => ({ type: 'once', runAt: new Date(begin.getTime() + n * minute) })),
);
const definition = fc.record({
  schedule,
  parameters: does.map((what) => ({ does: what })),
  overlap: fc.constantFrom('skip', 'bufferOne', 'bufferAll', 'cancelOther', 'allow'),
  misfire: fc.constantFrom('once', 'skip', 'all'),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  timeout: fc.constantFrom(30_000, 10 * minute),
  jobType: fc.constantFrom('task', 'task', 'task', 'nobody'),
  retention: fc.constantFrom({ executions: 3 }, { executions: 1_000 }, false),
  enabled: fc.constantFrom(undefined, undefined, true, false),
});

const asking = (name: string, ask: (world: World) => Promise<unknown>): Step => ({ name, run: ask });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(organization, jobName, definition)
      .map(([org, name, given]) =>
        asking(`schedule ${org}/${name} ${JSON.stringify(given)}`, ({ node }) => node.runtime.jobs(org).scheduleJob(jobOf(name, given))),
      ),
  },
  {
    weight: 6,
    arbitrary: fc.integer({ min: 0, max: 5 * minute }).map((ms) => asking(`${ms} ms pass`, ({ node }) => node.clock.advance(ms))),
  },
  { weight: 1, arbitrary: fc.constant(asking('an hour passes', ({ node }) => node.clock.advance(60 * minute))) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(organization, jobName, does)
      .map(([org, name, what]) =>
        asking(`run ${org}/${name}: ${what}`, ({ node }) => node.runtime.jobs(org).runNow(name, { does: what }, { wait: false })),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(organization, jobName, fc.boolean())
      .map(([org, name, on]) => asking(`toggle ${org}/${name} ${on}`, ({ node }) => node.runtime.jobs(org).toggleJob(name, on))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(organization, jobName)
      .map(([org, name]) => asking(`cancel ${org}/${name}`, ({ node }) => node.runtime.jobs(org).cancelJob(name))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(organization, jobName)
      .map(([org, name]) => asking(`delete ${org}/${name}`, ({ node }) => node.runtime.jobs(org).deleteJob(name))),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(organization, jobName).map(([org, name]) =>
      asking(`cancel a run of ${org}/${name}`, async ({ node }) => {
        const jobs = node.runtime.jobs(org);
        const [active] = (await jobs.getJob(name)).activeExecutions;
        if (!active) return;
        const cancelled = jobs.cancelExecution(active.executionId);
        await node.clock.advance(6_000);
        await cancelled;
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 20 * minute }).map((ms) =>
      asking(`down for ${ms} ms`, async (world) => {
        await world.node.runtime.stop(0);
        await world.node.clock.advance(ms);
        world.node = await started(world.storage, world.node.clock, `n${++world.restarts}`);
      }),
    ),
  },
);
const together = fc.array(step, { minLength: 1, maxLength: 3 });
const script = fc.array(fc.oneof({ weight: 5, arbitrary: step.map((s) => [s]) }, { weight: 1, arbitrary: together }), {
  minLength: 1,
  maxLength: 25,
  size: 'max',
});

const started = async (storage: Storage, clock?: Node['clock'], node = 'n0'): Promise<Node> => {
  const opened = await openNode({ storage, node, handlersByName: { task: handler }, ...(clock && { clock }) });
  await opened.runtime.start();
  return opened;
};

/** Plays the steps, those of one list at the same time; what is refused is refused. */
const play = async (steps: readonly (readonly Step[])[], storage: Storage): Promise<World> => {
  const world: World = { storage, node: await started(storage), restarts: 0 };
  for (const atOnce of steps) {
    const restarts = atOnce.some(({ name }) => name.startsWith('down'));
    const run = ({ run: ask }: Step) =>
      ask(world).catch((error) => {
        if (!(error instanceof SchedulerError)) throw error;
      });
    if (restarts) for (const one of atOnce) await run(one);
    else await Promise.all(atOnce.map(run));
  }
  await world.node.runtime.stop(0);
  return world;
};

/** Everything that the read models hold, run records aside. */
const everything = async ({ store, readModels }: Storage) => {
  const streams = await store.streams(null, 100);
  const rows = await readModels.jobs(streams);
  const histories = await Promise.all(streams.map((stream) => readModels.history(stream, 10_000)));
  return JSON.parse(JSON.stringify({ rows: [...rows], histories, checkpoint: await readModels.checkpoint(0) }));
};

const isSound = async (steps: readonly (readonly Step[])[], storage: Storage): Promise<void> => {
  const { node } = await play(steps, storage);
  const { runtime } = await openNode({ storage, node: 'auditor', clock: node.clock });
  const verified = await runtime.verify();
  expect(verified.problems).toEqual([]);
  expect(verified.ok).toBe(true);
  const before = await everything(storage);
  await runtime.rebuild();
  expect(await everything(storage)).toEqual(before);
};

describe('after any calls', () => {
  const options = { numRuns: 40, seed: 20260302 };

  it('the log is intact, and read models equal a replay of it', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (steps) => isSound(steps, sharedMemory())),
      options,
    );
  }, 60_000);

  it.each<readonly [string, (storage: Storage) => Storage]>([
    [
      'history entries get lost',
      (storage) => ({
        ...storage,
        readModels: {
          ...storage.readModels,
          save: (changes) => storage.readModels.save({ ...changes, executions: changes.executions.filter((e) => e.status !== 'failed') }),
        },
      }),
    ],
    [
      'rows are saved with another count',
      (storage) => ({
        ...storage,
        readModels: {
          ...storage.readModels,
          save: (changes) =>
            storage.readModels.save({
              ...changes,
              jobs: changes.jobs.map((row) => ({ ...row, stats: { ...row.stats, completed: row.stats.completed + 1 } })),
            }),
        },
      }),
    ],
  ])('which would be noticed where %s', async (_, damage) => {
    const noticed = await fc.check(
      fc.asyncProperty(script, async (steps) => {
        const { node } = await play(steps, damage(sharedMemory()));
        expect((await node.runtime.verify()).ok).toBe(true);
      }),
      { ...options, endOnFailure: true },
    );
    expect(noticed.failed).toBe(true);
  });
});

it('a script has executions in it, or all this would prove nothing', async () => {
  const storage = sharedMemory();
  const samples = fc.sample(script, { numRuns: 5, seed: 20260302 });
  let executions = 0;
  for (const steps of samples) {
    const { node } = await play(steps, storage);
    executions += (await node.runtime.verify()).executions;
  }
  expect(executions).toBeGreaterThan(20);
});
