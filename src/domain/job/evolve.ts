import { appended } from '../appended.js';
import type { Instant } from '../instant.js';
import type { ExecutionStarted, JobEvent } from './events.js';
import { maxRequests } from './limits.js';
import type { Execution, Job, JobState, Request } from './state.js';

/** Applies a fact. Never computes: every instant it needs was written into the event. */
export const evolve = (state: JobState, event: JobEvent): JobState => {
  if (event.type === 'JobScheduled') {
    const { jobId, definition, nextRunAt, idempotencyKey, madeBy } = event;
    const job: Job = {
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
      requests: idempotencyKey === undefined ? [] : [{ key: idempotencyKey, created: true, revision: 1 }],
      keptFrom: 1,
      lastOutcome: null,
    };
    return madeBy ? { ...job, depth: madeBy.depth } : job;
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
        requests: remembered(job, event.idempotencyKey),
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
        executions: appended(job.executions, queued),
      };
    }
    case 'ExecutionStarted': {
      const { executionId, fencingToken } = event;
      const first = event.attempt === 1 && isScheduled(job, executionId);
      return {
        ...job,
        executions: job.executions.map((e) => (e.executionId === executionId ? running(e, event) : e)),
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
      return withExecution(job, event.executionId, (e) => retrying(e, event.retryAt));
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

const remembered = ({ requests, revision }: Job, key: string | undefined): readonly Request[] =>
  key === undefined ? requests : [...requests, { key, created: false, revision: revision + 1 }].slice(-maxRequests);

// Written out, here and below: this is done for every attempt, and a literal costs a thirtieth of a spread with additions.
const running = (e: Execution, { attempt, node, startedAt, timeoutAt, fencingToken }: ExecutionStarted): Execution =>
  withRest(e, {
    executionId: e.executionId,
    scheduledFor: e.scheduledFor,
    trigger: e.trigger,
    priority: e.priority,
    queuedAt: e.queuedAt,
    failures: e.failures,
    aborts: e.aborts,
    attempt,
    phase: 'running',
    node,
    startedAt,
    timeoutAt,
    fencingToken,
  });

const retrying = (e: Execution, retryAt: Instant): Execution =>
  withRest(e, {
    executionId: e.executionId,
    scheduledFor: e.scheduledFor,
    trigger: e.trigger,
    priority: e.priority,
    queuedAt: e.queuedAt,
    failures: e.failures,
    aborts: e.aborts,
    attempt: e.attempt,
    phase: 'retrying',
    retryAt,
  });

/** What only few executions have goes with them from phase to phase. */
const withRest = ({ parameters, exempt, former }: Execution, next: Execution): Execution => {
  if (parameters === undefined && !exempt && !former) return next;
  return { ...next, ...(parameters !== undefined && { parameters }), ...(exempt && { exempt }), ...(former && { former }) };
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
