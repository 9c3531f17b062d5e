import type { AttemptRow, ExecutionRow, JobRow } from '../../application/ports/readModels.js';
import { emptyStats, type JobStats } from '../../application/projections/stats.js';
import type { Job, JobDefinition, JobState, Misfire, Retention } from '../../domain/job/index.js';
import type { Backoff } from '../../domain/schedule/retryPolicy.js';

// Rows as they are stored: what is as in most jobs and most runs is left out. Every character of a row is written as JSON, copied to
// another thread, bound, stored and flushed. Whoever changes a value here raises the version of the file's schema.

/** Fields whose value is a usual one are not written: JSON leaves out what is undefined. */
const unless = <T, U extends T>(usual: U, own: T): Exclude<T, U> | undefined => (own === usual ? undefined : (own as Exclude<T, U>));

const usual = {
  backoff: { type: 'exponential', delay: 1_000, factor: 2, maxDelay: 3_600_000, jitter: 0.2 },
  misfire: { policy: 'once', max: 100 },
  retention: { maxExecutions: 1_000, maxAgeMs: 90 * 86_400_000 },
} as const satisfies Partial<JobDefinition>;
const none: readonly never[] = [];

const isUsualBackoff = (backoff: Backoff): boolean =>
  backoff.type === 'exponential' &&
  backoff.delay === usual.backoff.delay &&
  backoff.factor === usual.backoff.factor &&
  backoff.maxDelay === usual.backoff.maxDelay &&
  backoff.jitter === usual.backoff.jitter;
const isUsualMisfire = ({ policy, windowMs, max }: Misfire): boolean =>
  policy === usual.misfire.policy && windowMs === undefined && max === usual.misfire.max;
const isUsualRetention = ({ maxExecutions, maxAgeMs }: Retention): boolean =>
  maxExecutions === usual.retention.maxExecutions && maxAgeMs === usual.retention.maxAgeMs;

type PackedDefinition = ReturnType<typeof packDefinition>;

const packDefinition = (definition: JobDefinition) => ({
  jobType: definition.jobType,
  schedule: definition.schedule,
  parameters: definition.parameters,
  priority: unless('normal', definition.priority),
  maxAttempts: unless(3, definition.maxAttempts),
  timeoutMs: unless(300_000, definition.timeoutMs),
  backoff: isUsualBackoff(definition.backoff) ? undefined : definition.backoff,
  overlap: unless('skip', definition.overlap),
  misfire: isUsualMisfire(definition.misfire) ? undefined : definition.misfire,
  isolation: unless('inline', definition.isolation),
  tags: definition.tags.length === 0 ? undefined : definition.tags,
  retention: isUsualRetention(definition.retention) ? undefined : definition.retention,
  description: definition.description,
  notify: definition.notify,
});

const unpackDefinition = (packed: PackedDefinition): JobDefinition => {
  const definition: JobDefinition = {
    jobType: packed.jobType,
    schedule: packed.schedule,
    parameters: packed.parameters,
    priority: packed.priority ?? 'normal',
    maxAttempts: packed.maxAttempts ?? 3,
    timeoutMs: packed.timeoutMs ?? 300_000,
    backoff: packed.backoff ?? usual.backoff,
    overlap: packed.overlap ?? 'skip',
    misfire: packed.misfire ?? usual.misfire,
    isolation: packed.isolation ?? 'inline',
    tags: packed.tags ?? none,
    retention: packed.retention ?? usual.retention,
  };
  const { description, notify } = packed;
  if (description === undefined && notify === undefined) return definition;
  return { ...definition, ...(description !== undefined && { description }), ...(notify !== undefined && { notify }) };
};

type PackedState = ReturnType<typeof packJob> | { readonly absent: number };

const packState = (state: JobState): PackedState => (state.kind === 'absent' ? { absent: state.fencingToken } : packJob(state));

const packJob = (job: Job) => ({
  jobId: job.jobId,
  depth: job.depth,
  definition: packDefinition(job.definition),
  revision: unless(1, job.revision),
  ended: job.ended ?? undefined,
  paused: job.paused ?? undefined,
  nextRunAt: job.nextRunAt ?? undefined,
  lastHandled: job.lastHandled ?? undefined,
  runsStarted: unless(0, job.runsStarted),
  fencingToken: unless(0, job.fencingToken),
  executions: job.executions.length === 0 ? undefined : job.executions,
  requests: job.requests.length === 0 ? undefined : job.requests,
  keptFrom: unless(1, job.keptFrom),
  lastOutcome: job.lastOutcome ?? undefined,
});

const unpackState = (packed: PackedState): JobState => {
  if ('absent' in packed) return { kind: 'absent', fencingToken: packed.absent };
  const job: Job = {
    kind: 'job',
    jobId: packed.jobId,
    definition: unpackDefinition(packed.definition),
    revision: packed.revision ?? 1,
    ended: packed.ended ?? null,
    paused: packed.paused ?? null,
    nextRunAt: packed.nextRunAt ?? null,
    lastHandled: packed.lastHandled ?? null,
    runsStarted: packed.runsStarted ?? 0,
    fencingToken: packed.fencingToken ?? 0,
    executions: packed.executions ?? none,
    requests: packed.requests ?? none,
    keptFrom: packed.keptFrom ?? 1,
    lastOutcome: packed.lastOutcome ?? null,
  };
  return packed.depth === undefined ? job : { ...job, depth: packed.depth };
};

type PackedStats = ReturnType<typeof packStats>;

const packStats = ({ durations, lateness, days, streak, lastExecution: last, ...counts }: JobStats) =>
  [
    counts.completed,
    counts.failed,
    counts.cancelled,
    counts.retries,
    counts.skipped,
    counts.lastSuccessAt,
    counts.lastFailureAt,
    durations.count > 0 ? ([durations.count, durations.sum, durations.max, durations.buckets] as const) : null,
    lateness.count > 0 ? ([lateness.count, lateness.sum, lateness.max] as const) : null,
    days.map(({ day, completed, failed, cancelled }) => [day, completed, failed, cancelled] as const),
    streak && ([streak.outcome, streak.count] as const),
    last && ([last.executionId, last.status, last.startedAt, last.finishedAt, last.durationMs] as const),
  ] as const;

const unpackStats = ([
  completed,
  failed,
  cancelled,
  retries,
  skipped,
  success,
  failure,
  d,
  l,
  days,
  streak,
  last,
]: PackedStats): JobStats => ({
  completed,
  failed,
  cancelled,
  retries,
  skipped,
  durations: d ? { count: d[0], sum: d[1], max: d[2], buckets: d[3] } : emptyStats.durations,
  lateness: l ? { count: l[0], sum: l[1], max: l[2] } : emptyStats.lateness,
  days: days.map(([day, completed, failed, cancelled]) => ({ day, completed, failed, cancelled })),
  streak: streak && { outcome: streak[0], count: streak[1] },
  lastExecution: last && { executionId: last[0], status: last[1], startedAt: last[2], finishedAt: last[3], durationMs: last[4] },
  lastSuccessAt: success,
  lastFailureAt: failure,
});

/** What of an execution has no column of its own. A run of one attempt, as most are, is told by its node. */
export type PackedExecution = ReturnType<typeof packExecution>;

export const packExecution = (row: ExecutionRow) => {
  const [only] = row.attempts;
  const node = only && isWhole(only, row) ? only.node : undefined;
  return {
    status: row.status,
    trigger: row.trigger === 'schedule' ? undefined : row.trigger,
    scheduledFor: row.scheduledFor,
    queuedAt: row.queuedAt,
    startedAt: row.startedAt ?? undefined,
    durationMs: row.durationMs ?? undefined,
    node,
    attempts: node === undefined && only ? row.attempts : undefined,
    parameters: row.parameters,
    retryAt: row.retryAt,
    result: row.result,
    error: row.error,
  };
};

/** Whether an attempt is all there is to say of its execution. */
const isWhole = (only: AttemptRow, { attempts, status, startedAt, finishedAt, durationMs }: ExecutionRow): boolean =>
  attempts.length === 1 &&
  only.attempt === 1 &&
  only.status === status &&
  only.startedAt === startedAt &&
  only.finishedAt === finishedAt &&
  only.durationMs === durationMs &&
  only.error === undefined &&
  only.cause === undefined;

export type ExecutionColumns = Pick<ExecutionRow, 'executionId' | 'stream' | 'version' | 'queuedVersion' | 'finishedAt'>;

export const unpackExecution = (
  { executionId, stream, version, queuedVersion, finishedAt }: ExecutionColumns,
  packed: PackedExecution,
): ExecutionRow => {
  const { status, node, startedAt = null, durationMs = null, retryAt, result, error } = packed;
  const whole = { attempt: 1, status, startedAt, finishedAt, durationMs, node } as AttemptRow;
  const row: ExecutionRow = {
    executionId,
    stream,
    version,
    queuedVersion,
    status,
    trigger: packed.trigger ?? 'schedule',
    scheduledFor: packed.scheduledFor,
    queuedAt: packed.queuedAt,
    startedAt,
    finishedAt,
    durationMs,
    attempts: packed.attempts ?? (node === undefined ? [] : [whole]),
    parameters: packed.parameters,
  };
  if (retryAt === undefined && result === undefined && error === undefined) return row;
  return {
    ...row,
    ...(retryAt !== undefined && { retryAt }),
    ...(result !== undefined && { result }),
    ...(error !== undefined && { error }),
  };
};

export type PackedRow = ReturnType<typeof packRow>;

export const packRow = ({ state, stats, open, createdAt, updatedAt }: JobRow) =>
  [
    createdAt,
    updatedAt,
    packState(state),
    stats === emptyStats ? null : packStats(stats),
    open.map((row) => [row.executionId, row.version, row.queuedVersion, row.finishedAt, packExecution(row)] as const),
  ] as const;

export const unpackRow = (stream: string, version: number, [createdAt, updatedAt, state, stats, open]: PackedRow): JobRow => ({
  stream,
  version,
  state: unpackState(state),
  stats: stats ? unpackStats(stats) : emptyStats,
  open: open.map(([executionId, version, queuedVersion, finishedAt, packed]) =>
    unpackExecution({ executionId, stream, version, queuedVersion, finishedAt }, packed),
  ),
  createdAt,
  updatedAt,
});
