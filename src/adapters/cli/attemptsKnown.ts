import type { JobInfo, PublishedEvent } from '../../application/api/types.js';
import type { Known } from './format/narrate.js';

type Named = Pick<PublishedEvent, 'organization' | 'jobName'>;

/** How many attempts the runs of each job have, as far as the jobs and events seen so far tell. */
export const attemptsKnown = (): {
  readonly learn: (event: PublishedEvent) => void;
  readonly learnJob: (job: JobInfo) => void;
  readonly of: (event: PublishedEvent) => Known;
} => {
  const byJob = new Map<string, number>();
  const key = ({ organization, jobName }: Named): string => `${organization}/${jobName}`;
  return {
    learn: (event) => {
      if (event.data.type === 'JobScheduled' || event.data.type === 'JobRescheduled')
        byJob.set(key(event), event.data.definition.maxAttempts);
      if (event.data.type === 'JobDeleted') byJob.delete(key(event));
    },
    learnJob: (job) => void byJob.set(key(job), job.maxAttempts),
    of: (event) => ({ maxAttempts: byJob.get(key(event)) }),
  };
};
