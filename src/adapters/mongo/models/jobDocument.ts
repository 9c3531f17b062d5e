import type { Document } from 'mongodb';
import type { JobRow } from '../../../application/ports/readModels.js';
import { mean } from '../../../application/projections/sketch.js';
import { emptyStats, type JobStats } from '../../../application/projections/stats.js';
import { wakeIndexOf } from '../../../application/projections/wakeIndex.js';
import { splitStream } from '../../../application/streams.js';
import type { Job, JobDefinition, JobState } from '../../../domain/job/index.js';
import type { Json } from '../../../domain/json.js';
import { dateOrNull, long, nativeObject } from '../native.js';

/** What is read of a job again: everything else in its document is there for queries and for people. */
export type JobDocument = {
  readonly _id: string;
  readonly version: number;
  readonly deleted: boolean;
  /** The row as JSON, without its key and its parameters. */
  readonly json: string;
  /** What users put in, as JSON: MongoDB could not hold every key of it. */
  readonly parameters?: string;
  readonly organization: string;
  readonly jobName: string;
  readonly status?: string;
  readonly jobType?: string;
  readonly tags?: readonly string[];
  readonly search?: string;
  readonly handlerKey?: string;
  readonly priority?: string;
  readonly workAt?: Date | null;
  readonly dueAt?: Date | null;
  readonly expiresAt?: Date | null;
};

export const jobDocument = (row: JobRow) => {
  const { stream, state, stats, ...rest } = row;
  return {
    _id: stream,
    ...splitStream(stream),
    version: long(row.version),
    deleted: state.kind === 'absent',
    ...(state.kind === 'job' && indexed(row, state)),
    ...(state.kind === 'job' && readable(state, stats)),
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
    ...(state.kind === 'job' && { parameters: JSON.stringify(state.definition.parameters) }),
    json: JSON.stringify({ ...rest, state: withParameters(state, null), ...(stats !== emptyStats && { stats }) }),
  };
};

export const jobOf = ({ _id: stream, json, parameters = 'null' }: Pick<JobDocument, '_id' | 'json' | 'parameters'>): JobRow => {
  const row = JSON.parse(json) as Omit<JobRow, 'stream' | 'stats'>;
  return { stream, stats: emptyStats, ...row, state: withParameters(row.state, JSON.parse(parameters) as Json) };
};

const withParameters = (state: JobState, parameters: Json): JobState =>
  state.kind === 'absent' ? state : { ...state, definition: { ...state.definition, parameters } };

/** The fields that have an index, or that queries filter by. */
const indexed = (row: JobRow, { definition }: Job): Document => {
  const index = wakeIndexOf(row);
  return index === null
    ? {}
    : {
        status: index.phase,
        handlerKey: index.handlerKey,
        priority: index.priority,
        workAt: dateOrNull(index.workAt),
        dueAt: dateOrNull(index.dueAt),
        expiresAt: dateOrNull(index.expiresAt),
        jobType: definition.jobType,
        tags: definition.tags,
        search: searchable([index.jobName, definition.jobType, definition.description ?? ''].join('\n')),
      };
};

/** As it is stored and as it is asked for: a regular expression cannot hold NUL. */
export const searchable = (text: string): string => text.toLowerCase().replaceAll('\0', '\ufffd');

const readable = (job: Job, stats: JobStats): Document => {
  const { kind: _, definition, executions, requests: __, ...fields } = job;
  return {
    ...nativeObject(fields),
    enabled: job.paused === null,
    definition: nativeDefinition(definition),
    executions: executions.map(({ parameters: _, ...execution }) => nativeObject(execution)),
    stats: nativeStats(stats),
  };
};

const nativeDefinition = ({ parameters: _, schedule, ...definition }: JobDefinition): Document => ({
  ...nativeObject(definition),
  schedule: nativeSchedule(schedule),
});

const nativeSchedule = (schedule: JobDefinition['schedule']): Document => {
  if (schedule.kind !== 'custom' || schedule.options === undefined) return nativeObject(schedule);
  const { options, ...rest } = schedule;
  return { ...nativeObject(rest), options: JSON.stringify(options) };
};

const nativeStats = ({ durations, lateness, days: _, ...counts }: JobStats): Document => ({
  ...nativeObject(counts),
  meanDurationMs: mean(durations),
  maxDurationMs: durations.max,
  maxLatenessMs: lateness.max,
});
