import { verify } from '../../src/application/audit/verify.js';
import { blankRow } from '../../src/application/projections/project.js';
import { replay } from '../../src/application/projections/replay.js';
import { instant } from '../../src/domain/instant.js';
import type { Room } from './logCheck.js';
import { begin } from './machine.js';
import { type Fate, fates } from './network.js';
import { Random } from './random.js';
import { askSomething } from './workload.js';
import { type Violation, World, type WorldOptions } from './world.js';

export type Outcome = {
  readonly seed: number;
  readonly hash: string;
  readonly violations: readonly Violation[];
  readonly story: readonly string[];
  readonly figures: { readonly steps: number; readonly commits: number; readonly runs: number; readonly crashes: number };
};

/** What goes wrong in a world, and how often. */
type Weather = {
  /** Probability of each fate but `well`. */
  readonly fates: Partial<Record<Fate, number>>;
  /** Mean time between them, in milliseconds of all nodes together; infinite where it does not happen. */
  readonly crashMs: number;
  readonly pauseMs: number;
  readonly jumpMs: number;
  readonly cutMs: number;
  readonly brokerLossMs: number;
};

const never = Number.POSITIVE_INFINITY;
const second = 1_000;

const weatherOf = (random: Random, exclusive: boolean): Weather => {
  const some = (likely: number, from: number, to: number): number => (random.chance(likely) ? random.between(from, to) * second : never);
  const rate = random.pick([0, 0.002, 0.01, 0.05]);
  // A store inside the process does not forget half-way: what it was asked is done before the process is gone, or never.
  const possible = exclusive ? (['refused', 'failed', 'partly'] as const) : fates.filter((fate) => fate !== 'well');
  const common = possible.filter(() => random.chance(0.6));
  return {
    fates: Object.fromEntries(common.map((fate) => [fate, rate / Math.max(1, common.length)])),
    crashMs: some(0.7, 20, 120),
    pauseMs: some(exclusive ? 0.2 : 0.5, 30, 120),
    jumpMs: some(0.3, 60, 200),
    cutMs: some(exclusive ? 0 : 0.4, 40, 120),
    brokerLossMs: some(0.3, 40, 120),
  };
};

const stormMs = 150 * second;
const calmMs = 65 * second;
const clientEveryMs = 1_500;
/** So long after everything is well again, nothing may be late any more. */
const settledMs = 20 * second;
const jobs = 8;

export type Given = { readonly keepStory?: boolean } & Pick<WorldOptions, 'logOf' | 'onCall'>;

/** One world from its beginning to its end, decided by its seed: a storm, a calm, and an audit. */
export const simulate = async (seed: number, given: Given = {}): Promise<Outcome> => {
  const random = new Random(seed);
  const exclusive = random.chance(0.25);
  const weather = weatherOf(random, exclusive);
  let calm = false;
  const cutOff = new Set<string>();
  const world = new World({
    random,
    exclusive,
    nodes: exclusive ? 1 : random.between(2, 4),
    concurrency: random.pick([1, 2, 5, 50]),
    latencyMs: exclusive ? 0 : random.pick([0, 2, 20]),
    handlersOf: (index) => (index === 0 ? ['rare'] : []),
    restartMs: () => random.between(1, 20) * second,
    fortune: ({ from, name }) => {
      if (calm) return 'well';
      if (cutOff.has(from.name) && !name.startsWith('broker')) return random.chance(0.5) ? 'lostRequest' : 'lostReply';
      let left = random.fraction();
      for (const [fate, probability] of Object.entries(weather.fates)) {
        left -= probability;
        if (left < 0) return fate as Fate;
      }
      return 'well';
    },
    ...given,
  });
  let crashes = 0;

  const onUnhandled = (error: unknown): void => world.report('C3', `nobody handles: ${error instanceof Error ? error.stack : error}`);
  process.on('unhandledRejection', onUnhandled);
  const every = (meanMs: number, act: () => void): void => {
    if (meanMs === never) return;
    world.kernel.post(random.wait(meanMs), 'weather', () => {
      if (calm) return;
      act();
      every(meanMs, act);
    });
  };
  const living = () => world.sites.filter((site) => site.machine?.isAlive);

  for (const site of world.sites) world.kernel.post(random.between(0, 500), 'power', () => world.start(site));
  every(clientEveryMs, () => askSomething(random, world, jobs));
  every(weather.crashMs, () => {
    const [site] = living().length > 0 ? [random.pick(living())] : [];
    if (!site) return;
    crashes++;
    world.crash(site);
  });
  every(weather.pauseMs, () => {
    const [site] = living().length > 0 ? [random.pick(living())] : [];
    const machine = site?.machine;
    if (!machine || machine.isPaused) return;
    world.tell(`${machine.name} is stopped by a signal`);
    machine.pause();
    world.kernel.post(random.pick([500, 5_000, 20_000, 40_000]), 'continue', () => {
      world.tell(`${machine.name} goes on`);
      machine.resume();
    });
  });
  every(weather.jumpMs, () => {
    const site = random.pick(world.sites);
    const jump = random.pick([-3_600, -30, -1, 1, 30, 3_600, 86_400]) * second;
    world.tell(`the wall clock of ${site.machine?.name} jumps by ${jump} ms`);
    site.skewMs += jump;
    if (Math.abs(jump) > 60 * second)
      world.kernel.post(random.between(5, 20) * second, 'clock set right', () => {
        world.tell(`the wall clock of ${site.machine?.name} is set right`);
        site.skewMs = 0;
      });
  });
  every(weather.cutMs, () => {
    const { machine } = random.pick(world.sites);
    if (!machine) return;
    world.tell(`${machine.name} is cut off`);
    cutOff.add(machine.name);
    world.kernel.post(random.pick([2_000, 10_000, 30_000]), 'mend', () => {
      world.tell(`${machine.name} is reached again`);
      cutOff.delete(machine.name);
    });
  });
  every(weather.brokerLossMs, () => {
    const { length } = world.shared.publisher.messages(0);
    const last = world.shared.publisher.messages(0)[length - 1 - random.between(0, 20)];
    if (!last) return;
    world.tell(`the broker loses what came after ${last.streamSequence}`);
    world.shared.publisher.loseAfter(0, last.streamSequence);
  });

  try {
    await world.passes(stormMs);
    calm = true;
    world.tell('calm');
    for (const site of world.sites) {
      site.skewMs = 0;
      site.machine?.resume();
    }
    await world.passes(calmMs);
    await audit(world, settledMs, exclusive);
  } finally {
    process.off('unhandledRejection', onUnhandled);
    await disposed(world);
  }
  const { steps } = world.kernel;
  const figures = { steps, commits: world.log.commits.length, runs: world.witness.runs, crashes };
  return { seed, hash: world.kernel.hash(), violations: world.violations, story: world.story, figures };
};

/** What is left over never comes back. */
const disposed = async (world: World): Promise<void> => {
  world.supervised = false;
  for (const site of world.sites) site.machine?.crash();
};

/** Nothing is late, everything is published, the read models are what the log says, and a stop loses nothing. */
export const audit = async (world: World, settled: number, exclusive: boolean): Promise<void> => {
  for (const site of world.sites) if (!site.runtime) world.report('I18', `node ${site.index} does not run`);
  const roomFor = (jobType: string): Room => {
    const able = world.sites.filter(({ index }) => world.handlersAt(index).includes(jobType)).flatMap(({ machine }) => machine ?? []);
    if (able.length === 0) return 'noHandler';
    return able.some(({ name }) => world.witness.hadRoomSince(world.kernel.now - settled, name)) ? 'some' : 'none';
  };
  world.log.checkLiveness(world.now, settled, roomFor);
  world.supervised = false;
  let stopped = 0;
  for (const site of world.sites) {
    if (!site.runtime) continue;
    world.stop(site, 0).then(
      () => stopped++,
      (error) => world.report('I18', `a stop failed: ${error instanceof Error ? error.stack : error}`),
    );
  }
  const running = world.sites.filter(({ runtime }) => runtime).length;
  await world.passes(40 * second);
  if (stopped !== running) world.report('I18', `${running - stopped} of ${running} nodes do not stop`);
  // Nodes that stop together leave the last words of each other to the next start.
  if (!exclusive) await oneComesBack(world);
  world.checkAppends();
  await world.checkPublished();
  await checkReadModels(world);
};

const oneComesBack = async (world: World): Promise<void> => {
  const [site] = world.sites;
  if (!site) return;
  world.start(site);
  // Longer than a lease: a duty that was being granted while its node stopped is free again only then.
  await world.passes(20 * second);
  if (!site.runtime) return world.report('I18', 'a node that has stopped does not start again');
  await Promise.all([world.stop(site, 0), world.passes(20 * second)]);
};

/** Read models equal a replay of the log. */
const checkReadModels = async (world: World): Promise<void> => {
  const { shared } = world;
  const { store, feed } = shared.log;
  const projector = { saved: async () => undefined };
  const { calendar } = world.timetable;
  const clock = { now: () => instant(world.now) };
  const verified = await verify({ store, feed, readModels: shared.readModels, projector: projector as never, calendar, clock });
  for (const { kind, where, detail } of verified.problems)
    world.report(kind === 'occurrence' ? 'I6' : 'I17', `${kind} ${where}: ${detail}`);
  const streams = await store.streams(null, Number.MAX_SAFE_INTEGER);
  const rows = await shared.readModels.jobs(streams);
  for (const stream of streams) {
    const replayed = replay(blankRow(stream, instant(begin)), await store.read(stream, 0)).row;
    const row = rows.get(stream);
    const commits = await store.read(stream, 0);
    const deletion = commits.findLastIndex((commit) => commit.events.some(({ type }) => type === 'JobDeleted'));
    for (const { version, events } of commits.slice(0, Math.max(0, deletion)))
      if (events.length > 0) world.report('I23', `${stream} v${version} is there although the job was deleted`);
    if (row?.version !== replayed.version)
      world.report('I17', `the row of ${stream} is at v${row?.version}, its log at v${replayed.version}`);
  }
};
