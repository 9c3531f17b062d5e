import type { JobInfo, PauseOptions } from '../../../application/api/types.js';
import { isEnded } from '../ended.js';
import { Refusal } from '../failure.js';
import { statusTone } from '../format/paint.js';
import { printable } from '../format/printable.js';
import { both } from '../format/time.js';
import { type Commands, type Invocation, withScheduler } from '../invocation.js';
import { isoInstant } from '../options.js';

export const changeCommands: Commands = (program, run, environment) => {
  program
    .command('pause')
    .argument('<name>', 'name of the job')
    .description('stop starting runs of a job until it is resumed')
    .option('--note <text>', 'why, for whoever wonders later')
    .option('--until <instant>', 'resume by itself at this instant (ISO 8601)', isoInstant(environment))
    .action(run(pause));
  program
    .command('resume')
    .argument('<name>', 'name of the job')
    .description('let a paused job run again')
    .option('--note <text>', 'why')
    .action(run(resume));
  program
    .command('cancel')
    .argument('<name>', 'name of the job')
    .description('end a job: stop what runs, drop what was to come, keep its history')
    .option('--note <text>', 'why')
    .action(run(cancel));
  program
    .command('backfill')
    .argument('<name>', 'name of the job')
    .description('run a job for occurrences of the past, whatever became of them')
    .requiredOption('--from <instant>', 'the first of them, or before (ISO 8601)', isoInstant(environment))
    .requiredOption('--to <instant>', 'the last of them, or after (ISO 8601)', isoInstant(environment))
    .action(run(backfill));
  program
    .command('delete')
    .argument('<name>', 'name of the job')
    .description('delete a job and its history for good')
    .option('-y, --yes', 'do not ask; without a terminal to answer on, nothing is asked anyway')
    .action(run(remove));
};

const pause = async (invocation: Invocation, name: string, options: PauseOptions): Promise<undefined> => {
  told(invocation, await withScheduler(invocation, 'write', (scheduler) => scheduler.toggleJob(name, false, options)));
  return undefined;
};

const resume = async (invocation: Invocation, name: string, { note }: { readonly note?: string }): Promise<undefined> => {
  const options = note === undefined ? {} : { note };
  const job = await withScheduler(invocation, 'write', (scheduler) => scheduler.toggleJob(name, true, options));
  if (isEnded(job.status)) throw notResumed(job);
  told(invocation, job);
  return undefined;
};

const notResumed = ({ jobName, status }: JobInfo): Refusal =>
  new Refusal(
    'JOB_ENDED',
    `job "${jobName}" is ${status}, and resuming does not bring it back`,
    status === 'cancelled'
      ? 'Schedule it again with "enabled": true, or with another schedule: nexus-scheduler schedule -f jobs.json'
      : 'No run of its schedule is left. Give it another one: nexus-scheduler schedule -f jobs.json',
  );

const cancel = async (invocation: Invocation, name: string, { note }: { readonly note?: string }): Promise<undefined> => {
  const options = note === undefined ? {} : { note };
  told(invocation, await withScheduler(invocation, 'write', (scheduler) => scheduler.cancelJob(name, options)));
  return undefined;
};

const backfill = async (invocation: Invocation, name: string, { from, to }: Span): Promise<undefined> => {
  const { terminal, json, now } = invocation;
  const { executions, ...rest } = await withScheduler(invocation, 'write', (scheduler) => scheduler.backfill(name, from, to));
  if (json) terminal.printJson({ ...rest, executions });
  else if (executions.length === 0) terminal.print(`${printable(rest.jobName)} has no occurrence in that span that is not queued already`);
  else {
    for (const { scheduledFor, executionId } of executions) terminal.print(`queued for ${both(scheduledFor, now)}  ${executionId}`);
    terminal.note(`${executions.length} queued; they run wherever the service has the handler`);
  }
  return undefined;
};

type Span = { readonly from: Date; readonly to: Date };

const told = ({ terminal, json, now }: Invocation, job: JobInfo): void => {
  if (json) return terminal.printJson(job);
  const { status, paused, nextStartAt } = job;
  const ends = paused?.until === undefined ? '' : `; resumes ${both(paused.until, now)}`;
  const next = status === 'scheduled' && nextStartAt !== null ? `; next run ${both(nextStartAt, now)}` : '';
  terminal.print(`${printable(job.jobName)} is ${terminal.paint(statusTone(status), status)}${ends}${next}`);
};

const remove = async (invocation: Invocation, name: string, { yes = false }: { readonly yes?: boolean }): Promise<1 | undefined> => {
  const { terminal, json, environment } = invocation;
  const asks = !yes && environment.stdin.isTTY;
  return withScheduler(invocation, 'write', async (scheduler) => {
    const { jobName } = await scheduler.getJob(name);
    if (asks && !isYes(await environment.stdin.ask(`Delete ${printable(jobName)} and its history for good? [y/N] `))) {
      terminal.note('Nothing was deleted.');
      return 1;
    }
    await scheduler.deleteJob(jobName);
    if (json) terminal.printJson({ jobName, deleted: true });
    else terminal.print(`${printable(jobName)} and its history are deleted`);
    return undefined;
  });
};

const isYes = (answer: string): boolean => /^y(es)?$/i.test(answer.trim());
