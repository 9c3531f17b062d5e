import { fork } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { moments, play } from './crashPoints.js';
import { huntAll } from './hunt.js';
import { scenarios } from './scenarios.js';
import { simulate } from './simulate.js';
import { simulateStore } from './simulateStore.js';

// `npm run proof`: ten times what the tests look at, every crash point, every planted fault. What is done is kept in a file, so that a
// proof that was broken off, or was given `--minutes`, goes on where it was: `--state DIRECTORY`, else one of the system's for temporary
// files. What it holds is of one state of the sources: after a change begin with `--again`.

const { values } = parseArgs({
  options: {
    state: { type: 'string', default: path.join(tmpdir(), 'nexus-scheduler-proof') },
    system: { type: 'string', default: '3000' },
    store: { type: 'string', default: '20000' },
    minutes: { type: 'string' },
    processes: { type: 'string', default: '2' },
    again: { type: 'boolean', default: false },
  },
});

type Part =
  | { readonly kind: 'system' | 'store'; readonly from: number; readonly seeds: number }
  | { readonly kind: 'crashes'; readonly scenario: number };
type Result = { readonly tried: number; readonly steps: number; readonly broken: readonly string[]; readonly seconds: number };
type State = { readonly done: { [part: string]: Result } };

const nameOf = (part: Part): string => (part.kind === 'crashes' ? `crashes ${part.scenario}` : `${part.kind} ${part.from} ${part.seeds}`);

const doPart = async (part: Part): Promise<Omit<Result, 'seconds'>> => {
  const broken: string[] = [];
  let tried = 0;
  let steps = 0;
  if (part.kind === 'crashes') {
    const scenario = scenarios[part.scenario];
    if (!scenario) return { tried, steps, broken };
    const { calls } = await play(scenario, 1, []);
    for (let call = 1; call <= calls; call++)
      for (const moment of moments) {
        const [first] = (await play(scenario, 1, [{ call, moment }])).violations;
        if (first) broken.push(`${scenario.name}, ${moment} of call ${call}: ${first.invariant} ${first.what}`);
        tried++;
      }
    return { tried, steps, broken };
  }
  const world = part.kind === 'store' ? simulateStore : simulate;
  for (let seed = part.from; seed < part.from + part.seeds; seed++) {
    const { violations, figures } = await world(seed);
    const [first] = violations;
    if (first) broken.push(`seed ${seed}: ${first.invariant} at ${first.at} ms: ${first.what}`);
    tried++;
    steps += figures.steps;
  }
  return { tried, steps, broken };
};

const chunk = { system: 25, store: 250 } as const;
const chunksOf = (kind: 'system' | 'store', seeds: number): readonly Part[] =>
  Array.from({ length: Math.ceil(seeds / chunk[kind]) }, (_, i) => ({ kind, from: 1 + i * chunk[kind], seeds: chunk[kind] }));

/** Some of each kind all the time, so that a proof that is broken off says something of all. */
const mixed = (...kinds: readonly (readonly Part[])[]): readonly Part[] =>
  kinds
    .flatMap((parts) => parts.map((part, i) => ({ part, share: i / parts.length })))
    .sort((a, b) => a.share - b.share)
    .map(({ part }) => part);

const parts = mixed(
  chunksOf('system', Number(values.system)),
  scenarios.map((_, scenario) => ({ kind: 'crashes' as const, scenario })),
  chunksOf('store', Number(values.store)),
);

const stateFile = path.join(values.state, 'state.json');
const load = (): State => {
  if (values.again) return { done: {} };
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8')) as State;
  } catch {
    return { done: {} };
  }
};

/** One part in a process of its own. */
const inProcess = (part: Part): Promise<Result> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = fork(fileURLToPath(import.meta.url), [], { env: { ...process.env, PROOF_PART: JSON.stringify(part) } });
    child.once('message', (result) =>
      resolve({ ...(result as Omit<Result, 'seconds'>), seconds: (performance.now() - startedAt) / 1_000 }),
    );
    child.once('exit', (code) => code !== 0 && reject(new Error(`${nameOf(part)} ended with ${code}`)));
  });

const proveAll = async (): Promise<void> => {
  mkdirSync(values.state, { recursive: true });
  const state = load();
  const left = parts.filter((part) => !state.done[nameOf(part)]);
  const endMs = performance.now() + Number(values.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  const next = (): Part | undefined => (performance.now() < endMs ? left.shift() : undefined);
  const work = async (): Promise<void> => {
    for (let part = next(); part; part = next()) {
      const result = await inProcess(part);
      state.done[nameOf(part)] = result;
      writeFileSync(stateFile, JSON.stringify(state));
      for (const line of result.broken) console.log(`BROKEN ${line}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.processes) }, work));
  for (const kind of ['system', 'store', 'crashes']) {
    const results = Object.entries(state.done).filter(([name]) => name.startsWith(kind));
    const sum = (of: (result: Result) => number): number => results.reduce((n, [, result]) => n + of(result), 0);
    const broken = sum((result) => result.broken.length);
    console.log(
      `${kind}: ${sum(({ tried }) => tried)} tried, ${sum(({ steps }) => steps)} steps, ${broken} broken, ${Math.round(sum(({ seconds }) => seconds))} s`,
    );
    if (broken > 0) process.exitCode = 1;
  }
  if (left.length > 0) return console.log(`${left.length} of ${parts.length} parts are left, and the planted faults`);
  const build = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
  const hunted = await huntAll(build, 300, Number(values.processes), ({ name, noticed }) =>
    console.log(`${noticed ? 'noticed' : 'NOT NOTICED'}: ${name}: ${noticed ?? ''}`),
  );
  if (hunted.some(({ noticed }) => noticed === null)) process.exitCode = 1;
};

const part = process.env.PROOF_PART;
if (part === undefined) await proveAll();
else {
  const result = await doPart(JSON.parse(part) as Part);
  process.send?.(result, () => process.disconnect());
}
