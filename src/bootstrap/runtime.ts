import { fieldsOf, invalidArgument } from '../application/api/arguments.js';
import { type OrganizationDependencies, organizationJobs } from '../application/api/organizationJobs.js';
import type { JobMap, JobsApi } from '../application/api/types.js';
import { exportLog } from '../application/audit/exportLog.js';
import { importLog } from '../application/audit/importLog.js';
import { type Verification, verify } from '../application/audit/verify.js';
import type { Health, NodeView } from '../application/health.js';
import { ownRecords } from '../application/ownRecords.js';
import type { Position } from '../application/ports/eventStore.js';
import type { OwnRecords } from '../application/ports/ownRecords.js';
import { SchedulerError } from '../domain/errors.js';
import type { Millis } from '../domain/instant.js';
import { get } from './bind.js';
import { codec } from './codec.js';
import { createContainer } from './container.js';
import type { Broker, Parts } from './parts.js';
import { T } from './tokens.js';

/** What the log has is published before a stop, if the broker lets it within this time; the next start goes on from there. */
const relayStopMs = 3_000;

/** People are told of what is known before a stop, if servers take it within this time; the next start goes on from there. */
const notifyStopMs = 3_000;

/** What of the log is meant; `organization` null: all of it. */
export type LogScope = { readonly organization: string | null; readonly jobName?: string };

export type Progress = (done: number, total: number) => void;

/** A scheduler whose store is open. Starting and stopping are explicit and ordered. */
export class Runtime {
  readonly #container;
  readonly #parts: Parts;
  readonly #actor: string | undefined;
  #started = false;

  constructor(parts: Parts, actor: string | undefined) {
    this.#parts = parts;
    this.#actor = actor;
    this.#container = createContainer(parts);
    // These react to commits, so they must exist before the first: the executor before the dispatcher that claims for it.
    for (const token of [T.waiters, T.eventStream, T.executor, T.dispatcher, T.retention, T.eraser, T.health])
      get<object>(this.#container, token);
    const { metering } = parts;
    if (metering) get(this.#container, T.commits).on((committed) => metering.committed(committed));
  }

  /** How far behind the log its publication is, in commits; null where nothing is published. Rejects where the store is unwell. */
  async publicationBacklog(): Promise<number | null> {
    if (!this.#parts.broker || !this.#started) return null;
    const partitions = await get(this.#container, T.relay).status();
    return partitions.reduce((sum, { behind }) => sum + behind, 0);
  }

  get node(): string {
    return this.#parts.storage.membership.self;
  }

  /** Brings the read models to the head of the log. */
  async catchUp(onProgress?: Progress): Promise<void> {
    await get(this.#container, T.follower).catchUp(onProgress);
  }

  /** Runs jobs from now on; first, attempts that an earlier life of this node left behind are failed as lost. */
  async start(): Promise<void> {
    if (this.#started) return;
    const isShared = !this.#parts.storage.membership.exclusive;
    const positions = isShared ? await this.#complete() : [];
    if (this.#parts.notifications) await get(this.#container, T.notifications).start();
    await get(this.#container, T.sweeper).failLost();
    this.#started = true;
    if (this.#parts.broker) this.#publish(this.#parts.broker);
    await get(this.#container, T.dispatcher).start();
    if (isShared) this.#joinCluster(positions);
    get(this.#container, T.sweeper).start();
  }

  /** The positions up to which the read models are complete. What their index of wake-ups does not have yet, this node is told later. */
  async #complete(): Promise<readonly Position[]> {
    get(this.#container, T.tail).listen();
    return (await get(this.#container, T.follower).catchUp()).upTo;
  }

  /** From now on this node hears of what others write, and takes its share of mending. */
  #joinCluster(positions: readonly Position[]): void {
    const tail = get(this.#container, T.tail);
    get(this.#container, T.dispatcher).onHandOver(() => tail.wake());
    tail.start(positions);
    get(this.#container, T.repairer).start();
  }

  /** Every commit is published, and other nodes are told where the log has got to. */
  #publish({ hints }: Broker): void {
    const relay = get(this.#container, T.relay);
    const tail = get(this.#container, T.tail);
    get(this.#container, T.commits).on(({ commit: { partition, position }, origin }) => {
      relay.wake(partition);
      if (origin === 'here') hints.announce(partition, position);
    });
    hints.onHint((partition) => {
      relay.wake(partition);
      tail.wake();
    });
    relay.start();
  }

  /** Claims nothing more, lets attempts end within the limit, saves what is known, and lets go of the store. */
  async stop(drainMs: Millis): Promise<void> {
    const c = this.#container;
    const swept = get(c, T.sweeper).stop();
    await get(c, T.dispatcher).stop(drainMs);
    await get(c, T.executor).drain(drainMs);
    await swept;
    get(c, T.eraser).stop();
    get(c, T.commands).stop();
    await get(c, T.tail).stop();
    await get(c, T.repairer).stop();
    get(c, T.waiters).rejectAll(new SchedulerError('STOPPED', 'the scheduler was stopped while the run was waited for'));
    get(c, T.eventStream).close();
    await get(c, T.recorder).save();
    await this.#operationsDone();
    await get(c, T.projector)
      .saved()
      .catch((error) => this.#parts.log.warn({ error }, 'read models are behind the log; the next start makes up for it'));
    get(c, T.projector).stop();
    if (this.#parts.broker && this.#started) await get(c, T.relay).stop(relayStopMs);
    await this.#parts.broker?.close();
    if (this.#parts.notifications && this.#started) await get(c, T.notifications).stop(notifyStopMs);
    await this.#parts.runner.close();
    await this.#parts.storage.close();
    this.#started = false;
  }

  /** `actor` is recorded as the cause of changes; by default the one of the options. */
  jobs<M extends JobMap>(organization: string, forAll = false, actor = this.#actor): JobsApi<M> {
    const c = this.#container;
    const { clock, background, activity, ids, input, calendar, handlers, limits, listeners, storage, artifacts } = this.#parts;
    const dependencies: OrganizationDependencies = {
      commands: get(c, T.commands),
      rows: get(c, T.rows),
      projector: get(c, T.projector),
      eraser: get(c, T.eraser),
      waiters: get(c, T.waiters),
      admissions: get(c, T.admissions),
      eventStream: get(c, T.eventStream),
      saveRunRecords: () => get(c, T.recorder).save(),
      readModels: storage.readModels,
      runRecords: storage.runRecords,
      artifacts,
      store: storage.store,
      membership: storage.membership,
      calendar,
      limits,
      isRunning: () => this.#started,
      watchedSince: () => get(c, T.dispatcher).watchedSince,
      clock,
      background,
      activity,
      ids,
      input,
      handlers,
      listeners,
      ...(actor !== undefined && { actor }),
    };
    return organizationJobs(dependencies, organization, forAll);
  }

  health(): Promise<Health> {
    return get(this.#container, T.health).check(this.#started);
  }

  nodes(): readonly NodeView[] {
    return get(this.#container, T.health).nodes();
  }

  /** For jobs that tidy and save what the scheduler itself keeps. */
  records(): OwnRecords {
    const { store, readModels } = this.#parts.storage;
    const [projector, retention] = [get(this.#container, T.projector), get(this.#container, T.retention)];
    return ownRecords({ store, codec, readModels, projector, retention, clock: this.#parts.clock });
  }

  verify(onProgress?: Progress): Promise<Verification> {
    const { calendar, clock, storage } = this.#parts;
    const { store, feed, readModels } = storage;
    return verify({ store, feed, readModels, projector: get(this.#container, T.projector), calendar, clock }, onProgress);
  }

  /** The log as lines of JSON: of a job of an organization, of all its jobs, or of everything. */
  exportLog(scope: LogScope): AsyncGenerator<string, void, undefined> {
    const { organization, jobName } = fieldsOf('scope', scope);
    if (organization !== null && typeof organization !== 'string')
      throw invalidArgument('organization', 'must be the name of one, or null for all of them');
    if (jobName !== undefined && typeof jobName !== 'string') throw invalidArgument('jobName', 'must be a text');
    return exportLog(this.#parts.storage.store, codec, organization, jobName ?? null);
  }

  /** Fills an empty store with an exported log, and derives everything else from it. Returns how many commits there were. */
  async importLog(lines: AsyncIterable<string>, onProgress?: (commits: number) => void): Promise<number> {
    if (this.#started)
      throw new SchedulerError(
        'INVALID_ARGUMENT',
        'a log is imported while no jobs run; call stop() first, and open with autoStart: false',
      );
    const commits = await importLog(this.#parts.storage.store, codec, lines, onProgress);
    get(this.#container, T.rows).clear();
    get(this.#container, T.jobCounts).forget();
    await get(this.#container, T.follower).catchUp();
    return commits;
  }

  /** Throws the read models away and derives them anew from the log. Returns how many commits were read. */
  async rebuild(onProgress?: Progress): Promise<number> {
    if (this.#started)
      throw new SchedulerError(
        'INVALID_ARGUMENT',
        'read models are rebuilt while no jobs run; call stop() first, and open with autoStart: false',
      );
    const c = this.#container;
    await get(c, T.projector).saved();
    await this.#parts.storage.readModels.reset();
    get(c, T.rows).clear();
    const follower = get(c, T.follower);
    const read = await follower.refill(onProgress);
    return read + (await follower.catchUp()).read;
  }

  /** Waits for decisions that are under way, a limited time. */
  async #operationsDone(): Promise<void> {
    const { activity, background } = this.#parts;
    for (let polls = 0; activity.operations > 0 && polls < 200; polls++)
      await new Promise<void>((resolve) => background.after(10, resolve, 'keepAlive'));
  }
}
