import type { Calculator, PreviewEntry } from '../adapters/calendar/index.js';
import { predefinedTypes } from '../adapters/handlers/index.js';
import { systemClock } from '../adapters/system/systemClock.js';
import { fieldsOf, invalidArgument, millisOf } from '../application/api/arguments.js';
import type { JobHandlerMap, JobMap, JobsApi, ScheduleInput } from '../application/api/types.js';
import type { Verification } from '../application/audit/verify.js';
import { JobHandlers } from '../application/handlers.js';
import type { Health, NodeView } from '../application/health.js';
import { Listeners } from '../application/listeners.js';
import { Metering } from '../application/metering.js';
import type { Clock } from '../application/ports/clock.js';
import type { Meter } from '../application/ports/meter.js';
import type { Storage } from '../application/ports/storage.js';
import { nameForm, namePattern } from '../domain/name.js';
import { chooseLogger } from './chooseLogger.js';
import { lazyJobs } from './lazyJobs.js';
import { Lifecycle } from './lifecycle.js';
import type { SchedulerOptions } from './options.js';
import { readableOptions, readOptions } from './optionsSchema.js';
import type { LogScope, Progress } from './runtime.js';
import { createServices } from './services/index.js';
import { createTimetable, type Preview } from './timetable.js';

export interface Scheduler<M extends JobMap = JobMap> extends JobsApi<M> {
  /** Handlers by job type; for `custom` jobs by job name. */
  readonly jobHandlers: JobHandlerMap<M>;
  /** Calculators of custom schedules by name. */
  readonly customSchedules: Map<string, Calculator>;
  /** The coming starts of a schedule, before it is saved; at most 100. Throws `INVALID_SCHEDULE`. */
  previewSchedule(schedule: ScheduleInput, options?: Preview): readonly PreviewEntry[];
  /** The same scheduler, acting for another organization. */
  forOrganization(organization: string): JobsApi<M>;
  /**
   * The same scheduler for a client of this process: what it changes is recorded as asked for by `actor`. Without an organization it
   * acts for the scheduler's own, and jobs may name another.
   */
  onBehalfOf(actor: string | undefined, organization?: string | null): JobsApi<M>;
  /** Opens the store and runs jobs. Called by itself on first use, unless `autoStart` is false. */
  start(): Promise<void>;
  /** Stops claiming, lets attempts end within `drainMs` (default 30 s), then aborts them; they are retried after the next start. */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
  /** Whether this node takes work and can record it, and if not, why. Asking opens nothing. */
  health(): Promise<Health>;
  /** The live nodes and their handlers, this one among them. */
  nodes(): Promise<readonly NodeView[]>;
  /** Has what this node does counted from now on. Returns a function that ends it. */
  measure(meter: Meter): () => void;
  /** How many commits of the log are not published yet; null where nothing is published. */
  publicationBacklog(): Promise<number | null>;
  /** Checks the whole log, and that every read model equals a replay of it. */
  verify(onProgress?: Progress): Promise<Verification>;
  /** Derives every read model anew from the log. Returns how many commits were read. */
  rebuild(onProgress?: Progress): Promise<number>;
  /** The log as lines of JSON, for auditors and for `importLog`: of one job, of an organization, or of all of them (`organization: null`). */
  exportLog(scope: LogScope): AsyncIterable<string>;
  /**
   * Fills an empty store with an exported log, while no jobs run. Returns how many commits there were. Rejects with `INVALID_ARGUMENT`,
   * which names the line that is wrong, and says how many commits are in the store by then: it is to be thrown away if there are any.
   */
  importLog(lines: AsyncIterable<string>, onProgress?: (commits: number) => void): Promise<number>;
}

const defaultDrainMs = 30_000;
const defaultOrganization = 'default';

/** A scheduler of its own store, handlers and clock. Nothing is opened before the first use. Throws `INVALID_ARGUMENT` for wrong options. */
export const createScheduler = <M extends JobMap = JobMap>(options: SchedulerOptions<M> = {}): Scheduler<M> => {
  const given = readableOptions(options);
  readOptions(given);
  const { clock, predefined } = given;
  const scheduler = lazyScheduler<M>(() => given, { ...(clock && { clock }), withPredefined: predefined !== false });
  // What is given here is set last, so that it takes the place of a predefined handler.
  for (const [name, handler] of Object.entries(given.handlers ?? {})) {
    if (handler === undefined) continue;
    if (typeof handler === 'object') scheduler.jobHandlers.set(name, handler.handler, handler);
    else scheduler.jobHandlers.set(name, handler);
  }
  for (const [name, calculator] of Object.entries(given.customSchedules ?? {})) scheduler.customSchedules.set(name, calculator);
  return scheduler;
};

type KnownAtOnce = {
  readonly clock?: Clock;
  readonly withPredefined?: boolean;
  /** In place of the store that the options name. */
  readonly openStorage?: (node: string) => Promise<Storage>;
};

/** Options are asked for when they are first needed, so that a wrong environment is an error of a call and not of an import. */
export const lazyScheduler = <M extends JobMap>(
  optionsOf: () => SchedulerOptions<M>,
  { clock = systemClock, withPredefined = true, openStorage }: KnownAtOnce = {},
): Scheduler<M> => {
  const jobHandlers = new JobHandlers();
  const customSchedules = new Map<string, Calculator>();
  const services = createServices(optionsOf, clock, async () => (await lifecycle.open()).runtime.records());
  const types = new Map(withPredefined ? predefinedTypes(services.services).map((type) => [type.name, type]) : []);
  for (const { name, handler, options } of types.values()) jobHandlers.set(name, handler, options);
  const timetable = createTimetable(customSchedules, (jobType, parameters) => {
    const type = types.get(jobType);
    // Whoever has set a handler of their own for the name says what its parameters are.
    return type && jobHandlers.get(jobType) === type.handler ? type.check(parameters) : [];
  });
  const listeners = new Listeners((error) => chooseLogger(optionsOf().logger).error({ error }, 'an event listener threw'));
  const metering = new Metering();
  const lifecycle = new Lifecycle({
    optionsOf,
    clock,
    jobHandlers,
    timetable,
    listeners,
    metering,
    services,
    ...(openStorage && { openStorage }),
  });
  const jobsOf = (organization: string | null, actor?: string): JobsApi<M> => {
    const ready = async (): Promise<JobsApi<M>> => {
      const { runtime, settings } = await lifecycle.ready();
      return runtime.jobs<M>(organization ?? settings.organization, organization === null, actor);
    };
    return lazyJobs(ready, listeners, () => organization ?? optionsOf().organization ?? defaultOrganization);
  };
  return {
    ...jobsOf(null),
    // The map holds handlers of every type; that each is called with its own parameters is what the job map says.
    jobHandlers: jobHandlers as unknown as JobHandlerMap<M>,
    customSchedules,
    previewSchedule: (schedule, preview) => timetable.preview(schedule, clock.now(), preview),
    forOrganization: (organization) => jobsOf(organizationName(organization)),
    onBehalfOf: (actor, organization = null) => jobsOf(organization === null ? null : organizationName(organization), actorName(actor)),
    start: () => lifecycle.start(),
    stop: async (given) => {
      const { drainMs = defaultDrainMs } = fieldsOf('options', given);
      await lifecycle.stop(millisOf('drainMs', drainMs));
    },
    measure: (meter) => metering.attach(meter),
    publicationBacklog: () => lifecycle.publicationBacklog(),
    health: () => lifecycle.health(),
    nodes: async () => (await lifecycle.open()).runtime.nodes(),
    verify: async (onProgress) => (await lifecycle.open()).runtime.verify(onProgress),
    rebuild: async (onProgress) => (await lifecycle.open()).runtime.rebuild(onProgress),
    exportLog: async function* (scope) {
      yield* (await lifecycle.open()).runtime.exportLog(scope);
    },
    importLog: async (lines, onProgress) => (await lifecycle.open()).runtime.importLog(lines, onProgress),
  };
};

const actorName = (actor: string | undefined): string | undefined => {
  if (actor === undefined || (typeof actor === 'string' && actor.length >= 1 && actor.length <= 256)) return actor;
  throw invalidArgument('actor', 'must be a text of 1 to 256 characters');
};

const organizationName = (organization: string): string => {
  if (typeof organization === 'string' && namePattern.test(organization)) return organization;
  throw invalidArgument('organization', nameForm);
};
