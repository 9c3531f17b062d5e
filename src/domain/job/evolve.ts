import { appended } from '../appended.js';
import type { Instant } from '../instant.js';
import type { Json } from '../json.js';
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

/**
 * The job with some of its fields changed. All jobs are made by literals with the same fields in the same order, so that code that
 * reads them meets one shape: a spread makes a shape of its own in each place, and the optimizer starts again at every new one.
 */
const changed = (
  job: Job,
  {
    definition = job.definition,
    revision = job.revision,
    ended = job.ended,
    paused = job.paused,
    nextRunAt = job.nextRunAt,
    lastHandled = job.lastHandled,
    runsStarted = job.runsStarted,
    fencingToken = job.fencingToken,
    executions = job.executions,
    requests = job.requests,
    keptFrom = job.keptFrom,
    lastOutcome = job.lastOutcome,
  }: Partial<Job>,
): Job => {
  const next: Job = {
    kind: 'job',
    jobId: job.jobId,
    definition,
    revision,
    ended,
    paused,
    nextRunAt,
    lastHandled,
    runsStarted,
    fencingToken,
    executions,
    requests,
    keptFrom,
    lastOutcome,
  };
  return job.depth === undefined ? next : { ...next, depth: job.depth };
};

type LaterEvent = Exclude<JobEvent, { type: 'JobScheduled' }>;

const evolveJob = (job: Job, event: LaterEvent): JobState => {
  switch (event.type) {
    case 'JobRescheduled':
      return changed(job, {
        requests: remembered(job, event.idempotencyKey),
        definition: event.definition,
        revision: job.revision + 1,
        nextRunAt: event.nextRunAt,
        ...(event.changed.includes('active') && { ended: null, lastOutcome: null }),
        ...(event.changed.includes('schedule') && {
          runsStarted: 0,
          executions: job.executions.map((e) => ({ ...e, former: true as const })),
        }),
      });
    case 'JobPaused': {
      const { type: _, ...paused } = event;
      return changed(job, { revision: job.revision + 1, paused, executions: job.executions.map(withoutExemption) });
    }
    case 'JobResumed':
      return changed(job, { revision: job.revision + 1, paused: null, nextRunAt: event.nextRunAt });
    case 'JobCancelled':
      return changed(job, { revision: job.revision + 1, ended: 'cancelled', nextRunAt: null });
    case 'JobCompleted':
      return changed(job, { ended: event.reason });
    case 'JobCompacted':
      return changed(job, { keptFrom: event.belowVersion });
    case 'JobDeleted':
      return { kind: 'absent', fencingToken: event.fencingToken };
    case 'OccurrencesSkipped':
      return changed(job, { nextRunAt: event.nextRunAt, lastHandled: latest(job.lastHandled, event.to) });
    case 'ExecutionQueued': {
      const { executionId, scheduledFor, trigger, priority, queuedAt, parameters } = event;
      const queued: Execution = {
        executionId,
        scheduledFor,
        trigger,
        priority,
        queuedAt,
        failures: 0,
        aborts: 0,
        attempt: 0,
        phase: 'queued',
      };
      const exempt = trigger === 'manual' && job.paused !== null;
      const handled = trigger === 'schedule' || trigger === 'catchUp';
      return changed(job, {
        nextRunAt: event.nextRunAt,
        lastHandled: handled ? latest(job.lastHandled, scheduledFor) : job.lastHandled,
        executions: appended(job.executions, withRest({ parameters, exempt }, queued)),
      });
    }
    case 'ExecutionStarted': {
      const { executionId, fencingToken } = event;
      const first = event.attempt === 1 && isScheduled(job, executionId);
      return changed(job, {
        executions: job.executions.map((e) => (e.executionId === executionId ? running(e, event) : e)),
        fencingToken,
        runsStarted: first ? job.runsStarted + 1 : job.runsStarted,
      });
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
      return changed(withoutExecution(job, event.executionId, 'cancelled'), { nextRunAt: event.nextRunAt ?? job.nextRunAt });
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

type Rest = { readonly parameters?: Json | undefined; readonly exempt?: boolean; readonly former?: boolean };

/** What only few executions have goes with them from phase to phase. */
const withRest = ({ parameters, exempt, former }: Rest, next: Execution): Execution => {
  if (parameters === undefined && !exempt && !former) return next;
  return { ...next, ...(parameters !== undefined && { parameters }), ...(exempt && { exempt }), ...(former && { former }) };
};

const withoutExemption = (execution: Execution): Execution => {
  if (!execution.exempt) return execution;
  const { exempt: _, ...rest } = execution;
  return rest;
};

const withExecution = (job: Job, executionId: string, change: (execution: Execution) => Execution): Job =>
  changed(job, { executions: job.executions.map((e) => (e.executionId === executionId ? change(e) : e)) });

const withoutExecution = (job: Job, executionId: string, outcome: NonNullable<Job['lastOutcome']>): Job =>
  changed(job, { executions: job.executions.filter((e) => e.executionId !== executionId), lastOutcome: outcome });
