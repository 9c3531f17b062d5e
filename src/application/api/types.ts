import type { SchedulerError } from '../../domain/errors.js';
import type {
  ExecutionError,
  FailureCause,
  JobEvent,
  JobStatus,
  Misfire,
  NotifyRule,
  Overlap,
  Priority,
  Retention,
  Trigger,
} from '../../domain/job/index.js';
import type { Backoff } from '../../domain/schedule/retryPolicy.js';
import type { HandlerOptions } from '../handlers.js';
import type { Artifact } from '../ports/artifacts.js';
import type { ExecutionStatus } from '../ports/readModels.js';
import type { HandlerRef, RunInfo } from '../ports/runner.js';
import type { LogLevel, LogLine, Progress } from '../ports/runRecords.js';

/** Job types and the shape of their parameters: `createScheduler<{ 'send-mail': { to: string } }>()`. */
export type JobMap = { readonly [jobType: string]: unknown };
/** An instant as users may write it: a `Date`, or ISO 8601 with `Z` or an offset. */
export type InstantInput = Date | string;

type Singular = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month';
export type IntervalInput = { readonly value: number; readonly unit: Singular | `${Singular}s` };
export type ExclusionInput = InstantInput | { readonly from: InstantInput; readonly to: InstantInput };

export type RecurrenceBounds = {
  readonly timezone?: string;
  readonly startAt?: InstantInput;
  readonly endAt?: InstantInput;
  readonly maxRuns?: number;
  /** Window in milliseconds by which starts are spread; the same shift for every run of a job. */
  readonly jitter?: number;
  /** Instants, days (`YYYY-MM-DD` in the time zone) and spans without runs. */
  readonly exclude?: readonly ExclusionInput[];
};

export type ScheduleInput =
  | { readonly type: 'once'; readonly runAt: InstantInput }
  | (RecurrenceBounds & { readonly type: 'recurring'; readonly cronExpression: string })
  | (RecurrenceBounds & { readonly type: 'recurring'; readonly interval: IntervalInput; readonly anchor?: InstantInput })
  | (RecurrenceBounds & { readonly type: 'recurring'; readonly rrule: string; readonly anchor?: InstantInput })
  | (RecurrenceBounds & { readonly type: 'custom'; readonly calculator: string; readonly options?: { readonly [key: string]: unknown } });

/** Delays in milliseconds. */
export type BackoffInput = {
  readonly type?: Backoff['type'];
  readonly delay?: number;
  readonly factor?: number;
  readonly maxDelay?: number;
  readonly jitter?: number;
  readonly delays?: readonly number[];
};

/** Window in milliseconds. */
export type MisfireInput = Misfire['policy'] | { readonly policy: Misfire['policy']; readonly window?: number; readonly max?: number };
/** Finished executions kept; `null` for no bound. */
export type RetentionInput = false | { readonly executions?: number | null; readonly days?: number | null };

/** False: nobody is told. Recipients are mail addresses, `webhook:URL`, or `log`; by default those of the organization or of all jobs. */
export type NotifyInput = false | Partial<NotifyRule>;

export type HandlerLog = { readonly [level in LogLevel]: (message: string, ...details: readonly unknown[]) => void };

/** What a file can be made of. */
export type ArtifactData = string | Uint8Array | AsyncIterable<string | Uint8Array>;

export type HandlerContext = Omit<RunInfo, 'scheduledFor'> & {
  readonly scheduledFor: Date;
  /** Aborts at the time-out, on cancellation and at shutdown. */
  readonly signal: AbortSignal;
  /** Lines kept with the execution. */
  readonly log: HandlerLog;
  /** How far the work is, 0 to 1, kept with the execution. */
  readonly progress: (fraction: number, message?: string) => void;
  /**
   * Keeps a file with the execution, whole or not at all; one of the same name takes its place. Media type by default that of plain
   * text for a text, else `application/octet-stream`. Resolves when it is durable.
   */
  readonly artifact: (name: string, content: ArtifactData, mediaType?: string) => Promise<ArtifactInfo>;
};

export type Handler<P = unknown> = (parameters: P, context: HandlerContext) => unknown;

type AnyHandler<M extends JobMap> = Handler<M[keyof M & string]> | string;

/** Handlers by job type, or for `custom` jobs by job name. It is a `Map`; `set` takes options beside. */
export interface JobHandlerMap<M extends JobMap = JobMap> extends Iterable<[string, AnyHandler<M>]> {
  readonly size: number;
  set<T extends keyof M & string>(name: T, handler: Handler<M[T]> | string, options?: HandlerOptions): this;
  set(name: string, handler: Handler | string, options?: HandlerOptions): this;
  /** For one job of this process, `organization/jobName`: wins over those by name. */
  bind(stream: string, handler: HandlerRef): void;
  get<T extends keyof M & string>(name: T): Handler<M[T]> | string | undefined;
  get(name: string): Handler | string | undefined;
  has(name: string): boolean;
  delete(name: string): boolean;
  clear(): void;
  keys(): IterableIterator<string>;
  values(): IterableIterator<AnyHandler<M>>;
  entries(): IterableIterator<[string, AnyHandler<M>]>;
  forEach(call: (handler: AnyHandler<M>, name: string) => void): void;
}

/** What `scheduleJob` takes. Omitted fields have the defaults of the documentation. */
export type JobInput<M extends JobMap = JobMap, T extends keyof M & string = keyof M & string> = {
  readonly jobName: string;
  readonly jobType: T;
  readonly schedule: ScheduleInput;
  readonly parameters?: M[T];
  readonly priority?: Priority;
  readonly maxAttempts?: number;
  readonly organization?: string;
  /** Bound to this job in this process: a function, or the path of a module whose default export is one. */
  readonly handler?: Handler<M[T]> | string | undefined;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly backoff?: BackoffInput;
  readonly overlap?: Overlap;
  readonly misfire?: MisfireInput;
  readonly isolation?: 'inline' | 'worker';
  readonly tags?: readonly string[];
  readonly description?: string;
  readonly enabled?: boolean;
  readonly retention?: RetentionInput;
  /** Who hears of failures; omitted, what holds for the organization or for all jobs. */
  readonly notify?: NotifyInput;
  readonly idempotencyKey?: string;
};

export type ScheduleResult = {
  readonly jobId: string;
  readonly jobName: string;
  readonly organization: string;
  readonly status: JobStatus;
  readonly nextRunAt: Date | null;
  readonly created: boolean;
  readonly version: number;
};

export type ScheduleOptions = {
  /** Refuse with `VERSION_MISMATCH` unless the job's definition is at this version; 0: unless there is no such job yet. */
  readonly expectedVersion?: number;
};

export type JobInfo = {
  readonly jobId: string;
  readonly jobName: string;
  readonly organization: string;
  readonly jobType: string;
  readonly status: JobStatus;
  /** Why the job waits, where it does not wait for its time. */
  readonly waitingFor: 'handler' | 'capacity' | null;
  readonly enabled: boolean;
  readonly paused: { readonly since: Date; readonly by?: string; readonly note?: string; readonly until?: Date } | null;
  readonly schedule: ScheduleInput;
  readonly parameters: unknown;
  readonly priority: Priority;
  readonly maxAttempts: number;
  readonly timeout: number;
  readonly backoff: Backoff;
  readonly overlap: Overlap;
  readonly misfire: { readonly policy: Misfire['policy']; readonly window?: number; readonly max: number };
  readonly isolation: 'inline' | 'worker';
  readonly tags: readonly string[];
  readonly description?: string;
  readonly retention: Retention;
  /** As it was given, with defaults filled in; absent where the job has no rule of its own. */
  readonly notify?: NotifyRule | false;
  /** The next occurrence. */
  readonly nextRunAt: Date | null;
  /** The next occurrence with the job's jitter. */
  readonly nextStartAt: Date | null;
  readonly lastRunAt: Date | null;
  readonly activeExecutions: readonly { readonly executionId: string; readonly status: ExecutionStatus; readonly attempt: number }[];
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export type JobPage = readonly JobInfo[] & { readonly nextCursor?: string };

export type JobQuery = {
  readonly status?: JobStatus | readonly JobStatus[];
  readonly jobType?: string;
  readonly tag?: string;
  readonly search?: string;
  readonly limit?: number;
  readonly cursor?: string;
};

export type AttemptRecord = {
  readonly attempt: number;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled';
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly durationMs: number | null;
  readonly node: string;
  readonly cause?: FailureCause;
  readonly error?: ExecutionError;
};

export type ExecutionRecord = {
  readonly executionId: string;
  readonly jobName: string;
  readonly organization: string;
  readonly status: ExecutionStatus;
  readonly trigger: Trigger;
  readonly scheduledFor: Date;
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly durationMs: number | null;
  readonly attempts: readonly AttemptRecord[];
  readonly retryAt?: Date;
  readonly result?: unknown;
  readonly error?: ExecutionError;
  readonly parameters: unknown;
};

/** A file that a run has made. */
export type ArtifactInfo = Pick<Artifact, 'artifactId' | 'name' | 'mediaType' | 'bytes' | 'sha256' | 'details'> & {
  readonly createdAt: Date;
};

/** `content` can be read once; it throws at its end where it is not what was written. */
export type ArtifactFile = ArtifactInfo & { readonly content: AsyncIterable<Uint8Array> };

export type ExecutionDetails = ExecutionRecord & {
  readonly progress: (Omit<Progress, 'at'> & { readonly at: Date }) | null;
  readonly log: readonly (Omit<LogLine, 'at'> & { readonly at: Date })[];
  readonly droppedLogLines: number;
  /** In the order of their names. */
  readonly artifacts: readonly ArtifactInfo[];
};

export type RunOptions = {
  /** False: answer as soon as the run is queued. */
  readonly wait?: boolean;
  /** Stop waiting after this many milliseconds; the run goes on. */
  readonly waitMs?: number;
  /** Called with the id of the execution once it is queued, before it is waited for. */
  readonly onQueued?: (executionId: string) => void;
};

/** `attempts` counts starts. */
export type RunResult = {
  readonly executionId: string;
  readonly jobName: string;
  readonly status: ExecutionStatus;
  readonly attempts: number;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly durationMs: number | null;
  readonly result?: unknown;
  readonly error?: ExecutionError;
};

/** The runs that were queued, in the order of their occurrences. */
export type BackfillResult = {
  readonly jobName: string;
  readonly executions: readonly { readonly executionId: string; readonly scheduledFor: Date }[];
};

export type JobStatsView = {
  readonly jobName: string;
  readonly organization: string;
  readonly totalExecutions: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly retries: number;
  readonly skippedOccurrences: number;
  /** Completed over completed and failed, 0 to 1; 0 where neither has happened. */
  readonly successRate: number;
  readonly averageDurationMs: number | null;
  readonly p50DurationMs: number | null;
  readonly p95DurationMs: number | null;
  readonly p99DurationMs: number | null;
  readonly maxDurationMs: number | null;
  readonly averageLatenessMs: number | null;
  readonly maxLatenessMs: number | null;
  readonly streak: { readonly outcome: ExecutionStatus; readonly count: number } | null;
  readonly days: readonly { readonly day: string; readonly completed: number; readonly failed: number; readonly cancelled: number }[];
  readonly lastExecution?: {
    readonly executionId: string;
    readonly status: ExecutionStatus;
    readonly startedAt: Date | null;
    readonly finishedAt: Date | null;
    readonly durationMs: number | null;
  };
  readonly lastSuccessAt?: Date;
  readonly lastFailureAt?: Date;
};

/** One page of a history; `nextCursor` is undefined on the last. */
export type HistoryPage = readonly ExecutionRecord[] & { readonly nextCursor?: string };
export type HistoryQuery = { readonly limit?: number; readonly cursor?: string };

/** An occurrence that will be started unless something changes, and when: its jitter is added. */
export type ComingRun = { readonly occurrence: Date; readonly startAt: Date };
export type ComingQuery = { readonly after?: InstantInput; readonly count?: number };

/** How many days ahead to look. */
export type Horizon = { readonly days?: number };

/** What a definition would change. */
export type WhatIf = {
  readonly jobName: string;
  readonly organization: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** Names of the definition's fields that would differ. */
  readonly changed: readonly string[];
  readonly from: Date;
  /** As far as occurrences were compared: at most 1,000 of each. */
  readonly until: Date;
  /** Whether that is the whole time asked for. */
  readonly complete: boolean;
  readonly removed: readonly ComingRun[];
  readonly added: readonly ComingRun[];
  /** Occurrences that stay, and start at another time. */
  readonly moved: readonly { readonly occurrence: Date; readonly from: Date; readonly to: Date }[];
  readonly kept: number;
  readonly nextRunAt: { readonly before: Date | null; readonly after: Date | null };
};

/**
 * The coming days of an organization's jobs, played with the decisions that run them: every run succeeds and takes as long as runs of its
 * job took on average, and the node's slots are theirs alone.
 */
export type Forecast = {
  readonly organization: string;
  readonly from: Date;
  readonly until: Date;
  /** False where there is more to come than is played; `until` says how far it was. */
  readonly complete: boolean;
  readonly jobs: number;
  readonly runs: number;
  /** Occurrences that the overlap policy leaves out: a run before them takes too long. */
  readonly skipped: number;
  /** Attempts that fit at once on the live nodes, this one's limit taken for all. */
  readonly concurrency: number;
  /** The most at once, waiting ones included. */
  readonly peak: { readonly at: Date; readonly active: number } | null;
  /** Minutes in which the most is to be done, in the order of time. */
  readonly hotMinutes: readonly {
    readonly minute: Date;
    readonly starts: number;
    readonly active: number;
    /** Jobs that found no slot. */
    readonly waited: number;
    readonly jobs: readonly string[];
  }[];
  /** Every hour in which something starts or waits, in the order of time; `active`: the most at once in it. */
  readonly hours: readonly { readonly hour: Date; readonly starts: number; readonly active: number; readonly waited: number }[];
  /** Jobs that start with others where that costs, and the jitter that would spread them. */
  readonly suggestions: readonly { readonly jobName: string; readonly jitterMs: number; readonly minute: Date; readonly starts: number }[];
  readonly busiest: readonly {
    readonly jobName: string;
    readonly runs: number;
    readonly skipped: number;
    readonly averageDurationMs: number | null;
    readonly busyMs: number;
  }[];
  /** Jobs of which no run was recorded: one second is assumed. */
  readonly unmeasured: readonly string[];
};

/** One event of the log, as listeners and readers get it. Instants inside `data` are epoch milliseconds. */
export type PublishedEvent = {
  /** Unique: the commit's id and the event's place in it. */
  readonly id: string;
  readonly type: JobEvent['type'];
  readonly organization: string;
  readonly jobName: string;
  readonly at: Date;
  /** `partition:position:index`: the order of the log. */
  readonly sequence: string;
  /** Version of the job's stream. */
  readonly version: number;
  readonly data: JobEvent;
};

export type EventFilter = {
  readonly jobName?: string;
  readonly type?: JobEvent['type'] | readonly JobEvent['type'][];
  /** Continue after the event with this `sequence`; `now`: only with what comes from now on. */
  readonly after?: string;
  /** Begin with so many of the newest events, found among the newest 20,000 commits of the log. Not beside `after`. */
  readonly last?: number;
  /** Go on with new events as they come, until the signal aborts or the scheduler stops. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
};

export type PauseOptions = { readonly note?: string; readonly until?: InstantInput };

/** What became of one planned instant, as a code that programs can rely on. */
export type ExplainCode =
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'RUNNING'
  | 'RETRYING'
  | 'QUEUED'
  | 'SKIPPED_OVERLAP'
  | 'SKIPPED_MISFIRE'
  | 'SKIPPED_PAUSED'
  | 'SKIPPED_EXCLUDED'
  | 'SKIPPED_BOUNDS'
  | 'SKIPPED_CANCELLED'
  | 'SKIPPED_BUFFER_FULL'
  | 'PLANNED'
  | 'NO_HANDLER'
  | 'WAITING_FOR_CAPACITY'
  | 'JOB_PAUSED'
  | 'JOB_ENDED'
  | 'BEFORE_CREATION'
  /** Retention has dropped what is known of it. */
  | 'HISTORY_DROPPED'
  | 'NOT_PLANNED';

export type Explanation = {
  readonly jobName: string;
  readonly at: Date;
  readonly code: ExplainCode;
  readonly executionId?: string;
  /** The event of the log that decided it. */
  readonly eventId?: string;
};

export type BulkResult = ScheduleResult | SchedulerError;

/** The jobs of one organization. */
export interface JobsApi<M extends JobMap = JobMap> {
  /** Creates the job, or updates the one of that name. */
  scheduleJob<T extends keyof M & string>(job: JobInput<M, T>, options?: ScheduleOptions): Promise<ScheduleResult>;
  /** One result or error for each, in order. */
  scheduleJobs(jobs: readonly JobInput<M>[]): Promise<readonly BulkResult[]>;
  runNow(jobName: string, parameters?: { readonly [key: string]: unknown }, options?: RunOptions): Promise<RunResult>;
  jobHistory(jobName: string, limit?: number): Promise<readonly ExecutionRecord[]>;
  /** The same, page by page; a page is longer by runs that were queued together. At most 1,000, by default 20. */
  historyPage(jobName: string, query?: HistoryQuery): Promise<HistoryPage>;
  /** In the order of their names; at most 10,000, which is also the default. `nextCursor` is there where more follow. */
  getScheduledJobs(query?: JobQuery): Promise<JobPage>;
  getJob(jobName: string): Promise<JobInfo>;
  getExecution(executionId: string): Promise<ExecutionDetails>;
  /** A file of a run, by its `artifactId`. */
  openArtifact(artifactId: string): Promise<ArtifactFile>;
  toggleJob(jobName: string, enabled: boolean, options?: PauseOptions): Promise<JobInfo>;
  cancelJob(jobName: string, options?: { readonly note?: string }): Promise<JobInfo>;
  cancelExecution(executionId: string, options?: { readonly note?: string }): Promise<ExecutionRecord>;
  deleteJob(jobName: string): Promise<void>;
  getJobStats(jobName: string): Promise<JobStatsView>;
  /** What the job will start next, at most 100; nothing while it is paused without an end. */
  comingRuns(jobName: string, query?: ComingQuery): Promise<readonly ComingRun[]>;
  /** What `scheduleJob` would change in the coming days (at most 366, by default 7). Nothing is saved; throws what it would throw. */
  whatIf<T extends keyof M & string>(job: JobInput<M, T>, horizon?: Horizon): Promise<WhatIf>;
  /** At most 31 days, by default 7. */
  forecast(horizon?: Horizon): Promise<Forecast>;
  explain(jobName: string, at: InstantInput): Promise<Explanation>;
  jobAsOf(jobName: string, at: InstantInput): Promise<JobInfo>;
  /**
   * Queues a run for each occurrence from `from` to `to`, both included and in the past, at most 1,000; they go one by one unless the overlap
   * policy is `allow`. One whose backfill is not finished is left out: repeating the call repeats nothing.
   */
  backfill(jobName: string, from: InstantInput, to: InstantInput): Promise<BackfillResult>;
  events(filter?: EventFilter): AsyncIterableIterator<PublishedEvent>;
  /** Calls back for every event of this process, after it is durable. Returns a function that ends it. */
  on(type: JobEvent['type'] | '*', listener: (event: PublishedEvent) => void): () => void;
}
