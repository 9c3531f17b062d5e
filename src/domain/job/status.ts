import { earliest, type Instant, instant, plus } from '../instant.js';
import { jitterOffset } from '../schedule/jitter.js';
import { boundsOf } from '../schedule/schedule.js';
import type { Execution, Job } from './state.js';

export const jobStatuses = ['scheduled', 'queued', 'running', 'completed', 'failed', 'cancelled', 'paused', 'retrying'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** The status at an instant: the passing of time alone turns `scheduled` into `queued`, and nothing else. */
export const statusOf = (job: Job, now: Instant): JobStatus => {
  if (job.executions.some((e) => e.phase === 'running')) return 'running';
  if (job.ended === 'cancelled') return 'cancelled';
  if (job.paused && !job.ended) return 'paused';
  if (job.executions.some((e) => e.phase === 'retrying')) return 'retrying';
  if (job.executions.length > 0) return 'queued';
  const startAt = nextStartAt(job);
  if (startAt !== null) return startAt <= now ? 'queued' : 'scheduled';
  return job.ended === 'missed' ? 'failed' : (job.lastOutcome ?? 'completed');
};

/** The next occurrence with the job's jitter added: when it is due to start. */
export const nextStartAt = (job: Job): Instant | null => (job.nextRunAt === null ? null : plus(job.nextRunAt, jitterOf(job)));

export const jitterOf = (job: Job): number => jitterOffset(boundsOf(job.definition.schedule).jitterMs, job.jobId);

/** The executions that may start at `now`, in order. Unless the policy is `allow` they go one at a time, one in retry first. */
export const startable = (job: Job, now: Instant): readonly Execution[] => {
  if (job.executions.length === 0) return none;
  const free = job.executions.filter((e) => !isHeld(job, e));
  const ready = free.filter((e) => e.phase === 'queued' || (e.phase === 'retrying' && e.retryAt <= now));
  if (job.definition.overlap === 'allow') return ready;
  if (job.executions.some((e) => e.phase === 'running')) return [];
  const inRetry = free.find((e) => e.phase === 'retrying');
  return inRetry ? ready.filter((e) => e === inRetry) : ready.slice(0, 1);
};

const none: readonly Execution[] = [];

const isHeld = (job: Job, execution: Execution): boolean => job.paused !== null && !execution.exempt;

/** The instant at which this job next has work for a node with its handler; null when it has none until something happens. */
export const workAt = (job: Job): Instant | null => {
  const occurrence = job.paused || job.ended ? null : nextStartAt(job);
  const until = job.paused?.until ?? null;
  if (job.executions.length === 0) return earliest(occurrence, until);
  const waiting = startable(job, endOfTime).map((e) => (e.phase === 'retrying' ? e.retryAt : e.queuedAt));
  return waiting.length === 0 ? earliest(occurrence, until) : earliest(occurrence, until, ...waiting);
};

const endOfTime = instant(Number.MAX_SAFE_INTEGER);

/** The instant at which the earliest running attempt exceeds its time-out; null when none runs. */
export const expiresAt = (job: Job): Instant | null => earliest(...job.executions.map((e) => (e.phase === 'running' ? e.timeoutAt : null)));
