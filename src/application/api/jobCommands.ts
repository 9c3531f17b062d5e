import { refused, SchedulerError } from '../../domain/errors.js';
import { type Instant, instant, type Millis } from '../../domain/instant.js';
import { type ExecutionQueued, handlerKeyOf, type JobCommand } from '../../domain/job/index.js';
import type { Activity } from '../activity.js';
import type { CommandHandler, Handled } from '../commandHandler.js';
import type { Eraser } from '../eraser.js';
import type { JobHandlers } from '../handlers.js';
import type { JobRows } from '../jobRows.js';
import { ArtifactsUnavailable } from '../ports/artifacts.js';
import type { Background, Clock } from '../ports/clock.js';
import type { StreamKey } from '../ports/eventStore.js';
import { StoreUnavailable } from '../ports/eventStore.js';
import type { Ids } from '../ports/ids.js';
import type { JobInputParser, Parsed, ParsedJob } from '../ports/jobInput.js';
import type { Membership } from '../ports/membership.js';
import type { ExecutionRow, JobRow } from '../ports/readModels.js';
import type { Admission, Admissions } from '../quota/admission.js';
import { streamOf } from '../streams.js';
import { isOver, type Waiters } from '../waiters.js';
import { argument, check, fieldsOf, invalidArgument, itemsOf, millisOf, together } from './arguments.js';
import { presentRun, presentScheduled } from './present.js';
import { jobNotFound, toError } from './rejections.js';
import type { BackfillResult, BulkResult, PauseOptions, RunOptions, RunResult, ScheduleOptions, ScheduleResult } from './types.js';

/** Entries of a bulk call that are handled together, and how many such groups are under way: while some are written the next are decided. */
const bulkGroup = 128;
const bulkGroupsAtOnce = 4;
const mostInBulk = 1_000_000;
/** Nodes are heard of with every beat. */
const heardOfLooks = 35;
const heardOfMs = 100;

export type CommandDependencies = {
  readonly commands: CommandHandler;
  readonly rows: JobRows;
  readonly handlers: JobHandlers;
  readonly waiters: Waiters;
  readonly admissions: Admissions;
  readonly membership: Membership;
  readonly eraser: Eraser;
  readonly input: JobInputParser;
  readonly clock: Clock;
  readonly background: Background;
  readonly activity: Activity;
  readonly ids: Ids;
  /** Whether this process runs jobs at present. */
  readonly isRunning: () => boolean;
  /** Since when it has watched what falls due; null while it does not run jobs. */
  readonly watchedSince: () => Instant | null;
  /** Who is recorded as the cause of what clients ask for. */
  readonly actor?: string;
};

type Ok = Extract<Handled, { ok: true }>;
type NoteOption = { readonly note?: string };

/** What callers may ask to be changed, in one organization. */
export class JobCommands {
  constructor(
    private readonly dependencies: CommandDependencies,
    private readonly organization: string,
    /** Whether a job may name another organization than this one. */
    private readonly forAll: boolean,
  ) {}

  async scheduleJob(input: unknown, options?: ScheduleOptions): Promise<ScheduleResult> {
    const { expectedVersion } = fieldsOf('options', options);
    if (expectedVersion !== undefined && !(Number.isSafeInteger(expectedVersion) && expectedVersion >= 0))
      throw invalidArgument('expectedVersion', 'must be the version of a job, or 0');
    const { input: parser, clock, ids, handlers } = this.dependencies;
    const now = clock.now();
    const newJobId = ids.next();
    const job = accepted(parser.job(input, now, { jobId: newJobId, organization: this.organization }));
    const { organization = this.organization } = job;
    if (!this.forAll && organization !== this.organization) throw otherOrganization(this.organization);
    const stream = streamOf(organization, job.jobName);
    const putBack = job.handler === undefined ? null : handlers.bind(stream, job.handler);
    const asked = this.dependencies.admissions.ask(organization, newJobId);
    let admission: Admission | null = null;
    try {
      admission = asked && (await unwell(this.dependencies.activity.during(asked)));
      const { definition, enabled, idempotencyKey } = job;
      const watchedSince = this.dependencies.watchedSince() ?? now;
      const optional = {
        ...(enabled !== undefined && { enabled }),
        ...(idempotencyKey !== undefined && { idempotencyKey }),
        ...(expectedVersion !== undefined && { expectedRevision: expectedVersion }),
        ...(admission && { refused: admission.refused, ...(admission.madeBy && { madeBy: admission.madeBy }) }),
      };
      const handled = await this.#handle(stream, {
        type: 'ScheduleJob',
        now,
        watchedSince,
        newJobId,
        definition,
        ...optional,
        ...this.#by,
      });
      return scheduled(handled, job, clock);
    } catch (error) {
      putBack?.();
      throw error;
    } finally {
      admission?.decided();
    }
  }

  async scheduleJobs(inputs: readonly unknown[]): Promise<readonly BulkResult[]> {
    const given = itemsOf('jobs', inputs, mostInBulk);
    const results: BulkResult[] = [];
    const underWay: Promise<readonly BulkResult[]>[] = [];
    const settle = async (most: number): Promise<void> => {
      while (underWay.length > most) {
        const settled = (await underWay.shift()) ?? [];
        results.push(...settled);
        // What is refused waits for nothing: without this nothing else would have its turn.
        if (settled.every((result) => result instanceof SchedulerError)) await this.#pause(0);
      }
    };
    for (let i = 0; i < given.length; i += bulkGroup) {
      underWay.push(Promise.all(given.slice(i, i + bulkGroup).map((input) => this.scheduleJob(input).catch(asSchedulerError))));
      await settle(bulkGroupsAtOnce);
    }
    await settle(0);
    return results;
  }

  /** Resolves when the run is over, its retries included; with `wait: false` as soon as it is queued. */
  async runNow(jobName: unknown, parameters: unknown, options?: RunOptions): Promise<RunResult> {
    const { wait = true, waitMs, onQueued } = fieldsOf('options', options);
    const { input, clock, ids, waiters, handlers, isRunning } = this.dependencies;
    const [stream, overrides] = together(
      () => this.#streamOf(jobName),
      () => (parameters === undefined ? undefined : accepted(input.parameters(parameters, 'parameters'))),
      () => check(typeof wait === 'boolean', 'wait', 'must be true or false'),
      () => (waitMs === undefined ? undefined : millisOf('waitMs', waitMs)),
      () => check(onQueued === undefined || typeof onQueued === 'function', 'onQueued', 'must be a function'),
    );
    const executionId = ids.next();
    if (wait) {
      const row = await unwell(this.#present(stream));
      if (row.state.kind === 'absent') throw jobNotFound(String(jobName));
      const { jobType } = row.state.definition;
      if (!handlers.resolve(stream, jobType) && !(await this.#runsElsewhere(handlerKeyOf(jobType, String(jobName)))))
        throw new SchedulerError(
          'NO_HANDLER',
          `no handler for "${jobType === 'custom' ? jobName : jobType}" in this process; set one in jobHandlers, or use { wait: false }`,
        );
      if (!isRunning())
        throw new SchedulerError(
          'STOPPED',
          'the scheduler is not started, so that the run would never begin; call start(), or use { wait: false }',
        );
    }
    const waiting = waiters.finished(executionId);
    try {
      const now = clock.now();
      const handled = await this.#handle(stream, { type: 'RunNow', now, executionId, ...(overrides && { overrides }), ...this.#by });
      onQueued?.(executionId);
      if (wait) return presentRun(await this.#within(waiting.promise, waitMs));
      return queuedRun(executionId, String(jobName), handled);
    } finally {
      waiting.abandon();
    }
  }

  async backfill(jobName: unknown, from: unknown, to: unknown): Promise<BackfillResult> {
    const { clock, input, ids } = this.dependencies;
    const now = clock.now();
    const [stream, first, last] = together(
      () => this.#streamOf(jobName),
      () => argument(input.instant(from, 'from')),
      () => argument(input.instant(to, 'to')),
    );
    if (last > now) throw invalidArgument('to', 'must not lie in the future: the schedule itself sees to what is to come');
    if (first > last) throw invalidArgument('from', 'must not be later than `to`');
    const command = { type: 'BackfillJob' as const, now, to: last, newExecutionId: () => ids.next(), ...this.#by };
    const queued: ExecutionQueued[] = [];
    for (let next = first; ; ) {
      const { events } = await this.#handle(stream, { ...command, from: next });
      queued.push(...events.filter((event) => event.type === 'ExecutionQueued'));
      // What the first part queued may have run by now: it is not asked for again.
      next = instant((queued.at(-1)?.scheduledFor ?? last) + 1);
      if (events.length === 0 || next > last) break;
    }
    const executions = queued.map(({ executionId, scheduledFor }) => ({ executionId, scheduledFor: new Date(scheduledFor) }));
    return { jobName: String(jobName), executions };
  }

  async toggle(jobName: unknown, enabled: unknown, options?: PauseOptions): Promise<Ok> {
    if (enabled === true) return this.resume(jobName, options);
    const now = this.dependencies.clock.now();
    const [[stream, end, remark]] = together(
      () => this.#pauseOf(jobName, options, now),
      () => check(enabled === false, 'enabled', 'must be true or false'),
    );
    return this.#handle(stream, { type: 'PauseJob', now, ...(end !== undefined && { until: end }), ...remark, ...this.#by });
  }

  #pauseOf(jobName: unknown, options: PauseOptions | undefined, now: Instant) {
    const { note, until } = fieldsOf('options', options);
    return together(
      () => this.#streamOf(jobName),
      () => (until === undefined ? undefined : this.#future(until, now)),
      () => noted(note),
    );
  }

  async resume(jobName: unknown, options?: PauseOptions): Promise<Ok> {
    const [[stream, remark]] = together(
      () => this.#named(jobName, options),
      () => check(fieldsOf('options', options).until === undefined, 'until', 'is for a pause'),
    );
    return this.#handle(stream, { type: 'ResumeJob', now: this.dependencies.clock.now(), ...remark, ...this.#by });
  }

  async cancel(jobName: unknown, options?: NoteOption): Promise<Ok> {
    const [stream, remark] = this.#named(jobName, options);
    return this.#handle(stream, { type: 'CancelJob', now: this.dependencies.clock.now(), ...remark, ...this.#by });
  }

  /** Asks an execution to stop, and waits until it has. */
  async cancelExecution(row: ExecutionRow, options?: NoteOption): Promise<ExecutionRow> {
    const { note } = fieldsOf('options', options);
    if (isOver(row)) return row;
    const waiting = this.dependencies.waiters.finished(row.executionId);
    try {
      const now = this.dependencies.clock.now();
      await this.#handle(row.stream, { type: 'CancelExecution', now, executionId: row.executionId, ...noted(note), ...this.#by });
      return await this.#within(waiting.promise, cancelWaitMs);
    } finally {
      waiting.abandon();
    }
  }

  /** Ends the job and removes what is stored of it; done when the promise resolves. */
  async delete(jobName: unknown): Promise<void> {
    const { handlers, clock, eraser } = this.dependencies;
    const stream = this.#streamOf(jobName);
    const { commit } = await this.#handle(stream, { type: 'DeleteJob', now: clock.now(), ...this.#by });
    handlers.unbind(stream);
    if (!commit) return;
    try {
      await unwell(eraser.erase(commit));
    } catch (error) {
      eraser.eraseLater(commit);
      throw error;
    }
  }

  async #handle(stream: StreamKey, command: JobCommand): Promise<Ok> {
    const handled = await unwell(this.dependencies.commands.handle(stream, command));
    if (!handled.ok) throw toError(handled.rejection, stream);
    return handled;
  }

  #named(jobName: unknown, options: NoteOption | undefined): readonly [stream: StreamKey, remark: NoteOption] {
    const { note } = fieldsOf('options', options);
    return together(
      () => this.#streamOf(jobName),
      () => noted(note),
    );
  }

  #future(until: unknown, now: Instant): Instant {
    const end = argument(this.dependencies.input.instant(until, 'until'));
    check(end > now, 'until', 'must lie in the future');
    return end;
  }

  #streamOf(jobName: unknown): StreamKey {
    return streamOf(this.organization, accepted(this.dependencies.input.name(jobName, 'jobName')));
  }

  /** Where others write too, what is in memory or saved may be a moment old. */
  async #present(stream: StreamKey): Promise<JobRow> {
    const { rows, membership, activity } = this.dependencies;
    const known = membership.exclusive ? rows.known(stream) : undefined;
    return known ?? activity.during(membership.exclusive ? rows.load(stream) : rows.current(stream));
  }

  /** Whether another live node has the handler. One that has just joined may not have been heard of yet. */
  async #runsElsewhere(handlerKey: string): Promise<boolean> {
    const { membership } = this.dependencies;
    for (let looks = 0; ; looks++) {
      if (membership.nodes().some(({ node, handlerKeys }) => node !== membership.self && handlerKeys.includes(handlerKey))) return true;
      if (membership.exclusive || looks === heardOfLooks) return false;
      await this.#pause(heardOfMs);
    }
  }

  get #by(): { readonly by?: string } {
    const { actor } = this.dependencies;
    return actor === undefined ? {} : { by: actor };
  }

  #pause(ms: Millis): Promise<void> {
    return new Promise((resolve) => this.dependencies.background.after(ms, resolve, 'keepAlive'));
  }

  #within<T>(promise: Promise<T>, ms: number | undefined): Promise<T> {
    if (ms === undefined) return promise;
    return new Promise((resolve, reject) => {
      const late = () => reject(new SchedulerError('WAIT_TIMEOUT', `the execution was not over within ${ms} ms; it goes on`));
      const stop = this.dependencies.background.after(ms, late, 'keepAlive');
      promise.then(resolve, reject).finally(stop);
    });
  }
}

/** Longer than a handler that ignores its signal may keep its slot. */
const cancelWaitMs = 10_000;

const noted = (note: unknown): { readonly note?: string } => {
  if (note === undefined) return {};
  if (typeof note !== 'string' || note.length > 1_000) throw invalidArgument('note', 'must be a text of at most 1,000 characters');
  return { note };
};

const scheduled = ({ state, row, events }: Ok, job: ParsedJob, clock: Clock): ScheduleResult => {
  if (state.kind === 'absent') throw jobNotFound(job.jobName);
  const result = presentScheduled(row.stream, state, clock.now());
  if (events.length > 0) return { ...result, created: events.some((e) => e.type === 'JobScheduled') };
  // A request that is repeated is answered as it was, whatever has become of the job since.
  const repeated = state.requests.find((r) => r.key === job.idempotencyKey);
  return { ...result, created: repeated?.created === true, version: repeated?.revision ?? result.version };
};

const queuedRun = (executionId: string, jobName: string, { state }: Ok): RunResult => {
  const execution = state.kind === 'job' ? state.executions.find((e) => e.executionId === executionId) : undefined;
  return { executionId, jobName, status: execution?.phase ?? 'queued', attempts: 0, startedAt: null, finishedAt: null, durationMs: null };
};

export const accepted = <T>(parsed: Parsed<T>): T => {
  if (parsed.ok) return parsed.value;
  const { issues } = parsed;
  const code = issues.some((i) => !i.path.startsWith('schedule'))
    ? 'INVALID_JOB'
    : (issues.find((i) => i.code)?.code ?? 'INVALID_SCHEDULE');
  throw refused(code, issues);
};

export const otherOrganization = (own: string): SchedulerError => {
  const message = `must be "${own}", or left out: this is the API of that organization alone`;
  return refused('INVALID_JOB', [{ path: 'organization', message }]);
};

const asSchedulerError = (error: unknown): SchedulerError => {
  if (error instanceof SchedulerError) return error;
  throw error;
};

/** A store that cannot answer is told to the user as such. */
export const unwell = async <T>(promise: Promise<T>): Promise<T> => {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof StoreUnavailable || error instanceof ArtifactsUnavailable)
      throw new SchedulerError('STORE_UNAVAILABLE', error.message, { cause: error });
    throw error;
  }
};
