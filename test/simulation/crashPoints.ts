import type { Call } from './network.js';
import { Random } from './random.js';
import type { Scenario } from './scenarios.js';
import { audit } from './simulate.js';
import { type Violation, World } from './world.js';

/** Before a call is sent, when it is done, and when its answer comes. */
export const moments = ['sent', 'done', 'answered'] as const;
export type CrashPoint = { readonly call: number; readonly moment: (typeof moments)[number] };

const second = 1_000;

export type Crashed = {
  readonly calls: number;
  readonly violations: readonly Violation[];
  readonly story: readonly string[];
  readonly hash: string;
};

/** Plays a scenario in which the node dies at these points, one after the other, and is started anew each time. */
export const play = async (scenario: Scenario, nodes: number, points: readonly CrashPoint[], keepStory = false): Promise<Crashed> => {
  const random = new Random(1);
  const left = [...points];
  let calls = 0;
  let counted = 0;
  const numbers = new WeakMap<Call, number>();
  const world = new World({
    random,
    nodes,
    exclusive: nodes === 1,
    concurrency: 50,
    latencyMs: 0,
    fortune: () => 'well',
    restartMs: () => 300,
    keepStory,
    onCall: (of, call, stage) => {
      if (stage === 'sent') numbers.set(call, ++calls);
      const [next] = left;
      if (!next || stage !== next.moment || numbers.get(call) !== next.call) return;
      left.shift();
      of.tell(`${call.from.name} dies at ${call.name}: ${stage}`);
      // The second point is counted from here.
      calls = 0;
      const site = of.sites.find(({ machine }) => machine === call.from);
      if (site) of.crash(site);
    },
  });
  const onUnhandled = (error: unknown): void => world.report('C3', `nobody handles: ${error instanceof Error ? error.stack : error}`);
  process.on('unhandledRejection', onUnhandled);
  try {
    for (const site of world.sites) world.start(site);
    // A node that shares its store first makes itself known.
    await world.passes(nodes === 1 ? 100 : 3_000);
    for (const [atMs, what, ask] of scenario.steps)
      world.kernel.post(atMs, what, () => {
        const [site] = world.sites.filter(({ runtime }) => runtime);
        if (site) world.ask(site, what, (jobs) => ask(jobs, world), 'acme', 'report');
      });
    await world.passes(scenario.lastsMs);
    if (scenario.downMs) await absence(world, scenario.downMs);
    await world.passes(nodes === 1 ? 8 * second : 15 * second);
    left.length = 0;
    counted = calls;
    // Where nodes share the work, the others first have to notice.
    await world.passes(nodes === 1 ? 5 * second : 30 * second);
    await audit(world, 8 * second, nodes === 1);
  } finally {
    process.off('unhandledRejection', onUnhandled);
    world.supervised = false;
    for (const site of world.sites) site.machine?.crash();
  }
  return { calls: counted, violations: world.violations, story: world.story, hash: world.kernel.hash() };
};

const absence = async (world: World, ms: number): Promise<void> => {
  world.supervised = false;
  for (const site of world.sites) world.crash(site);
  await world.passes(ms);
  world.supervised = true;
  for (const site of world.sites) world.start(site);
};
