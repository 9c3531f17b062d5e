import { appended } from '../../domain/appended.js';
import type { Instant } from '../../domain/instant.js';
import { evolve, initialState, type Job, type JobEvent, type JobState } from '../../domain/job/index.js';
import { jitterOf } from '../../domain/job/status.js';
import type { Commit } from '../ports/eventStore.js';
import type { AttemptRow, ExecutionRow, JobRow } from '../ports/readModels.js';
import { countFinished, countStart, emptyStats, type JobStats } from './stats.js';

/** What one commit makes of a job's row, and the history entries it touched. */
export type Projected = { readonly row: JobRow; readonly executions: readonly ExecutionRow[] };

/** The row before the first commit of a stream. */
export const blankRow = (stream: string, at: Instant): JobRow => ({
  stream,
  version: 0,
  state: initialState,
  stats: emptyStats,
  open: [],
  createdAt: at,
  updatedAt: at,
});

/**
 * Applies a commit to a row at exactly the version before it. The states after each of its events may be handed in where the caller
 * has folded them already. Pure, so that read models always equal a replay from zero.
 */
export const project = (row: JobRow, commit: Commit, folded?: readonly JobState[]): Projected => {
  let state = row.state;
  let stats = row.stats;
  let createdAt = row.createdAt;
  let open = row.open;
  let touched: readonly ExecutionRow[] = [];
  for (const [i, event] of commit.events.entries()) {
    const before = state;
    state = folded?.[i] ?? evolve(state, event);
    // What comes before a deletion is redacted: a tombstone must not depend on it.
    if (event.type === 'JobDeleted') createdAt = commit.at;
    if (event.type === 'JobScheduled') {
      stats = emptyStats;
      createdAt = commit.at;
      open = [];
    } else if (event.type === 'OccurrencesSkipped') stats = { ...stats, skipped: stats.skipped + event.count };
    else if ('executionId' in event && before.kind === 'job') {
      const entry = applyToExecution(open.find(isOf(event)), event, before, commit);
      if (!entry) continue;
      stats = countExecution(stats, entry, event, before);
      touched = withEntry(touched, entry);
      const isOpen = entry.finishedAt === null || entry.status === 'running' || entry.status === 'retrying';
      open = isOpen ? withEntry(open, entry) : open.filter(({ executionId }) => executionId !== entry.executionId);
    }
  }
  return {
    row: {
      stream: row.stream,
      version: commit.version,
      state,
      stats: state.kind === 'job' ? stats : emptyStats,
      open: state.kind === 'job' ? open : [],
      createdAt,
      updatedAt: commit.at,
    },
    executions: state.kind === 'job' ? touched : [],
  };
};

/** In the place of its older form, or at the end. */
const withEntry = (entries: readonly ExecutionRow[], entry: ExecutionRow): readonly ExecutionRow[] => {
  const at = entries.findIndex(isOf(entry));
  return at < 0 ? appended(entries, entry) : entries.with(at, entry);
};

const isOf =
  ({ executionId }: Pick<ExecutionRow, 'executionId'>) =>
  (entry: ExecutionRow): boolean =>
    entry.executionId === executionId;

type ExecutionEvent = Extract<JobEvent, { executionId: string }>;

/** The history entry after an event; null where the log does not know the execution (its beginning was dropped). */
const applyToExecution = (row: ExecutionRow | undefined, event: ExecutionEvent, job: Job, commit: Commit): ExecutionRow | null => {
  if (event.type === 'ExecutionQueued')
    return {
      executionId: event.executionId,
      stream: commit.stream,
      version: commit.version,
      queuedVersion: commit.version,
      status: 'queued',
      trigger: event.trigger,
      scheduledFor: event.scheduledFor,
      queuedAt: event.queuedAt,
      startedAt: null,
      finishedAt: null,
      durationMs: null,
      attempts: [],
      parameters: event.parameters ?? job.definition.parameters,
    };
  if (!row) return null;
  const { version } = commit;
  switch (event.type) {
    case 'ExecutionStarted': {
      const { attempt, startedAt, node } = event;
      const started: AttemptRow = { attempt, status: 'running', startedAt, finishedAt: null, durationMs: null, node };
      // An attempt runs with the parameters current at its start, unless the execution has its own.
      const own = job.executions.find((e) => e.executionId === event.executionId)?.parameters;
      return {
        ...withoutRetry(row),
        version,
        status: 'running',
        startedAt: row.startedAt ?? startedAt,
        attempts: appended(row.attempts, started),
        parameters: own ?? job.definition.parameters,
      };
    }
    case 'ExecutionCompleted': {
      const { finishedAt, durationMs, result } = event;
      const attempts = endAttempt(row, { status: 'completed', finishedAt, durationMs });
      const completed = finish({ ...withoutError(row), version, status: 'completed', attempts }, finishedAt);
      return result === undefined ? completed : { result, ...completed };
    }
    case 'ExecutionFailed': {
      const { finishedAt, durationMs, error, cause, final } = event;
      const attempts = endAttempt(row, { status: 'failed', finishedAt, durationMs, error, cause });
      const ended = { ...row, version, attempts, error };
      return final ? finish({ ...ended, status: 'failed' }, finishedAt) : { ...ended, status: 'retrying' };
    }
    case 'ExecutionRetryScheduled':
      return { ...row, version, status: 'retrying', retryAt: event.retryAt };
    case 'ExecutionCancelRequested':
      return { ...row, version };
    case 'ExecutionCancelled': {
      const { finishedAt } = event;
      const running = row.attempts.at(-1)?.status === 'running';
      const startedAt = row.attempts.at(-1)?.startedAt ?? finishedAt;
      const durationMs = Math.max(0, finishedAt - startedAt);
      const attempts = running ? endAttempt(row, { status: 'cancelled', finishedAt, durationMs }) : row.attempts;
      return finish({ ...row, version, status: 'cancelled', attempts }, finishedAt);
    }
  }
};

type Ended = Pick<AttemptRow, 'status' | 'finishedAt' | 'durationMs' | 'error' | 'cause'>;

const endAttempt = ({ attempts }: ExecutionRow, { status, finishedAt, durationMs, error, cause }: Ended): readonly AttemptRow[] =>
  attempts.map((a, i) => {
    if (i < attempts.length - 1) return a;
    const ended = { ...a, status, finishedAt, durationMs };
    return error && cause ? { ...ended, error, cause } : ended;
  });

// Taking a field out costs more than all the rest of a projection: only few executions have these.
const withoutRetry = (row: ExecutionRow): ExecutionRow => {
  if (row.retryAt === undefined) return row;
  const { retryAt: _, ...rest } = row;
  return rest;
};

const withoutError = (row: ExecutionRow): ExecutionRow => {
  if (row.error === undefined) return row;
  const { error: _, ...rest } = row;
  return rest;
};

const finish = (row: ExecutionRow, finishedAt: Instant): ExecutionRow => ({
  ...withoutRetry(row),
  finishedAt,
  durationMs:
    row.attempts.length === 1
      ? (row.attempts[0]?.durationMs ?? null)
      : row.startedAt === null
        ? null
        : Math.max(0, finishedAt - row.startedAt),
});

const countExecution = (stats: JobStats, row: ExecutionRow, event: ExecutionEvent, job: Job): JobStats => {
  switch (event.type) {
    case 'ExecutionStarted':
      return event.attempt === 1 ? countStart(stats, row, event.startedAt, jitterOf(job)) : stats;
    case 'ExecutionRetryScheduled':
      return { ...stats, retries: stats.retries + 1 };
    case 'ExecutionCompleted':
      return countFinished(stats, row, 'completed', event.finishedAt);
    case 'ExecutionFailed':
      return event.final ? countFinished(stats, row, 'failed', event.finishedAt) : stats;
    case 'ExecutionCancelled':
      return countFinished(stats, row, 'cancelled', event.finishedAt);
    case 'ExecutionQueued':
    case 'ExecutionCancelRequested':
      return stats;
  }
};
