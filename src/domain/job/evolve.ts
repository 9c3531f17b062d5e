import type { Instant } from '../instant.js';
import type { JobEvent } from './events.js';
import { maxRequests } from './limits.js';
import type { Execution, Job, JobState, Request } from './state.js';

/** Applies a fact. Never computes: every instant it needs was written into the event. */
export const evolve = (state: JobState, event: JobEvent): JobState => {
  if (event.type === 'JobScheduled') {
    const { jobId, definition, nextRunAt, idempotencyKey } = event;
    return {
      kind: 'job',
      jobId,
      definition,
      revision: 1,
      ended: null,
      paused: event.paused ? { at: event.paused, ...(event.by !== undefined && { by: event.by }) } : null,
      nextRunAt,
      lastHandled: null,
      runsStarted: 0,
      fencingToken: state.fencingToken,
      executions: [],
      requests: idempotencyKey === undefined ? [] : [{ key: idempotencyKey, created: true }],
      keptFrom: 1,
      lastOutcome: null,
    };
  }
  if (state.kind === 'job') return evolveJob(state, event);
  // Where everything before it was redacted, a deletion still tells how far fencing tokens had grown.
  return event.type === 'JobDeleted' ? { kind: 'absent', fencingToken: event.fencingToken } : state;
};

type LaterEvent = Exclude<JobEvent, { type: 'JobScheduled' }>;

const evolveJob = (job: Job, event: LaterEvent): JobState => {
  switch (event.type) {
    case 'JobRescheduled':
      return {
        ...job,
        requests: remembered(job.requests, event.idempotencyKey),
        definition: event.definition,
        revision: job.revision + 1,
        nextRunAt: event.nextRunAt,
        ended: event.changed.includes('active') ? null : job.ended,
        ...(event.changed.includes('schedule') && {
          runsStarted: 0,
          executions: job.executions.map((e) => ({ ...e, former: true as const })),
        }),
        lastOutcome: event.changed.includes('active') ? null : job.lastOutcome,
      };
    case 'JobPaused': {
      const { type: _, ...paused } = event;
      return { ...job, revision: job.revision + 1, paused, executions: job.executions.map(withoutExemption) };
    }
    case 'JobResumed':
      return { ...job, revision: job.revision + 1, paused: null, nextRunAt: event.nextRunAt };
    case 'JobCancelled':
      return { ...job, revision: job.revision + 1, ended: 'cancelled', nextRunAt: null };
    case 'JobCompleted':
      return { ...job, ended: event.reason };
    case 'JobCompacted':
      return { ...job, keptFrom: event.belowVersion };
    case 'JobDeleted':
      return { kind: 'absent', fencingToken: event.fencingToken };
    case 'OccurrencesSkipped':
      return { ...job, nextRunAt: event.nextRunAt, lastHandled: latest(job.lastHandled, event.to) };
    case 'ExecutionQueued': {
      const { executionId, scheduledFor, trigger, priority, queuedAt, parameters } = event;
      const queued: Execution = {
        executionId,
        scheduledFor,
        trigger,
        priority,
        queuedAt,
        ...(parameters !== undefined && { parameters }),
        ...(trigger === 'manual' && job.paused !== null && { exempt: true as const }),
        attempt: 0,
        failures: 0,
        aborts: 0,
        phase: 'queued',
      };
      const handled = trigger === 'schedule' || trigger === 'catchUp';
      return {
        ...job,
        nextRunAt: event.nextRunAt,
        lastHandled: handled ? latest(job.lastHandled, scheduledFor) : job.lastHandled,
        executions: [...job.executions, queued],
      };
    }
    case 'ExecutionStarted': {
      const { executionId, attempt, node, startedAt, timeoutAt, fencingToken } = event;
      const first = attempt === 1 && isScheduled(job, executionId);
      return {
        ...withExecution(job, executionId, (e) => ({ ...basics(e), attempt, phase: 'running', node, startedAt, timeoutAt, fencingToken })),
        fencingToken,
        runsStarted: first ? job.runsStarted + 1 : job.runsStarted,
      };
    }
    case 'ExecutionCompleted':
      return withoutExecution(job, event.executionId, 'completed');
    case 'ExecutionFailed': {
      if (event.final) return withoutExecution(job, event.executionId, 'failed');
      const counts = event.cause === 'error' || event.cause === 'timeout' || event.cause === 'lost';
      return withExecution(job, event.executionId, (e) => ({
        ...e,
        failures: counts ? e.failures + 1 : e.failures,
        aborts: counts ? e.aborts : e.aborts + 1,
      }));
    }
    case 'ExecutionRetryScheduled':
      return withExecution(job, event.executionId, (e) => ({ ...basics(e), phase: 'retrying', retryAt: event.retryAt }));
    case 'ExecutionCancelRequested':
      return withExecution(job, event.executionId, (e) => (e.phase === 'running' ? { ...e, cancelRequested: true } : e));
    case 'ExecutionCancelled':
      return { ...withoutExecution(job, event.executionId, 'cancelled'), nextRunAt: event.nextRunAt ?? job.nextRunAt };
  }
};

/** Whether an execution is one that the present schedule asked for. */
export const isOfSchedule = ({ trigger, former }: Execution): boolean => !former && (trigger === 'schedule' || trigger === 'catchUp');

const isScheduled = (job: Job, executionId: string): boolean => {
  const execution = job.executions.find((e) => e.executionId === executionId);
  return execution !== undefined && isOfSchedule(execution);
};

const latest = (a: Instant | null, b: Instant): Instant => (a !== null && a > b ? a : b);

const remembered = (requests: readonly Request[], key: string | undefined): readonly Request[] =>
  key === undefined ? requests : [...requests, { key, created: false }].slice(-maxRequests);

/** What an execution keeps when its phase changes. */
const basics = (execution: Execution) => {
  const { executionId, scheduledFor, trigger, priority, queuedAt, parameters, exempt, former, attempt, failures, aborts } = execution;
  const kept = { executionId, scheduledFor, trigger, priority, queuedAt, attempt, failures, aborts };
  if (parameters === undefined && !exempt && !former) return kept;
  return { ...kept, ...(parameters !== undefined && { parameters }), ...(exempt && { exempt }), ...(former && { former }) };
};

const withoutExemption = (execution: Execution): Execution => {
  if (!execution.exempt) return execution;
  const { exempt: _, ...rest } = execution;
  return rest;
};

const withExecution = (job: Job, executionId: string, change: (execution: Execution) => Execution): Job => ({
  ...job,
  executions: job.executions.map((e) => (e.executionId === executionId ? change(e) : e)),
});

const withoutExecution = (job: Job, executionId: string, outcome: NonNullable<Job['lastOutcome']>): Job => ({
  ...job,
  executions: job.executions.filter((e) => e.executionId !== executionId),
  lastOutcome: outcome,
});
