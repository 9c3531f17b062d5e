import type { Issue, SchedulerErrorCode } from '../../domain/errors.js';
import type { Instant } from '../../domain/instant.js';
import type { JobDefinition } from '../../domain/job/index.js';
import type { JsonObject } from '../../domain/json.js';
import type { ScheduleOwner } from '../../domain/schedule/calendar.js';
import type { Schedule } from '../../domain/schedule/schedule.js';
import type { ScheduleInput } from '../api/types.js';
import type { HandlerRef } from './runner.js';

/** A job as the user meant it, validated and with every default in place. */
export type ParsedJob = {
  readonly jobName: string;
  readonly organization?: string;
  readonly definition: JobDefinition;
  readonly enabled?: boolean;
  readonly handler?: HandlerRef;
  readonly idempotencyKey?: string;
};

/** `code` where the issue has one of its own, such as a calculator that is missing here. */
export type CodedIssue = Issue & { readonly code?: SchedulerErrorCode };

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly CodedIssue[] };

/** Reads what users write. Input may be anything at all: the answer names everything that is wrong with it, and nothing throws. */
export interface JobInputParser {
  /** Issue paths are those of the input, such as `schedule.interval.value`. */
  job(input: unknown, now: Instant, owner: ScheduleOwner): Parsed<ParsedJob>;
  schedule(input: unknown, now: Instant, owner: ScheduleOwner): Parsed<Schedule>;
  /** A job or organization name. */
  name(input: unknown, path: string): Parsed<string>;
  instant(input: unknown, path: string): Parsed<Instant>;
  /** A JSON object of at most 256 KiB. */
  parameters(input: unknown, path: string): Parsed<JsonObject>;
  /** Back to the user's words. */
  present(schedule: Schedule): ScheduleInput;
}
