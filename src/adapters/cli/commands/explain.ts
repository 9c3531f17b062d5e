import type { ExecutionDetails, ExplainCode, Explanation, JobInfo } from '../../../application/api/types.js';
import { SchedulerError } from '../../../domain/errors.js';
import type { CliScheduler } from '../environment.js';
import { Refusal } from '../failure.js';
import { fieldLines } from '../format/fields.js';
import { printable } from '../format/printable.js';
import { absolute, both, duration, relative } from '../format/time.js';
import { type Commands, type Invocation, withScheduler } from '../invocation.js';
import { isoInstant } from '../options.js';
import { jobLines } from './show.js';

type Options = { readonly at: Date };

export const explainCommands: Commands = (program, run, environment) => {
  program
    .command('explain')
    .argument('<name>', 'name of the job')
    .description('say why a job ran at an instant, or why not')
    .requiredOption('--at <instant>', 'the planned instant (ISO 8601)', isoInstant(environment))
    .action(run(explain));
  program
    .command('as-of')
    .argument('<name>', 'name of the job')
    .description('show a job as it was at an instant')
    .requiredOption('--at <instant>', 'the instant (ISO 8601)', isoInstant(environment))
    .action(run(asOf));
};

const explain = async (invocation: Invocation, name: string, { at }: Options): Promise<undefined> => {
  const { terminal, json, now } = invocation;
  const { explanation, execution } = await withScheduler(invocation, 'read', async (scheduler) => {
    const explanation = await scheduler.explain(name, at);
    const { executionId } = explanation;
    return { explanation, execution: executionId === undefined ? null : await scheduler.getExecution(executionId) };
  });
  if (json) terminal.printJson(explanation);
  else terminal.print(...explanationLines(explanation, execution, invocation, now));
  return undefined;
};

const explanationLines = (
  { jobName, at, code, eventId }: Explanation,
  execution: ExecutionDetails | null,
  { terminal }: Invocation,
  now: Date,
): readonly string[] => [
  `${terminal.paint('strong', printable(jobName))} at ${absolute(at)} (${relative(at, now)}): ${sentences[code]}`,
  ...fieldLines(
    [
      ['code', code],
      ['execution', execution?.executionId ?? null],
      ...(execution?.attempts ?? []).map(({ attempt, status, startedAt, durationMs, node, error }) => {
        const took = durationMs === null ? '' : ` after ${duration(durationMs)}`;
        const why = error === undefined ? '' : `: ${printable(error.message)}`;
        return [`attempt ${attempt}`, `${status}${took} on ${printable(node)}, started ${both(startedAt, now)}${why}`] as const;
      }),
      ['decided by', eventId === undefined ? null : `event ${eventId}`],
    ],
    terminal,
  ),
];

/** What each code means, for people. */
const sentences: { readonly [code in ExplainCode]: string } = {
  COMPLETED: 'it ran and completed.',
  FAILED: 'it ran and failed for good.',
  CANCELLED: 'its run was cancelled.',
  RUNNING: 'it is running.',
  RETRYING: 'it failed and waits for its next attempt.',
  QUEUED: 'it is queued and starts when there is room.',
  SKIPPED_OVERLAP: 'it was skipped, because the run before was not over.',
  SKIPPED_MISFIRE: 'it was skipped, because no node was running when it was due.',
  SKIPPED_PAUSED: 'it was skipped, because the job was paused.',
  SKIPPED_EXCLUDED: 'it was skipped, because the schedule excludes it.',
  SKIPPED_BOUNDS: 'it was skipped, because it lies outside the bounds of the schedule.',
  SKIPPED_CANCELLED: 'it was skipped, because the job was cancelled.',
  SKIPPED_BUFFER_FULL: 'it was skipped, because too many runs were waiting.',
  PLANNED: 'it is planned and has not been due yet.',
  NO_HANDLER: 'it is due and waits for a service with its handler.',
  WAITING_FOR_CAPACITY: 'it is due and waits for a free place on a node.',
  JOB_PAUSED: 'it does not start while the job is paused.',
  JOB_ENDED: 'the job has ended; nothing is planned there.',
  BEFORE_CREATION: 'the job did not exist yet.',
  HISTORY_DROPPED: 'its history is too old to be kept.',
  NOT_PLANNED: 'the schedule plans nothing at this instant.',
};

const asOf = async (invocation: Invocation, name: string, { at }: Options): Promise<undefined> => {
  const { terminal, json } = invocation;
  const job = await withScheduler(invocation, 'read', (scheduler) => jobAt(scheduler, name, at));
  if (json) terminal.printJson(job);
  else terminal.print(...jobLines(job, invocation, at, 'past'));
  return undefined;
};

/** A job that is there now and was not then is no mistake in its name, and history that was dropped none in the instant. */
const jobAt = async (scheduler: CliScheduler, name: string, at: Date): Promise<JobInfo> => {
  try {
    return await scheduler.jobAsOf(name, at);
  } catch (error) {
    if (!(error instanceof SchedulerError)) throw error;
    const dropped = error.issues?.find(({ path }) => path === 'at' || path === 'asOf');
    if (dropped) throw new Refusal('HISTORY_DROPPED', `${absolute(at)} ${dropped.message}`);
    if (error.code !== 'JOB_NOT_FOUND') throw error;
    const { jobName, createdAt } = await scheduler.getJob(name);
    throw new Refusal('BEFORE_CREATION', `job "${jobName}" was made at ${absolute(createdAt)}; there is nothing to see before`);
  }
};
