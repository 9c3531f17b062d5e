import { hostname } from 'node:os';
import { background } from '../adapters/system/background.js';
import { ids } from '../adapters/system/ids.js';
import { Activity } from '../application/activity.js';
import { unwell } from '../application/api/jobCommands.js';
import type { JobHandlers } from '../application/handlers.js';
import type { Health, Unready } from '../application/health.js';
import type { Listeners } from '../application/listeners.js';
import type { Metering } from '../application/metering.js';
import type { Clock } from '../application/ports/clock.js';
import type { Logger } from '../application/ports/logger.js';
import type { Storage } from '../application/ports/storage.js';
import { SchedulerError } from '../domain/errors.js';
import type { Millis } from '../domain/instant.js';
import { chooseLogger } from './chooseLogger.js';
import { openBroker } from './openBroker.js';
import { openNotifier } from './openNotifier.js';
import type { AnyOptions, StoreOption } from './options.js';
import { readOptions, type Settings } from './optionsSchema.js';
import type { Broker } from './parts.js';
import type { Runtime } from './runtime.js';
import { lazyArtifacts } from './services/artifacts.js';
import type { createServices } from './services/index.js';
import type { Timetable } from './timetable.js';

type Dependencies = {
  readonly optionsOf: () => AnyOptions;
  readonly clock: Clock;
  readonly jobHandlers: JobHandlers;
  readonly timetable: Timetable;
  readonly listeners: Listeners;
  readonly metering: Metering;
  /** What predefined handlers work with. */
  readonly services: ReturnType<typeof createServices>;
  /** In place of the store that the options name. */
  readonly openStorage?: (node: string) => Promise<Storage>;
};

const defaultStore: StoreOption = { directory: './data' };

type Open = { readonly runtime: Runtime; readonly settings: Settings };

/** Closed, open, started, and closed again: each step is taken once, however many ask for it. */
export class Lifecycle {
  readonly #activity = new Activity();
  #opening: Promise<Open> | null = null;
  #starting: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;
  #stopped = false;

  constructor(private readonly dependencies: Dependencies) {
    const { clock } = dependencies;
    // A manual clock waits for what is under way before it moves on.
    if ('attach' in clock && typeof clock.attach === 'function') clock.attach(this.#activity);
  }

  /** Open, and started unless that is left to the user. */
  async ready(): Promise<Open> {
    if (this.#stopped) throw new SchedulerError('STOPPED', 'the scheduler was stopped; call start() to use it again');
    const open = await this.open();
    if (open.settings.autoStart) await this.start();
    return open;
  }

  open(): Promise<Open> {
    this.#opening ??= this.#activity.during(this.#open()).catch((error) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  /** How this node is; asking opens nothing. */
  async health(): Promise<Health> {
    const { limits } = readOptions(this.dependencies.optionsOf());
    const away = (reason: Unready): Health => ({
      ...{ ready: false, reasons: [reason], node: null, concurrency: limits.concurrency },
      ...{ running: 0, stuck: 0, waiting: 0 },
    });
    if (this.#stopped) return away('STOPPED');
    if (!this.#starting) return away('NOT_STARTED');
    try {
      return await (await this.open()).runtime.health();
    } catch {
      return away('STORE_UNAVAILABLE');
    }
  }

  /** Null where nothing is published, or nobody can tell. */
  async publicationBacklog(): Promise<number | null> {
    if (!this.#starting) return null;
    return (await this.open()).runtime.publicationBacklog().catch(() => null);
  }

  start(): Promise<void> {
    this.#stopped = false;
    this.#starting ??= this.#activity.during(this.#start()).catch((error) => {
      this.#starting = null;
      throw error;
    });
    return this.#starting;
  }

  stop(drainMs: Millis): Promise<void> {
    this.#stopped = true;
    this.#stopping ??= this.#stop(drainMs).finally(() => {
      this.#stopping = null;
    });
    return this.#stopping;
  }

  async #start(): Promise<void> {
    await this.#stopping;
    const { runtime } = await this.open();
    await unwell(runtime.start());
  }

  async #stop(drainMs: Millis): Promise<void> {
    const opening = this.#opening;
    if (!opening) return;
    await this.#starting?.catch(() => undefined);
    this.#opening = null;
    this.#starting = null;
    await (await opening).runtime.stop(drainMs);
    await this.dependencies.services.close();
  }

  /** Heavy imports happen here, so that importing the package is quick. */
  async #open(): Promise<Open> {
    const { optionsOf, clock, jobHandlers, timetable, listeners, metering, services } = this.dependencies;
    const options = optionsOf();
    const settings = readOptions(options);
    const log = chooseLogger(options.logger);
    const node = `${options.nodeId ?? hostname()}-${ids.next().slice(-12)}`;
    // The store gets ready, in threads of its own, while the rest is loaded.
    const opening = this.dependencies.openStorage?.(node) ?? openChosen(options.store ?? defaultStore, node, log);
    const [storage, { Runtime }, { createRunner }] = await Promise.all([
      opening,
      import('./runtime.js'),
      import('../adapters/runner/index.js'),
    ]);
    const runner = createRunner({ background, activity: this.#activity });
    const { calendar, input } = timetable;
    const { limits, quotas } = settings;
    const parts = {
      clock,
      background,
      ids,
      log,
      storage,
      artifacts: lazyArtifacts(services.services.artifacts),
      memory: services.forgetting,
      calendar,
      input,
      runner,
      activity: this.#activity,
      handlers: jobHandlers,
      limits,
      quotas,
      listeners,
      metering,
      notifications: settings.notifications && {
        settings: settings.notifications,
        notifier: openNotifier(options, services.services, clock, log),
      },
    };
    let broker: Broker | null = null;
    try {
      broker = await openBroker(options, storage, node);
      const runtime = new Runtime({ ...parts, broker }, options.actor);
      // Whoever only looks at a shared store leaves it to its nodes to bring the read models to the head of the log.
      if (!looksOnly(options)) await unwell(runtime.catchUp());
      return { runtime, settings };
    } catch (error) {
      await broker?.close();
      await storage.close();
      throw error;
    }
  }
}

const openChosen = async (store: StoreOption, node: string, log: Logger): Promise<Storage> => {
  const { openStorage } = await import('./openStorage.js');
  return openStorage(store, node, log);
};

const looksOnly = ({ store }: AnyOptions): boolean => typeof store === 'object' && 'mongodb' in store && store.readOnly === true;

/** Handlers and calculators given as options; what was set by hand before wins. */
