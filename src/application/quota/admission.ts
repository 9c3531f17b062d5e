import type { JobRejection, MadeBy } from '../../domain/job/index.js';
import type { JobCounts } from './jobCounts.js';
import type { Quotas } from './quotas.js';

/** What is said of a job that may turn out to be a new one. */
export type Admission = {
  /** The run that asks for the job. */
  readonly madeBy?: MadeBy;
  /** Why there may not be one more; otherwise its place is taken. */
  readonly refused: () => JobRejection | null;
  /** To be called when it is decided: a place that nobody needs is given back. */
  readonly decided: () => void;
};

/** Bounds how many jobs there may be, and how long chains of jobs may be whose runs make each other. Updates are always admitted. */
export class Admissions {
  // A map, because an organization may be called `constructor`.
  readonly #jobsOf: ReadonlyMap<string, number>;

  constructor(
    private readonly quotas: Quotas,
    private readonly counts: JobCounts | null,
  ) {
    this.#jobsOf = new Map(Object.entries(quotas.jobsOf));
  }

  /** Null where nothing is bounded. To be called while it is known who asks, before anything is waited for. */
  ask(organization: string, jobId: string): Promise<Admission> | null {
    const most = this.#jobsOf.get(organization) ?? this.quotas.jobsPerOrganization;
    const { chain } = this.quotas;
    if (most === undefined && !chain) return null;
    const maker = chain?.lineage.current() ?? null;
    const madeBy = maker && { executionId: maker.executionId, depth: maker.depth + 1 };
    const tooDeep = madeBy && chain && madeBy.depth > chain.depth ? tooDeepUnder(chain.depth) : null;
    return this.#admission(organization, jobId, most, madeBy, tooDeep);
  }

  async #admission(
    organization: string,
    jobId: string,
    most: number | undefined,
    madeBy: MadeBy | null,
    tooDeep: JobRejection | null,
  ): Promise<Admission> {
    const count = most === undefined ? null : ((await this.counts?.of(organization)) ?? null);
    const isFull = (): boolean => most !== undefined && count !== null && !count.take(jobId, most);
    return {
      ...(madeBy && { madeBy }),
      refused: () => tooDeep ?? (isFull() ? tooMany(organization, most ?? 0) : null),
      decided: () => count?.release(jobId),
    };
  }
}

const tooMany = (organization: string, most: number): JobRejection => ({
  code: 'QUOTA_EXCEEDED',
  path: 'organization',
  message: `"${organization}" has as many jobs as it may have, ${most.toLocaleString('en')} with those that have ended; delete some, or raise limits.jobsPerOrganization or limits.jobsOf`,
});

const tooDeepUnder = (most: number): JobRejection => ({
  code: 'QUOTA_EXCEEDED',
  path: 'jobName',
  message: `no job of this name is there, and the run that asks for it belongs to a job that stands at the end of a chain of ${most.toLocaleString('en')} whose runs made each other; schedule a job that exists anew, or raise limits.chainDepth`,
});
