import { type Instant, instant } from '../../domain/instant.js';
import { type Job, nextStartAt, type SkipReason } from '../../domain/job/index.js';
import type { ExplainCode, Explanation } from '../api/types.js';
import type { Commit } from '../ports/eventStore.js';
import type { ExecutionRow, ExecutionStatus, JobRow } from '../ports/readModels.js';
import { blankRow } from '../projections/project.js';
import { replay } from '../projections/replay.js';
import { splitStream } from '../streams.js';

type Question = {
  readonly row: JobRow;
  readonly job: Job;
  readonly commits: readonly Commit[];
  readonly at: Instant;
  readonly now: Instant;
  readonly hasHandler: boolean;
  /** First occurrence of the job's schedule strictly after an instant. */
  readonly next: (after: Instant) => Instant | null;
};

const byStatus: { readonly [status in ExecutionStatus]: ExplainCode } = {
  completed: 'COMPLETED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
  running: 'RUNNING',
  retrying: 'RETRYING',
  queued: 'QUEUED',
};

const byReason: { readonly [reason in SkipReason]: ExplainCode } = {
  overlap: 'SKIPPED_OVERLAP',
  misfire: 'SKIPPED_MISFIRE',
  paused: 'SKIPPED_PAUSED',
  excluded: 'SKIPPED_EXCLUDED',
  bounds: 'SKIPPED_BOUNDS',
  cancelled: 'SKIPPED_CANCELLED',
  bufferFull: 'SKIPPED_BUFFER_FULL',
};

/** The fate of one planned instant, read from the log; where it has none yet, what it waits for. */
export const explain = (question: Question): Explanation => {
  const { row, at, commits } = question;
  const found = executionAt(question) ?? skipAt(commits, at) ?? { code: waitingCode(question) };
  return { jobName: splitStream(row.stream).jobName, at: new Date(at), ...found };
};

type Found = Omit<Explanation, 'jobName' | 'at'>;

const executionAt = ({ row, commits, at, hasHandler }: Question): Found | null => {
  const { executions } = replay(blankRow(row.stream, at), commits);
  let newest: ExecutionRow | undefined;
  for (const execution of executions.values()) if (execution.scheduledFor === at) newest = execution;
  if (!newest) return null;
  const skip = skipAt(commits, at);
  if (newest.status === 'cancelled' && newest.attempts.length === 0 && skip) return skip;
  const code = newest.status === 'queued' && !hasHandler ? 'NO_HANDLER' : byStatus[newest.status];
  return { code, executionId: newest.executionId };
};

const skipAt = (commits: readonly Commit[], at: Instant): Found | null => {
  for (const commit of commits.toReversed())
    for (const [index, event] of commit.events.entries())
      if (event.type === 'OccurrencesSkipped' && event.from <= at && at <= event.to)
        return { code: byReason[event.reason], eventId: `${commit.commitId}.${index}` };
  return null;
};

const waitingCode = ({ row, job, commits, at, now, hasHandler, next }: Question): ExplainCode => {
  if (at < row.createdAt) return 'BEFORE_CREATION';
  const [oldest] = commits.filter((commit) => commit.version >= job.keptFrom);
  if (job.keptFrom > 1 && oldest && at < oldest.at) return 'HISTORY_DROPPED';
  const occurrence = next(instant(at - 1));
  if (occurrence === null && job.ended) return 'JOB_ENDED';
  if (occurrence !== at) return 'NOT_PLANNED';
  if (job.nextRunAt === null || at < job.nextRunAt) return job.ended ? 'JOB_ENDED' : 'NOT_PLANNED';
  if (job.paused) return 'JOB_PAUSED';
  const startAt = at === job.nextRunAt ? nextStartAt(job) : null;
  if (startAt === null || startAt > now) return 'PLANNED';
  return hasHandler ? 'WAITING_FOR_CAPACITY' : 'NO_HANDLER';
};
