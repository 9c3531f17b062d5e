import type * as api from '../../../application/api/types.js';

/** A value of the API as JSON carries it: instants are ISO 8601 strings. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: Wire<T[K]> }
      : T;

export type Job = Wire<api.JobInfo>;
export type Execution = Wire<api.ExecutionRecord>;
export type ExecutionDetails = Wire<api.ExecutionDetails>;
export type Attempt = Wire<api.AttemptRecord>;
export type Artifact = Wire<api.ArtifactInfo>;
export type Stats = Wire<api.JobStatsView>;
export type Schedule = Wire<api.ScheduleInput>;
export type Explanation = Wire<api.Explanation>;
export type LogEvent = Wire<Omit<api.PublishedEvent, 'data'>> & {
  readonly data: { readonly type: string; readonly [field: string]: unknown };
};
export type Scheduled = Wire<api.ScheduleResult>;
/** One coming occurrence; `wallTime` is the reading of a clock in the schedule's zone. */
export type Upcoming = {
  readonly occurrence: string;
  readonly startAt: string;
  readonly wallTime: string;
  readonly shifted?: true;
  readonly firstOfTwo?: true;
};
