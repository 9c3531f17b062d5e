import { barrier } from '../../src/adapters/mongo/log/barrier.js';
import { knowledge, type LogContext } from '../../src/adapters/mongo/log/context.js';
import { eventStore } from '../../src/adapters/mongo/log/eventStore.js';
import { eventFeed } from '../../src/adapters/mongo/log/feed.js';
import { noLog } from '../../src/adapters/pino/noLog.js';
import { StoreUnavailable } from '../../src/application/ports/eventStore.js';
import { Client, DocumentServer } from './documentServer.js';
import { Kernel } from './kernel.js';
import { Machine } from './machine.js';
import { Random } from './random.js';
import type { Outcome } from './simulate.js';
import type { SharedLog } from './storage.js';
import type { Violation } from './world.js';

const streams = ['acme/a', 'acme/b', 'beta/c', 'beta/d'];

type Place = { readonly version: number; readonly position: number };
type Told = 'unknown' | 'conflict' | Place;

type Stored = {
  readonly _id: string;
  readonly s: string;
  readonly v: number;
  readonly n: number;
  readonly pv: string | null;
  readonly d: string;
  readonly red?: 1;
};

/** The log as one process has it: the algorithm as it is, over the simulated server. */
const logOver = async (client: Client, machine: Machine): Promise<SharedLog> => {
  const connection = client.connection();
  const context = {
    connection,
    commits: client.commits(),
    barrier: await barrier(connection as never),
    partitions: 1,
    known: knowledge(1),
    node: machine.name,
    ids: machine.ids,
    clock: machine.clock,
    background: machine.background,
    log: noLog,
  } as unknown as LogContext;
  const { store } = eventStore(context, 400);
  return { store, feed: eventFeed(context) };
};

/** Writers that race for the same streams, readers that follow, and a server that has bad times; decided by the seed. */
export const simulateStore = async (seed: number, { keepStory = false } = {}): Promise<Outcome> => {
  const random = new Random(seed);
  const kernel = new Kernel(random);
  const story: string[] = [];
  const violations: Violation[] = [];
  const tell = (line: string): void => {
    kernel.note(line);
    if (keepStory) story.push(`${String(kernel.now).padStart(8)}  ${line}`);
  };
  const report = (invariant: string, what: string): void => {
    if (violations.length < 20) violations.push({ invariant, what, at: kernel.now });
    tell(`VIOLATION ${invariant} ${what}`);
  };
  const standalone = random.chance(0.25);
  const server = new DocumentServer(kernel, random, {
    standalone,
    namesIndex: random.chance(0.7),
    ambiguity: random.pick([0, 0.1, 0.25]),
    failover: random.pick([0, 0.01, 0.03]),
    rounds: 6,
  });
  const told = new Map<string, Told>();
  const delivered: { readonly node: string; readonly commits: string[] }[] = [];
  const processes: { readonly client: Client; readonly machine: Machine }[] = [];
  let lives = 0;
  let crashes = 0;

  const connect = async (): Promise<{ readonly log: SharedLog; readonly machine: Machine }> => {
    const machine = new Machine(`n${++lives}`, kernel, () => 0);
    const client = new Client(server, kernel, random);
    processes.push({ client, machine });
    for (;;) {
      try {
        return { log: await logOver(client, machine), machine };
      } catch {
        await sleep(machine, 20);
      }
    }
  };
  const sleep = (machine: Machine, ms: number): Promise<void> => new Promise((resolve) => void machine.after(ms, resolve));

  const writes = async (appends: number): Promise<void> => {
    const { log, machine } = await connect();
    let n = 0;
    const append = async (stream: string): Promise<void> => {
      const commitId = `${machine.name}-c${++n}`;
      try {
        const expectedVersion = (await log.store.read(stream, 0)).length;
        const request = {
          stream,
          expectedVersion,
          commitId,
          at: machine.clock.now(),
          events: [{ type: 'JobCancelled', note: commitId }],
        } as const;
        told.set(commitId, 'unknown');
        for (let tries = random.between(1, 3); tries > 0; tries--) {
          try {
            const result = await log.store.append(request);
            tell(`${commitId} at ${stream} v${expectedVersion + 1}: ${result.outcome}`);
            told.set(commitId, result.outcome === 'conflict' ? 'conflict' : { version: result.version, position: result.position });
            return;
          } catch (error) {
            if (!(error instanceof StoreUnavailable)) throw error;
            tell(`${commitId} at ${stream} v${expectedVersion + 1}: ${error.message}`);
          }
        }
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) report('C3', `${commitId}: ${error instanceof Error ? error.stack : error}`);
      }
    };
    for (let left = appends; left > 0; ) {
      const group = Array.from({ length: random.between(1, 3) }, () => random.pick(streams));
      left -= group.length;
      await Promise.all(group.map(append));
      if (random.chance(0.1)) await log.store.redact(random.pick(streams), random.between(1, 4)).catch(() => undefined);
      if (random.chance(0.3)) await sleep(machine, random.between(1, 40));
    }
  };

  let isOver = false;
  const reads = async (): Promise<void> => {
    const { log, machine } = await connect();
    const commits: string[] = [];
    delivered.push({ node: machine.name, commits });
    for (let at = 0; !isOver; ) {
      try {
        const found = await log.feed.after(0, at, random.between(1, 50));
        for (const { commitId, position } of found) {
          if (position !== at + 1) report('I1', `${machine.name} reads ${position} after ${at}`);
          commits.push(`${commitId}@${position}`);
          at = position;
        }
        if (found.length === 0) await sleep(machine, 20);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) report('C3', `reading: ${error instanceof Error ? error.stack : error}`);
        await sleep(machine, 20);
      }
    }
  };

  const ticks = (): void =>
    void kernel.post(random.between(1, 6), 'tick', () => {
      server.tick();
      ticks();
    });
  ticks();
  const writers = random.between(2, 4);
  for (let i = 0; i < writers; i++) void writes(random.between(4, 10));
  void reads();
  if (random.chance(0.5)) void reads();
  if (random.chance(0.4))
    kernel.post(random.between(20, 400), 'crash', () => {
      const { client, machine } = random.pick(processes);
      tell(`${machine.name} dies`);
      crashes++;
      client.isAlive = false;
      machine.crash();
      void writes(3);
      // Holes are filled by those who read: without any they would stay.
      if (delivered.some(({ node }) => node === machine.name)) void reads();
    });
  const onUnhandled = (error: unknown): void => report('C3', `nobody handles: ${error instanceof Error ? error.stack : error}`);
  process.on('unhandledRejection', onUnhandled);
  try {
    await kernel.runUntil(1_500, () => undefined);
    server.isCalm = true;
    tell('calm');
    await kernel.runUntil(4_000, () => undefined);
    isOver = true;
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
  const log = server.documents().filter(({ _id }) => _id !== 'barrier') as unknown as readonly Stored[];
  checkLog(
    log.toSorted((a, b) => a.n - b.n),
    report,
  );
  checkAnswers(log, told, report);
  const final = log.toSorted((a, b) => a.n - b.n).map(({ _id, n }) => `${_id}@${n}`);
  for (const { node, commits } of delivered) {
    if (processes.find(({ machine }) => machine.name === node)?.machine.isAlive === false) continue;
    const wrong = commits.findIndex((commit, i) => commit !== final[i]);
    if (wrong >= 0) report('I1', `${node} was given ${commits[wrong]}, and the log has ${final[wrong]}`);
    else if (commits.length < final.length) report('I16', `${node} has read ${commits.length} of ${final.length} commits`);
  }
  return {
    seed,
    hash: kernel.hash(),
    violations,
    story,
    figures: { steps: kernel.steps, commits: log.length, runs: told.size, crashes: crashes + server.figures.failovers },
  };
};

type Reporting = (invariant: string, what: string) => void;

const checkLog = (log: readonly Stored[], report: Reporting): void => {
  const heads = new Map<string, Stored>();
  for (const [i, commit] of log.entries()) {
    if (commit.n !== i + 1) report('I1', `position ${commit.n} is at place ${i + 1}`);
    if (commit.s.startsWith('$fill')) continue;
    const head = heads.get(commit.s);
    if (commit.v !== (head?.v ?? 0) + 1) report('I1', `${commit.s} v${commit.v} comes after v${head?.v ?? 0}`);
    if (commit.pv !== (head?._id ?? null)) report('I1', `${commit._id} builds on ${commit.pv}, and ${head?._id} is before it`);
    if (commit.red === undefined && !commit.d.includes(commit._id)) report('I3', `${commit._id} holds ${commit.d}`);
    heads.set(commit.s, commit);
  }
};

const checkAnswers = (log: readonly Stored[], told: ReadonlyMap<string, Told>, report: Reporting): void => {
  const byId = new Map(log.map((commit) => [commit._id, commit]));
  for (const [id, outcome] of told) {
    const commit = byId.get(id);
    if (outcome === 'unknown') continue;
    if (outcome === 'conflict') {
      if (commit) report('I2', `${id} was called a conflict and is in the log`);
    } else if (!commit) report('I2', `${id} was acknowledged and is not in the log`);
    else if (commit.v !== outcome.version || commit.n !== outcome.position) report('I2', `${id} was said to be elsewhere`);
  }
};
