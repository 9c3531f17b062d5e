import type { Instant, Millis } from '../../domain/instant.js';
import type { JobStatus } from '../../domain/job/index.js';

/** Executions that ended before an instant. Null: those of every job of the organization. */
export type OldExecutions = { readonly organization: string; readonly jobNames: readonly string[] | null; readonly before: Instant };

/** A job with what became of its runs. */
export type JobSummary = {
  readonly jobName: string;
  readonly jobType: string;
  readonly tags: readonly string[];
  readonly status: JobStatus;
  /** UTC days with a run that ended, at most the last 35. */
  readonly days: readonly { readonly day: string; readonly completed: number; readonly failed: number; readonly cancelled: number }[];
  readonly p50DurationMs: Millis | null;
  readonly p95DurationMs: Millis | null;
  readonly lastRunAt: Instant | null;
  readonly nextRunAt: Instant | null;
};

/** The scheduler's own log and history, as far as its jobs may report, tidy and save them. */
export interface OwnRecords {
  /** In the order of their names. */
  jobs(organization: string): AsyncIterable<JobSummary>;
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
