import type { Instant } from '../../domain/instant.js';
import { type Job, nextStartAt, statusOf } from '../../domain/job/index.js';
import type { Artifact } from '../ports/artifacts.js';
import type { JobInputParser } from '../ports/jobInput.js';
import type { AttemptRow, ExecutionRow, JobRow } from '../ports/readModels.js';
import { mean, quantile } from '../projections/sketch.js';
import { splitStream } from '../streams.js';
import type {
  ArtifactInfo,
  AttemptRecord,
  ExecutionDetails,
  ExecutionRecord,
  JobInfo,
  JobStatsView,
  RunResult,
  ScheduleResult,
} from './types.js';

const date = (at: Instant): Date => new Date(at);
const dateOrNull = (at: Instant | null): Date | null => (at === null ? null : new Date(at));

type View = { readonly now: Instant; readonly hasHandler: boolean; readonly present: JobInputParser['present'] };

export const presentJob = (row: JobRow, job: Job, { now, hasHandler, present }: View): JobInfo => {
  const { definition, paused } = job;
  const {
    jobType,
    schedule,
    parameters,
    priority,
    maxAttempts,
    timeoutMs,
    backoff,
    overlap,
    misfire,
    isolation,
    tags,
    description,
    retention,
    notify,
  } = definition;
  const status = statusOf(job, now);
  return {
    jobId: job.jobId,
    ...splitStream(row.stream),
    jobType,
    status,
    waitingFor: status === 'queued' ? (hasHandler ? 'capacity' : 'handler') : null,
    enabled: paused === null,
    paused: paused && {
      since: date(paused.at),
      ...(paused.by !== undefined && { by: paused.by }),
      ...(paused.note !== undefined && { note: paused.note }),
      ...(paused.until !== undefined && { until: date(paused.until) }),
    },
    schedule: present(schedule),
    parameters,
    priority,
    maxAttempts,
    timeout: timeoutMs,
    backoff,
    overlap,
    misfire: { policy: misfire.policy, ...(misfire.windowMs !== undefined && { window: misfire.windowMs }), max: misfire.max },
    isolation,
    tags,
    ...(description !== undefined && { description }),
    retention,
    ...(notify && { notify: notify.on.length === 0 ? (false as const) : notify }),
    nextRunAt: dateOrNull(job.nextRunAt),
    nextStartAt: dateOrNull(nextStartAt(job)),
    lastRunAt: dateOrNull(row.stats.lastExecution?.startedAt ?? null),
    activeExecutions: job.executions.map((e) => ({ executionId: e.executionId, status: e.phase, attempt: e.attempt })),
    version: job.revision,
    createdAt: date(row.createdAt),
    updatedAt: date(row.updatedAt),
  };
};

export const presentScheduled = (stream: string, job: Job, now: Instant): Omit<ScheduleResult, 'created'> => ({
  jobId: job.jobId,
  ...splitStream(stream),
  status: statusOf(job, now),
  nextRunAt: dateOrNull(job.nextRunAt),
  version: job.revision,
});

export const presentExecution = (row: ExecutionRow): ExecutionRecord => ({
  executionId: row.executionId,
  ...splitStream(row.stream),
  status: row.status,
  trigger: row.trigger,
  scheduledFor: date(row.scheduledFor),
  queuedAt: date(row.queuedAt),
  startedAt: dateOrNull(row.startedAt),
  finishedAt: dateOrNull(row.finishedAt),
  durationMs: row.durationMs,
  attempts: row.attempts.map(presentAttempt),
  ...(row.retryAt !== undefined && { retryAt: date(row.retryAt) }),
  ...(row.result !== undefined && { result: row.result }),
  ...(row.error !== undefined && { error: row.error }),
  parameters: row.parameters,
});

const presentAttempt = ({ startedAt, finishedAt, ...attempt }: AttemptRow): AttemptRecord => ({
  ...attempt,
  startedAt: date(startedAt),
  finishedAt: dateOrNull(finishedAt),
});

export const presentArtifact = ({ artifactId, name, mediaType, bytes, sha256, createdAt, details }: Artifact): ArtifactInfo => ({
  ...{ artifactId, name, mediaType, bytes, sha256, createdAt: date(createdAt) },
  ...(details && { details }),
});

export const presentRun = (row: ExecutionRow): RunResult => ({
  executionId: row.executionId,
  jobName: splitStream(row.stream).jobName,
  status: row.status,
  attempts: row.attempts.length,
  startedAt: dateOrNull(row.startedAt),
  finishedAt: dateOrNull(row.finishedAt),
  durationMs: row.durationMs,
  ...(row.result !== undefined && { result: row.result }),
  ...(row.error !== undefined && row.status !== 'completed' && { error: row.error }),
});

/** What `runNow` resolves with, of an execution that was asked for by its id. */
export const runOf = (run: ExecutionDetails): RunResult => ({
  executionId: run.executionId,
  jobName: run.jobName,
  status: run.status,
  attempts: run.attempts.length,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
  durationMs: run.durationMs,
  ...(run.result !== undefined && { result: run.result }),
  ...(run.error !== undefined && run.status !== 'completed' && { error: run.error }),
});

export const presentStats = ({ stream, stats }: JobRow): JobStatsView => {
  const { completed, failed, cancelled, retries, skipped, durations, lateness, days, streak, lastExecution } = stats;
  return {
    ...splitStream(stream),
    totalExecutions: completed + failed + cancelled,
    completed,
    failed,
    cancelled,
    retries,
    skippedOccurrences: skipped,
    successRate: completed + failed === 0 ? 0 : completed / (completed + failed),
    averageDurationMs: mean(durations),
    p50DurationMs: quantile(durations, 0.5),
    p95DurationMs: quantile(durations, 0.95),
    p99DurationMs: quantile(durations, 0.99),
    maxDurationMs: durations.count === 0 ? null : durations.max,
    averageLatenessMs: lateness.count === 0 ? null : lateness.sum / lateness.count,
    maxLatenessMs: lateness.count === 0 ? null : lateness.max,
    streak,
    days,
    ...(lastExecution && {
      lastExecution: { ...lastExecution, startedAt: dateOrNull(lastExecution.startedAt), finishedAt: dateOrNull(lastExecution.finishedAt) },
    }),
    ...(stats.lastSuccessAt !== null && { lastSuccessAt: date(stats.lastSuccessAt) }),
    ...(stats.lastFailureAt !== null && { lastFailureAt: date(stats.lastFailureAt) }),
  };
};
