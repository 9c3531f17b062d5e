import type { Instant, Millis } from '../instant.js';
import type { JsonObject } from '../json.js';

export type IntervalUnit = 'seconds' | 'minutes' | 'hours' | 'days' | 'weeks' | 'months';

/** A local calendar day `YYYY-MM-DD` in the schedule's zone, a single instant, or a span with both ends included. */
export type Exclusion = { readonly day: string } | { readonly at: Instant } | { readonly from: Instant; readonly to: Instant };

/** Filters on a recurring rule. They never move its grid (schedule-semantics 7). */
export type Bounds = {
  readonly startAt?: Instant;
  readonly endAt?: Instant;
  /** Runs that the schedule started, late ones included; manual runs and retries do not count. */
  readonly maxRuns?: number;
  /** Window [0, jitterMs) by which every start is moved, by the same amount for every run of a job. */
  readonly jitterMs?: Millis;
  readonly exclude?: readonly Exclusion[];
};

export type OnceSchedule = { readonly kind: 'once'; readonly runAt: Instant };
export type CronSchedule = Bounds & {
  readonly kind: 'cron';
  readonly expression: string;
  readonly timezone: string;
};
export type IntervalSchedule = Bounds & {
  readonly kind: 'interval';
  readonly value: number;
  readonly unit: IntervalUnit;
  readonly timezone: string;
  readonly anchor: Instant;
  /** True where the anchor was not given: it is the moment of scheduling, and the first occurrence is anchor + 1 x value. */
  readonly anchorDefaulted?: true;
};
export type RRuleSchedule = Bounds & {
  readonly kind: 'rrule';
  readonly rrule: string;
  readonly timezone: string;
  /** DTSTART; its wall clock in `timezone` is meant. */
  readonly anchor: Instant;
  readonly anchorDefaulted?: true;
};
export type CustomSchedule = Bounds & {
  readonly kind: 'custom';
  readonly calculator: string;
  readonly options?: JsonObject;
  readonly timezone: string;
};

/** When a job runs. Validated and normalised: every instant is known, every zone is an IANA name. */
export type Schedule = OnceSchedule | CronSchedule | IntervalSchedule | RRuleSchedule | CustomSchedule;

export const boundsOf = (schedule: Schedule): Bounds => (schedule.kind === 'once' ? {} : schedule);
