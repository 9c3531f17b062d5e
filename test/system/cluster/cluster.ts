import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import type { JobInput, PublishedEvent } from '../../../src/application/api/types.js';
import { StoreUnavailable } from '../../../src/application/ports/eventStore.js';
import { createScheduler, type Scheduler, SchedulerError, type Verification } from '../../../src/bootstrap/index.js';
import type { PlannedJob, Witness } from '../chaos/occurrences.js';
import { until } from '../until.js';

type Given = {
  /** For this process, which looks at what the nodes do. */
  readonly uri: string;
  /** For the nodes; another path to the same server, where faults are to happen on it. */
  readonly uriOfNodes?: string;
  readonly nats?: string;
  readonly leaseMs: number;
};

let made = 0;
const scheduledAtOnce = 100;

/** Nodes in processes of their own, on real servers, and what is known of them from outside. */
export class Cluster {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'cluster-'));
  readonly #database = `cluster_${process.pid}_${++made}`;
  readonly #nodes = new Map<string, ChildProcess>();
  readonly #due = new Map<string, number>();
  readonly #mongo: MongoClient;
  /** Asks and commands, and runs nothing itself. */
  readonly client: Scheduler;

  constructor(private readonly given: Given) {
    this.#mongo = new MongoClient(given.uri);
    this.client = createScheduler({
      nodeId: 'client',
      store: { mongodb: given.uri, database: this.#database, leaseMs: given.leaseMs },
      autoStart: false,
      logger: false,
    });
    writeFileSync(this.#witnessFile, '');
  }

  get #witnessFile(): string {
    return path.join(this.#directory, 'witness.ndjson');
  }

  get #gate(): string {
    return path.join(this.#directory, 'gate');
  }

  /** Resolves when the node runs. */
  async launch(nodeId: string): Promise<void> {
    const { uri, uriOfNodes = uri, nats, leaseMs } = this.given;
    const settings = { nodeId, mongodb: uriOfNodes, database: this.#database, nats, leaseMs, witness: this.#witnessFile, gate: this.#gate };
    const child = spawn(process.execPath, ['test/fixtures/clusterNode.mjs', JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#nodes.set(nodeId, child);
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`node ${nodeId} ended with ${code} before it was ready`)));
    ended.catch(() => undefined);
    await Promise.race([once(child.stdout, 'data'), ended]);
  }

  /** Schedules so many one-time jobs, until the store has taken all of them; each is made anew when it is sent again. */
  async schedule(count: number, make: (i: number) => JobInput): Promise<void> {
    const indexes = Array.from({ length: count }, (_, i) => i);
    for (let left = indexes; left.length > 0; ) {
      const some = left.slice(0, scheduledAtOnce);
      const inputs = some.map(make);
      for (const { jobName, schedule } of inputs) if (schedule.type === 'once') this.#due.set(jobName, new Date(schedule.runAt).getTime());
      const results = await this.client.scheduleJobs(inputs);
      const refused = results.find((result) => result instanceof SchedulerError && result.code !== 'STORE_UNAVAILABLE');
      if (refused) throw refused;
      left = [...some.filter((_, i) => results[i] instanceof SchedulerError), ...left.slice(scheduledAtOnce)];
    }
  }

  /** What was scheduled, of those whose name begins so. */
  planned(prefix = ''): readonly PlannedJob[] {
    return [...this.#due].filter(([jobName]) => jobName.startsWith(prefix)).map(([jobName, at]) => ({ jobName, due: [at] }));
  }

  /** Resolves when every job is over, whatever organization it is of. */
  async over(limitMs: number, organizations: readonly string[] = ['default']): Promise<void> {
    const status = ['scheduled', 'queued', 'running', 'retrying'] as const;
    for (const organization of organizations) {
      const jobs = this.client.forOrganization(organization);
      const unfinished = () => jobs.getScheduledJobs({ status: [...status], limit: 1 });
      const isOver = async (): Promise<boolean> => (await answered(unfinished)).length === 0;
      await until(`every job of ${organization} is over`, isOver, limitMs);
    }
  }

  signal(nodeId: string, signal: NodeJS.Signals): void {
    this.#nodes.get(nodeId)?.kill(signal);
  }

  /** Ends a node; resolves when it is gone. */
  async end(nodeId: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#nodes.get(nodeId);
    if (!child) throw new Error(`there is no node ${nodeId}`);
    this.#nodes.delete(nodeId);
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /** Lets handlers of the type `gated` end. */
  openGate(): void {
    writeFileSync(this.#gate, '');
  }

  /** Who holds a duty, by the name it was launched under. */
  async holderOf(duty: string): Promise<string | undefined> {
    const leases = this.#mongo.db(this.#database).collection<{ readonly owner: string; readonly released?: boolean }>('leases');
    const held = await leases.find({ name: duty }).sort({ _id: -1 }).limit(1).next();
    return held && !held.released ? held.owner.slice(0, -13) : undefined;
  }

  get nodes(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  witnesses(): readonly Witness[] {
    if (!existsSync(this.#witnessFile)) return [];
    return readFileSync(this.#witnessFile, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line): Witness => JSON.parse(line));
  }

  count(what: Witness['what']): number {
    return this.witnesses().filter((witness) => witness.what === what).length;
  }

  /** Every event of the log, in its order. */
  log(): Promise<readonly PublishedEvent[]> {
    return answered(async () => {
      const found: PublishedEvent[] = [];
      for await (const event of this.client.events()) found.push(event);
      return found;
    });
  }

  verify(): Promise<Verification> {
    return answered(() => this.client.verify());
  }

  async close(): Promise<void> {
    for (const nodeId of this.nodes) {
      this.signal(nodeId, 'SIGCONT');
      await this.end(nodeId, 'SIGKILL');
    }
    await this.client.stop();
    await this.#mongo.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

const mostAsked = 20;

/** Whoever watches asks again where a busy server takes too long: only what the nodes do is on trial. */
const answered = async <T>(question: () => Promise<T>): Promise<T> => {
  for (let asked = 1; ; asked++) {
    try {
      return await question();
    } catch (error) {
      const isUnwell = error instanceof StoreUnavailable || (error instanceof SchedulerError && error.code === 'STORE_UNAVAILABLE');
      if (!isUnwell || asked === mostAsked) throw error;
    }
  }
};
