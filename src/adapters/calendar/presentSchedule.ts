import type { Instant } from '../../domain/instant.js';
import type { JsonObject } from '../../domain/json.js';
import type { Bounds, Exclusion, IntervalUnit, Schedule } from '../../domain/schedule/schedule.js';

type Moment = Date | string;
type Singular<Unit extends string> = Unit extends `${infer One}s` ? One : never;
type BoundsInput = {
  readonly startAt?: Moment;
  readonly endAt?: Moment;
  readonly maxRuns?: number;
  /** Milliseconds. */
  readonly jitter?: number;
  /** Days (`YYYY-MM-DD` in the schedule's zone), instants, or spans with both ends included. */
  readonly exclude?: readonly (Moment | { readonly from: Moment; readonly to: Moment })[];
};
type RecurringInput = BoundsInput & { readonly type: 'recurring'; readonly timezone?: string };

/** A schedule as users write it; instants are `Date`s or ISO 8601 strings with an offset. */
export type ScheduleInput =
  | { readonly type: 'once'; readonly runAt: Moment }
  | (RecurringInput & { readonly cronExpression: string })
  | (RecurringInput & {
      readonly interval: { readonly value: number; readonly unit: IntervalUnit | Singular<IntervalUnit> };
      readonly anchor?: Moment;
    })
  | (RecurringInput & { readonly rrule: string; readonly anchor?: Moment })
  | (BoundsInput & { readonly type: 'custom'; readonly calculator: string; readonly options?: JsonObject; readonly timezone?: string });

/** A schedule in the shape users write, instants as `Date`s. An anchor that was not given is left out, so that it may be given back as it is. */
export const presentSchedule = (schedule: Schedule): ScheduleInput => {
  switch (schedule.kind) {
    case 'once':
      return { type: 'once', runAt: new Date(schedule.runAt) };
    case 'cron':
      return { type: 'recurring', cronExpression: schedule.expression, timezone: schedule.timezone, ...presentBounds(schedule) };
    case 'interval': {
      const { value, unit, timezone } = schedule;
      return { type: 'recurring', interval: { value, unit }, timezone, ...presentAnchor(schedule), ...presentBounds(schedule) };
    }
    case 'rrule':
      return {
        type: 'recurring',
        rrule: schedule.rrule,
        timezone: schedule.timezone,
        ...presentAnchor(schedule),
        ...presentBounds(schedule),
      };
    case 'custom': {
      const { calculator, options, timezone } = schedule;
      return { type: 'custom', calculator, ...(options !== undefined && { options }), timezone, ...presentBounds(schedule) };
    }
  }
};

const presentAnchor = ({ anchor, anchorDefaulted }: { readonly anchor: Instant; readonly anchorDefaulted?: true }): { anchor?: Date } =>
  anchorDefaulted === undefined ? { anchor: new Date(anchor) } : {};

const presentBounds = ({ startAt, endAt, maxRuns, jitterMs, exclude }: Bounds): BoundsInput => ({
  ...(startAt !== undefined && { startAt: new Date(startAt) }),
  ...(endAt !== undefined && { endAt: new Date(endAt) }),
  ...(maxRuns !== undefined && { maxRuns }),
  ...(jitterMs !== undefined && { jitter: jitterMs }),
  ...(exclude !== undefined && { exclude: exclude.map(presentExclusion) }),
});

const presentExclusion = (exclusion: Exclusion): Moment | { readonly from: Date; readonly to: Date } => {
  if ('day' in exclusion) return exclusion.day;
  return 'at' in exclusion ? new Date(exclusion.at) : { from: new Date(exclusion.from), to: new Date(exclusion.to) };
};
