import { parseArgs } from 'node:util';
import { moments, play } from './crashPoints.js';
import { scenarios } from './scenarios.js';
import { simulate } from './simulate.js';
import { simulateStore } from './simulateStore.js';

// `npm run simulate -- --seed N` tells what happens in one world; `--from N --seeds M` looks at many, `--first` up to the first that
// breaks a rule. With `--store` it is the log on MongoDB alone.

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '100' },
    store: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
    crashes: { type: 'boolean', default: false },
    scenario: { type: 'string' },
    nodes: { type: 'string', default: '1' },
    point: { type: 'string' },
    step: { type: 'string', default: '1' },
    hashes: { type: 'boolean', default: false },
  },
});

const world = values.store ? simulateStore : simulate;

const one = async (seed: number): Promise<void> => {
  const { story, violations, hash, figures } = await world(seed, { keepStory: true });
  for (const line of story) console.log(line);
  console.log(`seed ${seed}, trace ${hash}, ${JSON.stringify(figures)}`);
  for (const { invariant, what, at } of violations) console.log(`${invariant} is broken at ${at} ms: ${what}`);
  process.exitCode = violations.length > 0 ? 1 : 0;
};

const many = async (from: number, seeds: number): Promise<void> => {
  const totals = { seeds: 0, broken: 0, steps: 0, commits: 0, runs: 0, crashes: 0 };
  for (let seed = from; seed < from + seeds; seed++) {
    const { violations, figures, hash } = await world(seed);
    if (values.hashes) console.log(`seed ${seed}, trace ${hash}`);
    totals.seeds++;
    totals.steps += figures.steps;
    totals.commits += figures.commits;
    totals.runs += figures.runs;
    totals.crashes += figures.crashes;
    const [first] = violations;
    if (!first) continue;
    totals.broken++;
    console.log(`seed ${seed}: ${first.invariant} is broken at ${first.at} ms: ${first.what}`);
    if (values.first) break;
  }
  console.log(JSON.stringify(totals));
  process.exitCode = totals.broken > 0 ? 1 : 0;
};

/** Every call of every scenario, or every n-th. */
const crashes = async (step: number): Promise<void> => {
  const totals = { scenarios: 0, points: 0, broken: 0 };
  for (const scenario of scenarios) {
    if (values.scenario !== undefined && scenario.name !== values.scenario) continue;
    const nodes = Number(values.nodes);
    const points = values.point ? [values.point] : [];
    const { calls, violations } = await play(scenario, nodes, []);
    for (const { invariant, what } of violations) console.log(`${scenario.name} without a crash of call 0: ${invariant} ${what}`);
    totals.scenarios++;
    for (let call = 1 + (totals.scenarios % step); call <= calls; call += step)
      for (const moment of moments) {
        if (points.length > 0 && !points.includes(`${call}${moment}`)) continue;
        const crashed = await play(scenario, nodes, [{ call, moment }], points.length > 0);
        totals.points++;
        for (const line of crashed.story) console.log(line);
        const [first] = crashed.violations;
        if (!first) continue;
        totals.broken++;
        console.log(`${scenario.name}, ${moment} of call ${call}: ${first.invariant} is broken at ${first.at} ms: ${first.what}`);
        if (values.first) {
          process.exitCode = 1;
          return;
        }
      }
  }
  console.log(JSON.stringify(totals));
  process.exitCode = totals.broken > 0 ? 1 : 0;
};

if (values.crashes) await crashes(Number(values.step));
else if (values.seed !== undefined) await one(Number(values.seed));
else await many(Number(values.from), Number(values.seeds));
