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
export type Stats = Wire<api.JobStatsView>;
export type Schedule = Wire<api.ScheduleInput>;
export type Explanation = Wire<api.Explanation>;
export type LogEvent = Wire<Omit<api.PublishedEvent, 'data'>> & {
  readonly data: { readonly type: string; readonly [field: string]: unknown };
};
/** What a job is to be, as the API takes it. */
export type JobDraft = { readonly [field: string]: unknown };
export type Backfilled = Wire<api.BackfillResult>;
export type Scheduled = Wire<api.ScheduleResult>;
export type WhatIf = Wire<api.WhatIf>;
export type Forecast = Wire<api.Forecast>;
/** One coming occurrence; what clocks do to it is told of schedules that are previewed. */
export type Upcoming = { readonly occurrence: string; readonly startAt: string; readonly shifted?: true; readonly firstOfTwo?: true };
export type Node = { readonly node: string; readonly self: boolean; readonly handlers: readonly string[] };
/** What the viewer's key allows; without keys everything. */
export type Access = {
  readonly name: string | null;
  readonly scope: 'read' | 'operate' | 'admin';
  readonly organization: string | null;
  readonly keyRequired: boolean;
  readonly version: string;
};
