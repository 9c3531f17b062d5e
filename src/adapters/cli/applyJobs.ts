import { isDeepStrictEqual } from 'node:util';
import type { BulkResult, JobInfo, JobInput, JobsApi, ScheduleResult } from '../../application/api/types.js';
import { SchedulerError } from '../../domain/errors.js';
import { isEnded } from './ended.js';
import type { CliScheduler } from './environment.js';
import { closing, type Invocation, openEmpty, withScheduler } from './invocation.js';

/** What became of one job of a file. */
export type Outcome =
  | { readonly outcome: 'created' | 'updated' | 'unchanged'; readonly job: ScheduleResult }
  | { readonly outcome: 'refused'; readonly input: JobInput; readonly index: number; readonly error: SchedulerError };

/** Schedules every job that is right, and says of each what happened. */
export const applyJobs = async (scheduler: CliScheduler, inputs: readonly JobInput[]): Promise<readonly Outcome[]> => {
  const before = await existingJobs(scheduler, inputs);
  const results = await scheduler.scheduleJobs(inputs);
  return outcomes(inputs, results, ({ created, version }, index) =>
    created ? 'created' : version === before[index]?.version ? 'unchanged' : 'updated',
  );
};

/** The same in a store that is thrown away: nothing of it lasts. */
export const tryJobs = async (invocation: Invocation, inputs: readonly JobInput[]): Promise<readonly Outcome[]> => {
  const before = await withScheduler(invocation, 'read', (scheduler) => existingJobs(scheduler, inputs));
  return closing(openEmpty(invocation), async (trial) => {
    const tried = inputs.map((input, index) => withoutPast(input, before[index] ?? null, invocation.now));
    const results = await trial.scheduleJobs(tried);
    const after = await existingJobs(trial, tried);
    const trials = inputs.map((input, index) => trialOf(before[index], after[index], input, tried[index] !== input));
    const told = results.map((result, index) => (trials[index]?.staysEnded ? asEnded(result, before[index]) : result));
    return outcomes(inputs, told, (_, index) => trials[index]?.outcome ?? 'created');
  });
};

const outcomes = (
  inputs: readonly JobInput[],
  results: readonly BulkResult[],
  outcomeOf: (job: ScheduleResult, index: number) => 'created' | 'updated' | 'unchanged',
): readonly Outcome[] =>
  inputs.flatMap((input, index): Outcome[] => {
    const result = results[index];
    if (result === undefined) return [];
    if (result instanceof SchedulerError) return [{ outcome: 'refused', input, index, error: result }];
    return [{ outcome: outcomeOf(result, index), job: result }];
  });

const existingJobs = (scheduler: CliScheduler, inputs: readonly JobInput[]): Promise<readonly (JobInfo | null)[]> =>
  Promise.all(
    inputs.map(async (input) => {
      try {
        return await jobsApiFor(scheduler, input).getJob(Object(input).jobName);
      } catch (error) {
        // Whatever is wrong with its name, scheduling it will say.
        if (error instanceof SchedulerError && error.code !== 'STORE_LOCKED' && error.code !== 'STORE_UNAVAILABLE') return null;
        throw error;
      }
    }),
  );

const jobsApiFor = (scheduler: CliScheduler, input: JobInput): JobsApi => {
  const { organization } = Object(input);
  return organization === undefined ? scheduler : scheduler.forOrganization(organization);
};

/** A one-time job that is scheduled already may lie in the past; a new one may not, and the trial knows no old ones. */
const withoutPast = (input: JobInput, old: JobInfo | null, now: Date): JobInput => {
  const { runAt } = Object(Object(input).schedule);
  if (old?.schedule.type !== 'once' || new Date(runAt).getTime() !== new Date(old.schedule.runAt).getTime()) return input;
  if (new Date(runAt) > now) return input;
  return { ...input, schedule: { type: 'once', runAt: now } };
};

type Trial = { readonly outcome: 'created' | 'updated' | 'unchanged'; readonly staysEnded: boolean };
type Found = JobInfo | null | undefined;

/** What the store that knows the job as `old` would do. `isOver`: it was tried with another schedule, for its own has passed. */
const trialOf = (old: Found, renewed: Found, input: JobInput, isOver: boolean): Trial => {
  if (!old || !renewed) return { outcome: 'created', staysEnded: false };
  const { enabled } = Object(input);
  const sameSchedule = isOver || isSame(old.schedule, renewed.schedule);
  const comesBack = isEnded(old.status) && (!sameSchedule || (enabled === true && !isOver));
  const sameJob = sameSchedule && isSame(definitionOf(old), definitionOf(renewed));
  const isLeftEnabled = enabled === undefined || enabled === old.enabled;
  return {
    outcome: sameJob && isLeftEnabled && !comesBack ? 'unchanged' : 'updated',
    staysEnded: isEnded(old.status) && !comesBack,
  };
};

const asEnded = (result: BulkResult, old: Found): BulkResult =>
  result instanceof SchedulerError || !old ? result : { ...result, status: old.status, nextRunAt: null };

/** What a file says of a job, but for its schedule. */
const definitionFields = [
  'jobType',
  'parameters',
  'priority',
  'maxAttempts',
  'timeout',
  'backoff',
  'overlap',
  'misfire',
  'isolation',
  'tags',
  'description',
  'retention',
  'notify',
] as const satisfies readonly (keyof JobInfo)[];

const definitionOf = (job: JobInfo): readonly unknown[] => definitionFields.map((field) => job[field]);

/** What a service says of a job has instants as texts. */
const isSame = (a: unknown, b: unknown): boolean => isDeepStrictEqual(asJson(a), asJson(b));
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
