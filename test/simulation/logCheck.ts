import { publishedOf } from '../../src/application/eventStream.js';
import type { Commit, StreamKey } from '../../src/application/ports/eventStore.js';
import type { Instant } from '../../src/domain/instant.js';
import type { JobDefinition, JobEvent } from '../../src/domain/job/index.js';
import type { Calendar } from '../../src/domain/schedule/calendar.js';
import { boundsOf } from '../../src/domain/schedule/schedule.js';

export type Report = (invariant: string, what: string) => void;

type Run = {
  readonly executionId: string;
  readonly trigger: string;
  readonly scheduledFor: Instant;
  exempt: boolean;
  attempt: number;
  failures: number;
  phase: 'queued' | 'running' | 'retrying' | 'over';
  retryAt: Instant;
  node: string;
  timeoutAt: Instant;
  /** The same on the clock of the world. */
  outOfTimeMs: number;
};

type JobModel = {
  readonly jobId: string;
  definition: JobDefinition;
  paused: boolean;
  pausedAt: Instant | null;
  ended: boolean;
  next: Instant | null;
  readonly planned: Set<Instant>;
  readonly runs: Map<string, Run>;
};

/**
 * Whether a node that has the handler could have run more all the time. Where all of them were full, how long work waits is not promised;
 * where no node has the handler, what is due is queued, and waits.
 */
export type Room = 'some' | 'none' | 'noHandler';

type Stream = { version: number; token: number; job: JobModel | null; readonly ids: Set<string> };

export type Started = { readonly stream: StreamKey; readonly node: string; readonly position: number; readonly token: number };

/**
 * The rules that any log must keep, written anew from the published events and sharing nothing with the code that decides. Commits are
 * handed in as they come about.
 */
export class LogCheck {
  readonly commits: Commit[] = [];
  readonly #streams = new Map<StreamKey, Stream>();
  readonly #commitIds = new Set<string>();
  readonly #started = new Map<string, Started>();

  constructor(
    private readonly calendar: Calendar,
    private readonly report: Report,
    /** Whether a node has given signs of life all along. */
    private readonly isSurelyAlive: (node: string) => boolean,
    /** Milliseconds since the world began, whatever the clocks of nodes say. */
    private readonly elapsedMs: () => number,
  ) {}

  started(executionId: string, attempt: number): Started | undefined {
    return this.#started.get(`${executionId}#${attempt}`);
  }

  has(commitId: string): boolean {
    return this.#commitIds.has(commitId);
  }

  /** The id of the job that a stream is about now; undefined where there is none. */
  jobId(stream: StreamKey): string | undefined {
    return this.#streams.get(stream)?.job?.jobId;
  }

  add(commit: Commit): void {
    const { stream: key, version, position, commitId } = commit;
    if (position !== this.commits.length + 1) this.report('I1', `position ${position} follows ${this.commits.length}`);
    if (this.#commitIds.has(commitId)) this.report('I2', `commit ${commitId} is in the log twice`);
    this.commits.push(commit);
    this.#commitIds.add(commitId);
    const stream = this.#streams.get(key) ?? { version: 0, token: 0, job: null, ids: new Set<string>() };
    this.#streams.set(key, stream);
    if (version !== stream.version + 1) this.report('I1', `${key} v${version} follows v${stream.version}`);
    stream.version = version;
    for (const [i, event] of commit.events.entries()) this.#apply(key, stream, event, commit, i);
  }

  #apply(key: StreamKey, stream: Stream, event: JobEvent, commit: Commit, index: number): void {
    const where = `${key} v${commit.version}`;
    const { job } = stream;
    if (event.type === 'JobScheduled') {
      if (job) this.report('I1', `${where}: created although it exists`);
      stream.job = {
        jobId: event.jobId,
        definition: event.definition,
        paused: event.paused !== undefined,
        pausedAt: event.paused ?? null,
        ended: false,
        next: event.nextRunAt,
        planned: new Set(),
        runs: new Map(),
      };
      return;
    }
    if (!job) return this.report('I10', `${where}: ${event.type} of a job that does not exist`);
    switch (event.type) {
      case 'JobRescheduled':
        job.definition = event.definition;
        job.next = event.nextRunAt;
        if (event.changed.includes('active')) job.ended = false;
        return;
      case 'JobPaused':
        job.paused = true;
        job.pausedAt = event.at;
        for (const run of job.runs.values()) run.exempt = false;
        return;
      case 'JobResumed':
        job.paused = false;
        job.pausedAt = null;
        job.next = event.nextRunAt;
        return;
      case 'JobCancelled':
        job.ended = true;
        job.next = null;
        return;
      case 'JobCompleted':
        if (event.reason === 'exhausted' && this.#active(job).length > 0) this.report('I7', `${where}: over while executions are active`);
        job.ended = true;
        return;
      case 'JobCompacted':
        return;
      case 'JobDeleted':
        for (const { executionId } of this.#active(job)) this.report('I7', `${where}: deleted while ${executionId} has no end`);
        if (event.fencingToken < stream.token) this.report('I9', `${where}: the fencing token went back`);
        stream.job = null;
        return;
      case 'OccurrencesSkipped':
        return this.#onSkipped(where, job, event, commit, index);
      case 'ExecutionQueued':
        return this.#onQueued(where, stream, job, event);
      default:
        return this.#onExecution(where, key, stream, job, event, commit);
    }
  }

  #onSkipped(where: string, job: JobModel, event: Extract<JobEvent, { type: 'OccurrencesSkipped' }>, commit: Commit, index: number): void {
    const before = commit.events[index - 1];
    const dropped = before?.type === 'ExecutionCancelled' ? job.runs.get(before.executionId) : undefined;
    // An execution that waited is given another fate.
    const isDrop = dropped !== undefined && dropped.attempt === 0 && dropped.scheduledFor === event.from && event.from === event.to;
    if (!isDrop) {
      if (event.from !== job.next) this.report('I6', `${where}: skips from ${iso(event.from)}, but ${iso(job.next)} has no fate yet`);
      this.#checkNext(where, job, event.to, event.nextRunAt, isExtended(event));
    }
    job.next = event.nextRunAt;
  }

  #onQueued(where: string, stream: Stream, job: JobModel, event: Extract<JobEvent, { type: 'ExecutionQueued' }>): void {
    const { executionId, trigger, scheduledFor, queuedAt } = event;
    if (stream.ids.has(executionId)) this.report('I4', `${where}: execution ${executionId} is queued twice`);
    stream.ids.add(executionId);
    if (trigger === 'schedule' || trigger === 'catchUp') {
      if (job.planned.has(scheduledFor)) this.report('I4', `${where}: ${iso(scheduledFor)} runs twice`);
      job.planned.add(scheduledFor);
      if (scheduledFor !== job.next) this.report('I6', `${where}: runs ${iso(scheduledFor)}, but ${iso(job.next)} has no fate yet`);
      if (queuedAt < scheduledFor) this.report('I12', `${where}: ${iso(scheduledFor)} is queued early, at ${iso(queuedAt)}`);
      this.#checkNext(where, job, scheduledFor, event.nextRunAt, false);
    }
    job.next = event.nextRunAt;
    job.runs.set(executionId, {
      executionId,
      trigger,
      scheduledFor,
      exempt: trigger === 'manual' && (job.paused || job.ended),
      attempt: 0,
      failures: 0,
      phase: 'queued',
      retryAt: queuedAt,
      node: '',
      timeoutAt: queuedAt,
      outOfTimeMs: 0,
    });
  }

  /** What is to come after `handled` is what the calendar says, or nothing where `maxRuns` is used up. */
  #checkNext(where: string, job: JobModel, handled: Instant, next: Instant | null, mayLieLater: boolean): void {
    const { schedule } = job.definition;
    const expected = schedule.kind === 'once' ? null : this.calendar.next(schedule, handled, { jobId: job.jobId, organization: '' });
    if (next === expected || (next === null && boundsOf(schedule).maxRuns !== undefined)) return;
    if (mayLieLater && next !== null && expected !== null && next >= expected) return;
    this.report('I6', `${where}: after ${iso(handled)} comes ${iso(expected)}, not ${iso(next)}`);
  }

  #onExecution(
    where: string,
    key: StreamKey,
    stream: Stream,
    job: JobModel,
    event: Exclude<Extract<JobEvent, { executionId: string }>, { type: 'ExecutionQueued' }>,
    commit: Commit,
  ): void {
    const run = job.runs.get(event.executionId);
    if (!run || run.phase === 'over')
      return this.report('I9', `${where}: ${event.type} of ${event.executionId}, which is ${run ? 'over' : 'unknown'}`);
    switch (event.type) {
      case 'ExecutionStarted': {
        if (run.phase === 'running') this.report('I4', `${where}: ${event.executionId} is started while it runs`);
        if (event.attempt !== run.attempt + 1) this.report('I7', `${where}: attempt ${event.attempt} follows ${run.attempt}`);
        if (run.phase === 'retrying' && event.startedAt < run.retryAt)
          this.report('I14', `${where}: retried at ${iso(event.startedAt)}, before ${iso(run.retryAt)}`);
        if (job.paused && !run.exempt) this.report('I10', `${where}: started while the job is paused`);
        if (event.fencingToken <= stream.token) this.report('I9', `${where}: the fencing token does not grow`);
        stream.token = Math.max(stream.token, event.fencingToken);
        const others = [...job.runs.values()].filter((other) => other !== run && other.phase === 'running');
        if (job.definition.overlap !== 'allow' && others.length > 0) this.report('I11', `${where}: two executions run at once`);
        const outOfTimeMs = this.elapsedMs() + event.timeoutAt - event.startedAt;
        Object.assign(run, { phase: 'running', attempt: event.attempt, node: event.node, timeoutAt: event.timeoutAt, outOfTimeMs });
        const started = { stream: key, node: event.node, position: commit.position, token: event.fencingToken };
        this.#started.set(`${event.executionId}#${event.attempt}`, started);
        return;
      }
      case 'ExecutionCompleted':
      case 'ExecutionFailed': {
        if (run.phase !== 'running' || run.attempt !== event.attempt)
          this.report(
            'I9',
            `${where}: attempt ${event.attempt} of ${event.executionId} ends, but it is ${run.phase} at attempt ${run.attempt}`,
          );
        // A node that lives, and cannot say how an attempt ended, loses it when its time-out has long passed.
        const isLost = event.type === 'ExecutionFailed' && event.cause === 'lost';
        if (isLost && this.elapsedMs() <= run.outOfTimeMs && this.isSurelyAlive(run.node))
          this.report('I21', `${where}: ${event.executionId} is called lost, and ${run.node} lives`);
        const counts = event.type === 'ExecutionFailed' && ['error', 'timeout', 'lost'].includes(event.cause);
        run.failures += counts ? 1 : 0;
        if (counts && !event.final && run.failures >= job.definition.maxAttempts)
          this.report('I8', `${where}: goes on after ${run.failures} failures of ${job.definition.maxAttempts}`);
        const isFinal = event.type === 'ExecutionCompleted' || event.final;
        run.phase = isFinal ? 'over' : 'retrying';
        if (!isFinal) run.retryAt = Number.POSITIVE_INFINITY as Instant;
        return;
      }
      case 'ExecutionRetryScheduled':
        if (run.phase !== 'retrying' || event.attempt !== run.attempt + 1) this.report('I7', `${where}: a retry out of turn`);
        run.retryAt = event.retryAt;
        return;
      case 'ExecutionCancelRequested':
        if (run.phase !== 'running') this.report('I9', `${where}: asked to stop although it does not run`);
        return;
      case 'ExecutionCancelled':
        run.phase = 'over';
        // Under `maxRuns` its place is free again.
        if (event.nextRunAt !== undefined) job.next = event.nextRunAt;
        return;
    }
  }

  #active(job: JobModel): readonly Run[] {
    return [...job.runs.values()].filter(({ phase }) => phase !== 'over');
  }

  /** Once all has been well for long enough: what was due by `dueBy` has a fate, and nothing runs on past its time. */
  checkLiveness(now: number, settledMs: number, roomFor: (jobType: string) => Room): void {
    for (const [key, { job }] of this.#streams) {
      if (!job || job.paused) continue;
      const room = roomFor(job.definition.jobType);
      const blocked = job.definition.overlap !== 'allow' && this.#active(job).some(({ phase }) => phase === 'running');
      const jitter = boundsOf(job.definition.schedule).jitterMs ?? 0;
      if (room !== 'none' && !job.ended && job.next !== null && job.next + jitter + settledMs < now)
        this.report('I6', `${key}: ${iso(job.next)} has no fate at ${iso(now)}`);
      for (const run of this.#active(job)) {
        if (run.phase === 'running' && run.timeoutAt + settledMs < now)
          this.report('I7', `${key}: attempt ${run.attempt} of ${run.executionId} on ${run.node} has no end`);
        if (run.phase === 'running' || blocked || room !== 'some') continue;
        const others = this.#active(job).filter((other) => other.phase === 'retrying' && other !== run);
        if (job.definition.overlap !== 'allow' && others.length > 0) continue;
        if (run.retryAt + settledMs < now && job.definition.overlap === 'allow')
          this.report('I7', `${key}: ${run.executionId} is ${run.phase} since ${iso(run.retryAt)} and does not start`);
        if (run.phase === 'retrying' && run.retryAt + settledMs < now)
          this.report('I7', `${key}: ${run.executionId} waits for its retry since ${iso(run.retryAt)}`);
      }
    }
  }

  /** Every event ever committed, in order, as it is to be published. */
  published() {
    return this.commits.flatMap(publishedOf);
  }
}

/** A skip under misfire policy `once` or `all` goes on with the occurrence that is made up for. */
const isExtended = ({ reason }: Extract<JobEvent, { type: 'OccurrencesSkipped' }>): boolean => reason === 'misfire';

const iso = (at: number | null): string =>
  at === null ? 'nothing' : Number.isFinite(at) ? new Date(at).toISOString().slice(11, 23) : 'never';
