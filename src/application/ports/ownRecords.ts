import type { Instant } from '../../domain/instant.js';

/** Executions that ended before an instant. Null: those of every job of the organization. */
export type OldExecutions = { readonly organization: string; readonly jobNames: readonly string[] | null; readonly before: Instant };

/** The scheduler's own log and history, as far as its jobs may tidy and save them. */
export interface OwnRecords {
  /** How many of a job would be dropped, job by job; jobs without any are left out. */
  countOld(executions: OldExecutions): AsyncIterable<{ readonly jobName: string; readonly count: number }>;
  /**
   * Drops those of a job that ended before an instant, from history and log. What was queued after one that has not ended stays with it.
   * Returns how many are gone.
   */
  dropOld(organization: string, jobName: string, before: Instant): Promise<number>;
  /**
   * The log as lines of JSON, of one organization or of all (null): what `importLog` makes an equal log of. Every commit there is when
   * reading begins is among them, and of each job no other than all that its log had at one moment.
   */
  exportLog(organization: string | null): AsyncIterable<string>;
}
