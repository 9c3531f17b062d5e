import type { Millis } from '../instant.js';
import type { Json } from '../json.js';
import type { Backoff } from '../schedule/retryPolicy.js';
import type { Schedule } from '../schedule/schedule.js';
import type { NotifyRule } from './notify.js';

export const priorities = ['low', 'normal', 'high', 'critical'] as const;
export type Priority = (typeof priorities)[number];

/** What happens when an occurrence is due while an earlier execution is not finished (schedule-semantics 10). */
export const overlapPolicies = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'allow'] as const;
export type Overlap = (typeof overlapPolicies)[number];

/** What happens to occurrences that passed while no node was watching (schedule-semantics 9). */
export const misfirePolicies = ['once', 'skip', 'all'] as const;
export type Misfire = {
  readonly policy: (typeof misfirePolicies)[number];
  /** Occurrences older than this are not made up for. */
  readonly windowMs?: Millis;
  /** How many are made up for at most under `all`. */
  readonly max: number;
};

/** Finished executions beyond either bound are dropped; null switches that bound off. */
export type Retention = { readonly maxExecutions: number | null; readonly maxAgeMs: Millis | null };

/** Everything a user says about a job except whether it is paused. Stored whole in `JobScheduled` and `JobRescheduled`. */
export type JobDefinition = {
  readonly jobType: string;
  readonly schedule: Schedule;
  readonly parameters: Json;
  readonly priority: Priority;
  /** Total attempts of one execution. */
  readonly maxAttempts: number;
  readonly timeoutMs: Millis;
  readonly backoff: Backoff;
  readonly overlap: Overlap;
  readonly misfire: Misfire;
  readonly isolation: 'inline' | 'worker';
  readonly tags: readonly string[];
  readonly retention: Retention;
  readonly description?: string;
  /** Absent: what holds for the organization, or for all jobs. */
  readonly notify?: NotifyRule;
};

/** What is claimed and awaited together: a job type, or for `custom` the name under which the handler is looked up. */
export const handlerKeyOf = (jobType: string, jobName: string): string => (jobType === 'custom' ? `custom:${jobName}` : jobType);
