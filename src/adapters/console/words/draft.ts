import type { Job, JobDraft } from '../api/wire.js';

/** What would schedule the job as it is: its definition without what the scheduler knows of it. */
export const draftOf = (job: Job): JobDraft => {
  const { jobType, schedule, parameters, priority, maxAttempts, timeout, backoff, overlap, misfire, isolation, tags, description, notify } =
    job;
  const { maxExecutions, maxAgeMs } = job.retention;
  return {
    ...{ jobType, schedule, parameters, priority, maxAttempts, timeout, backoff, overlap, misfire, isolation, tags },
    retention: { executions: maxExecutions, days: maxAgeMs === null ? null : maxAgeMs / 86_400_000 },
    ...(description !== undefined && { description }),
    ...(notify !== undefined && { notify }),
  };
};
