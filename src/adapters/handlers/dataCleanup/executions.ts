import type { HandlerContext } from '../../../application/api/types.js';
import type { Instant } from '../../../domain/instant.js';
import type { Services } from '../services.js';

export type ExecutionCounts = {
  readonly matched: number;
  readonly deleted: number;
  /** Jobs that had some. */
  readonly jobs: number;
};

/** Job by job, of the organization of the job that cleans. What runs is kept, and statistics stay as they are. */
export const cleanExecutions = async (
  services: Services,
  { jobs }: { readonly jobs?: readonly string[] | undefined },
  before: Instant,
  dryRun: boolean,
  { organization, signal, log }: HandlerContext,
): Promise<ExecutionCounts> => {
  const records = await services.records();
  const counts = { matched: 0, deleted: 0, jobs: 0 };
  for await (const { jobName, count } of records.countOld({ organization, jobNames: jobs ?? null, before })) {
    signal.throwIfAborted();
    counts.matched += count;
    counts.jobs++;
    if (!dryRun) counts.deleted += await records.dropOld(organization, jobName, before);
  }
  log.info(`executions: ${dryRun ? `${counts.matched} would be dropped` : `${counts.deleted} dropped`} of ${counts.jobs} jobs`);
  return counts;
};
