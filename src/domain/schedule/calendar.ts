import type { Instant } from '../instant.js';
import type { Schedule } from './schedule.js';

/** Whose schedule is asked about: `H` in a cron expression spreads by job, a custom calculator may answer by organization. */
export type ScheduleOwner = { readonly jobId: string; readonly organization: string };

/**
 * What the domain needs to know about time, handed in as functions. Both read the same set of instants; `startAt`, `endAt` and
 * `exclude` are applied, `maxRuns` and `jitterMs` are not (schedule-semantics 1 and 7).
 * A custom schedule may throw `CalculatorFailure`.
 */
export type Calendar = {
  /** First occurrence strictly later than `after`; null when none follows. */
  readonly next: (schedule: Schedule, after: Instant, owner: ScheduleOwner) => Instant | null;
  /** Last occurrence strictly earlier than `before`; null when there is none, or when the schedule can only be walked forward. */
  readonly prev: (schedule: Schedule, before: Instant, owner: ScheduleOwner) => Instant | null;
};

/** A custom calculator is not registered here, threw, or answered with something that is no later instant. */
export class CalculatorFailure extends Error {
  constructor(
    readonly code: 'CALCULATOR_MISSING' | 'CALCULATOR_FAILED',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CalculatorFailure';
  }
}
