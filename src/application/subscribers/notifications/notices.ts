import { bySystem, type ExecutionFailed, type Job, type JobEvent, type NoticeKind } from '../../../domain/job/index.js';
import type { Commit } from '../../ports/eventStore.js';
import type { Notice } from '../../ports/notifier.js';
import type { JobRow } from '../../ports/readModels.js';
import { splitStream } from '../../streams.js';

/** Whether anybody could have to be told of a commit: asked of every one, so it looks at no more than the types of its events. */
export const mayMatter = ({ events }: Commit, { stats }: JobRow): boolean => {
  for (const event of events)
    switch (event.type) {
      case 'ExecutionCompleted':
        // The first of a row of successes: before it, the job may have failed.
        if (stats.failed > 0 && stats.streak?.count === 1) return true;
        break;
      case 'ExecutionFailed':
      case 'ExecutionQueued':
      case 'OccurrencesSkipped':
      case 'JobCompleted':
      case 'JobPaused':
        if (matters(event, events)) return true;
        break;
    }
  return false;
};

/** Of what is not known, the same answer costs a look at the job. */
export const matters = (event: JobEvent, events: readonly JobEvent[]): boolean => {
  switch (event.type) {
    case 'ExecutionCompleted':
      return true;
    case 'ExecutionFailed':
      return event.final || event.cause === 'timeout' || event.cause === 'lost';
    case 'ExecutionQueued':
      return !events.some((other) => other.type === 'ExecutionStarted' && other.executionId === event.executionId);
    case 'OccurrencesSkipped':
      return event.reason === 'misfire';
    case 'JobCompleted':
      return event.reason === 'missed';
    case 'JobPaused':
      return event.by === bySystem;
    default:
      return false;
  }
};

/** A failure that is wanted as such counts once; else as what ended the attempt. */
export const kindOf = ({ final, cause }: ExecutionFailed, wanted: readonly NoticeKind[]): NoticeKind | null => {
  if (final && wanted.includes('failed')) return 'failed';
  return (cause === 'timeout' || cause === 'lost') && wanted.includes(cause) ? cause : null;
};

/** What every notice of a job says; events add what they know. */
export const noticeOf = (commit: Commit, index: number, kind: Notice['kind'], job: Job, some: Partial<Notice> = {}): Notice => ({
  id: `${commit.commitId}.${index}`,
  kind,
  ...splitStream(commit.stream),
  jobType: job.definition.jobType,
  at: commit.at,
  executionId: null,
  attempt: null,
  maxAttempts: job.definition.maxAttempts,
  cause: null,
  error: null,
  failuresInARow: null,
  retryAt: null,
  nextRunAt: job.nextRunAt,
  missed: null,
  ...some,
});

export const retryAtOf = ({ events }: Commit, executionId: string) => {
  const retry = events.find((event) => event.type === 'ExecutionRetryScheduled' && event.executionId === executionId);
  return retry?.type === 'ExecutionRetryScheduled' ? retry.retryAt : null;
};
