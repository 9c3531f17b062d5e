import { memoryArtifacts } from '../../src/adapters/artifacts/memory.js';
import { createRunner } from '../../src/adapters/runner/index.js';
import { Activity } from '../../src/application/activity.js';
import type { JobsApi } from '../../src/application/api/types.js';
import { publishedOf } from '../../src/application/eventStream.js';
import { JobHandlers } from '../../src/application/handlers.js';
import { Listeners } from '../../src/application/listeners.js';
import type { AppendResult, Commit } from '../../src/application/ports/eventStore.js';
import type { Runner } from '../../src/application/ports/runner.js';
import { deletes } from '../../src/application/projector.js';
import { streamOf } from '../../src/application/streams.js';
import { outgoingOf } from '../../src/application/subscribers/cloudEvent.js';
import { Runtime } from '../../src/bootstrap/runtime.js';
import { createTimetable } from '../../src/bootstrap/timetable.js';
import { SchedulerError } from '../../src/domain/errors.js';
import { handlerOn } from './handlers.js';
import { Kernel } from './kernel.js';
import { LogCheck, type Report } from './logCheck.js';
import { begin, Machine } from './machine.js';
import { type Members, membersOf, NodeList } from './members.js';
import { type Call, type Fortune, Network } from './network.js';
import type { Random } from './random.js';
import { brokerOf, Shared, type SharedLog, storageOf } from './storage.js';
import { Witness } from './witness.js';

export type Violation = { readonly invariant: string; readonly what: string; readonly at: number };

export type WorldOptions = {
  readonly random: Random;
  readonly nodes: number;
  /** One node that has the store for itself, as the embedded store is. */
  readonly exclusive: boolean;
  readonly concurrency: number;
  readonly latencyMs: number;
  readonly fortune: Fortune;
  readonly restartMs: () => number;
  /** Handler keys of a node beside `work`. */
  readonly handlersOf?: (index: number) => readonly string[];
  /** Called for every call of a port, before anything else comes of it. */
  readonly onCall?: (world: World, call: Call, stage: 'sent' | 'done' | 'answered') => void;
  /** The log as a machine has it, where that is not simply the shared one. */
  readonly logOf?: (world: World, machine: Machine, network: Network) => SharedLog;
  readonly keepStory?: boolean;
};

/** One place where nodes run, one life after the other. */
type Site = { readonly index: number; lives: number; skewMs: number; machine: Machine | null; runtime: Runtime | null };

/** Nodes with the application as it is, a store and a broker that they share, and everything that is checked on the way. */
export class World {
  readonly kernel: Kernel;
  readonly shared = new Shared();
  readonly violations: Violation[] = [];
  readonly story: string[] = [];
  readonly log: LogCheck;
  readonly witness: Witness;
  readonly sites: Site[];
  readonly network: Network;
  /** Restarted by themselves after a crash. */
  supervised = true;
  readonly timetable = createTimetable(new Map());
  readonly #nodeList = new NodeList();
  readonly #outcomes = new Map<string, 'committed' | 'conflict'>();

  constructor(readonly options: WorldOptions) {
    const { random, nodes, concurrency, latencyMs, fortune } = options;
    this.kernel = new Kernel(random);
    const elapsedMs = (): number => this.kernel.now;
    this.log = new LogCheck(this.timetable.calendar, this.report, (node) => this.#nodeList.isSurelyAlive(node, elapsedMs()), elapsedMs);
    this.witness = new Witness(this.log, concurrency, () => this.kernel.now, this.report);
    this.sites = Array.from({ length: nodes }, (_, index) => ({ index, lives: 0, skewMs: 0, machine: null, runtime: null }));
    this.network = new Network(this.kernel, random, fortune, latencyMs, (call, stage, fate) => {
      const { from, name, about } = call;
      if (stage === 'sent' && fate !== 'well') this.tell(`${from.name} ${name} ${about}: ${fate}`);
      if (stage !== 'answered') this.#observeLog();
      options.onCall?.(this, call, stage);
    });
  }

  readonly report: Report = (invariant, what) => {
    this.violations.push({ invariant, what, at: this.kernel.now });
    this.tell(`VIOLATION ${invariant} ${what}`);
  };

  /** A line of the story, and of the trace. */
  tell(line: string): void {
    this.kernel.note(line);
    if (this.options.keepStory) this.story.push(`${String(this.kernel.now).padStart(8)}  ${line}`);
  }

  get now(): number {
    return begin + this.kernel.now;
  }

  handlersAt(index: number): readonly string[] {
    return ['work', ...(this.options.handlersOf?.(index) ?? [])];
  }

  async passes(ms: number): Promise<void> {
    await this.kernel.runUntil(this.kernel.now + ms, () => this.#observeLog());
  }

  start(site: Site): void {
    const { kernel } = this;
    const machine = new Machine(`${String.fromCharCode(97 + site.index)}${++site.lives}`, kernel, () => site.skewMs);
    site.machine = machine;
    this.tell(`${machine.name} starts`);
    void this.#open(site, machine).catch((error) => {
      if (!machine.isAlive) return;
      this.tell(`${machine.name} could not start: ${error instanceof Error ? error.message : error}`);
      if (error instanceof Error && !/no answer|refused|failed after|broke off|unwell|cannot answer/.test(error.message))
        this.report('I18', `${machine.name} could not start: ${error.stack}`);
      this.crash(site);
    });
  }

  crash(site: Site): void {
    const { machine } = site;
    if (!machine?.isAlive) return;
    this.tell(`${machine.name} dies`);
    machine.crash();
    site.runtime = null;
    if (!this.supervised) return;
    this.kernel.post(this.options.restartMs(), 'restart', () => {
      if (site.machine === machine) this.start(site);
    });
  }

  /** Stops as a service is asked to, and stays away. */
  async stop(site: Site, drainMs: number): Promise<void> {
    const { runtime, machine } = site;
    if (!runtime || !machine) return;
    this.tell(`${machine.name} is asked to stop`);
    await runtime.stop(drainMs);
    this.tell(`${machine.name} has stopped`);
    machine.isAlive = false;
    site.runtime = null;
  }

  /** The API of a node that runs. */
  jobs(site: Site, organization: string): JobsApi | null {
    return site.runtime && site.machine?.isAlive && !site.machine.isPaused ? site.runtime.jobs(organization) : null;
  }

  /** What a client asks, and what comes of it: an answer, a refusal that says why, or nothing. */
  ask(site: Site, what: string, ask: (jobs: JobsApi) => Promise<unknown>, organization: string, jobName: string): void {
    const jobs = this.jobs(site, organization);
    if (!jobs) return;
    const name = site.machine?.name ?? '';
    this.tell(`${name} is asked: ${what}`);
    const stream = streamOf(organization, jobName);
    const jobId = this.log.jobId(stream);
    ask(jobs).then(
      () => this.tell(`${name} has done: ${what}`),
      (error) => {
        this.tell(`${name} refuses: ${what}: ${error instanceof Error ? error.message : error}`);
        const isThere = jobId !== undefined && this.log.jobId(stream) === jobId;
        if (isThere && error instanceof SchedulerError && error.code === 'JOB_NOT_FOUND')
          this.report('I24', `${what} is refused, but the job was there all the time`);
        if (!(error instanceof SchedulerError)) this.report('C3', `${what}: ${error instanceof Error ? error.stack : error}`);
      },
    );
  }

  async #open(site: Site, machine: Machine): Promise<void> {
    const { options, network } = this;
    const members = options.exclusive ? null : membersOf(this.#nodeList, machine, network, () => this.kernel.now);
    await members?.listed;
    const runtime = new Runtime(this.#partsOf(site, machine, members), undefined);
    await runtime.catchUp();
    await runtime.start();
    this.tell(`${machine.name} is ready`);
    site.runtime = runtime;
  }

  #partsOf(site: Site, machine: Machine, members: Members | null) {
    const { options, shared, network, timetable } = this;
    const { clock, background, ids } = machine;
    const activity = new Activity();
    const handlers = new JobHandlers();
    for (const name of this.handlersAt(site.index)) handlers.set(name, handlerOn(machine));
    const storage = storageOf(shared, machine, network, members, options.logOf?.(this, machine, network));
    return {
      clock,
      background,
      ids,
      log: this.#storyLog(machine),
      storage: { ...storage, store: this.#audited(storage.store) },
      calendar: timetable.calendar,
      input: timetable.input,
      runner: this.#witnessed(machine, createRunner({ background, activity })),
      activity,
      handlers,
      limits: { concurrency: options.concurrency, jobTypes: {}, organizations: {}, weights: {} },
      quotas: { jobsOf: {}, chain: null },
      listeners: new Listeners((error) => {
        throw error;
      }),
      broker: brokerOf(shared, machine, network),
      artifacts: memoryArtifacts(clock),
      memory: { forget: async () => undefined },
      notifications: null,
    };
  }

  #storyLog(machine: Machine) {
    const line = (fields: { readonly error?: unknown }, message: string): void =>
      this.tell(`${machine.name} logs: ${message}${fields.error instanceof Error ? ` (${fields.error.message})` : ''}`);
    return { debug: () => undefined, info: line, warn: line, error: line };
  }

  /** What was answered about an append must be so. */
  #audited(store: SharedLog['store']): SharedLog['store'] {
    const { log, report } = this;
    return {
      ...store,
      append: async (request) => {
        const result: AppendResult = await store.append(request);
        this.#observeLog();
        const outcome = result.outcome === 'conflict' ? 'conflict' : 'committed';
        this.#outcomes.set(request.commitId, outcome);
        if (outcome === 'committed' && !log.has(request.commitId) && !this.options.logOf)
          report('I2', `${request.commitId} was acknowledged and is not in the log`);
        return result;
      },
    };
  }

  #witnessed(machine: Machine, runner: Runner): Runner {
    return {
      ...runner,
      run: (request) =>
        new Promise((resolve) => {
          // Between the claim and the first line of a handler, and between its last line and our hearing of it, anything can happen.
          machine.after(this.options.random.between(0, 2), () => {
            this.tell(`${machine.name} runs ${request.info.jobName} ${request.info.executionId}#${request.info.attempt}`);
            this.#observeLog();
            const ends = this.witness.begins(request.info, machine.name);
            request.signal.addEventListener('abort', ends);
            if (request.signal.aborted) ends();
            void runner.run(request).then((outcome) => {
              ends();
              machine.after(this.options.random.between(0, 2), () => resolve(outcome));
            });
          });
        }),
    };
  }

  #seen = 0;
  #reading = false;

  /** Commits that came about since the last look. */
  #observeLog(): void {
    if (this.#reading || this.options.logOf) return;
    const fresh = this.shared.fresh(this.#seen);
    this.#reading = true;
    for (const commit of fresh) this.observe(commit);
    this.#seen += fresh.length;
    this.#reading = false;
  }

  observe(commit: Commit): void {
    this.tell(`log ${commit.position} ${commit.stream} v${commit.version}: ${commit.events.map(sketch).join(', ')}`);
    this.log.add(commit);
  }

  checkAppends(): void {
    for (const [commitId, outcome] of this.#outcomes) {
      const isThere = this.log.has(commitId);
      if (outcome === 'committed' && !isThere) this.report('I2', `${commitId} was acknowledged and is not in the log`);
      if (outcome === 'conflict' && isThere) this.report('I2', `${commitId} was called a conflict and is in the log`);
    }
  }

  /** Every message is an event of the log, byte for byte, they are in its order, and none is missing. */
  async checkPublished(): Promise<void> {
    const expected = this.log.published().map(outgoingOf);
    const known = new Map(expected.map((message, i) => [message.id, i]));
    const messages = this.shared.publisher.messages(0);
    const seen = new Set<number>();
    let last = -1;
    for (const { id, body, subject } of messages) {
      const i = known.get(id);
      const event = i === undefined ? undefined : expected[i];
      if (i === undefined || !event) {
        this.report('I15', `${id} was published and is not in the log`);
        continue;
      }
      if (event.body !== body || event.subject !== subject) this.report('I15', `${id} was published with other bytes`);
      if (seen.has(i)) this.report('I15', `${id} was published twice`);
      if (i <= last) this.report('I15', `${id} was published out of order`);
      seen.add(i);
      last = Math.max(last, i);
    }
    for (const commit of await this.shared.all())
      for (const { id, type } of publishedOf(commit)) {
        // A deletion takes what came before it in its own commit out of the stream too.
        if (type !== 'JobDeleted' && deletes(commit)) continue;
        if (!seen.has(known.get(id) ?? -1)) this.report('I16', `${id} (${commit.position}) was never published`);
      }
  }
}

const sketch = (event: Commit['events'][number]): string => {
  const { type } = event;
  const id = 'executionId' in event ? ` ${event.executionId}` : '';
  const attempt = 'attempt' in event ? `#${event.attempt}` : '';
  const cause = 'cause' in event ? ` (${event.cause})` : '';
  const reason = 'reason' in event ? ` (${event.reason})` : '';
  return `${type}${id}${attempt}${cause}${reason}`;
};
