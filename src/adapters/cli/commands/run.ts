import { runOf } from '../../../application/api/present.js';
import type { ExecutionDetails, JobInfo, PublishedEvent, RunResult } from '../../../application/api/types.js';
import type { HandlerRef } from '../../../application/ports/runner.js';
import { SchedulerError } from '../../../domain/errors.js';
import type { CliScheduler } from '../environment.js';
import { EventLines } from '../eventLines.js';
import { UsageError } from '../failure.js';
import { narrate } from '../format/narrate.js';
import { statusTone } from '../format/paint.js';
import { printable, printableJson } from '../format/printable.js';
import { duration } from '../format/time.js';
import { type LoadedHandlers, loadHandlers } from '../handlersFile.js';
import { type Commands, type Invocation, withScheduler } from '../invocation.js';
import { parameter } from '../options.js';
import { stopAsked } from '../stopAsked.js';

type Options = { readonly param?: ReadonlyMap<string, unknown>; readonly handlers?: string; readonly wait: boolean };

export const runCommand: Commands = (program, run) => {
  program
    .command('run')
    .argument('<name>', 'name of the job')
    .description('run a job now, in this process, and wait for its end')
    .option('--param <name=value>', 'over the stored parameters; JSON where it parses, else text; may be given again', parameter)
    .option('--handlers <file>', 'ES module with the handler')
    .option('--no-wait', 'only queue the run, for the service to start')
    .action(run(runNow));
};

const runNow = async (invocation: Invocation, name: string, { param, handlers: file, wait }: Options): Promise<0 | 1> => {
  if (invocation.store.kind === 'service') return runThere(invocation, name, { param, handlers: file, wait });
  const handlers = file === undefined ? new Map() : await loadHandlers(file);
  return withScheduler(invocation, 'write', async (scheduler) => {
    const job = await scheduler.getJob(name);
    const handler = wait ? handlerOf(job, handlers, scheduler) : null;
    // Queued before anything runs: what else is due for this job then comes after it.
    const queued = await scheduler.runNow(name, param && Object.fromEntries(param), { wait: false });
    if (handler) {
      bindOnly(handler, job, scheduler);
      return runHere(invocation, scheduler, job, queued);
    }
    if (invocation.json) invocation.terminal.printJson(queued);
    else invocation.terminal.print(`${printable(name)} is queued as ${queued.executionId}; it runs when a service with its handler does`);
    return 0;
  });
};

/** By the service, which has the handler. */
const runThere = async (invocation: Invocation, name: string, { param, handlers, wait }: There): Promise<0 | 1> => {
  if (handlers !== undefined) throw new UsageError('the service has its own handlers: leave --handlers out');
  const { terminal, json } = invocation;
  return withScheduler(invocation, 'write', async (scheduler) => {
    const result = await scheduler.runNow(name, param && Object.fromEntries(param), { wait });
    if (json) terminal.printJson(result);
    else if (wait) await tellThere(result, scheduler, invocation);
    else terminal.print(`${printable(name)} is queued as ${result.executionId}`);
    return !wait || result.status === 'completed' ? 0 : 1;
  });
};

/** A service that stops lets runs end, and says no more of them. */
const tellThere = async (result: RunResult, scheduler: CliScheduler, invocation: Invocation): Promise<void> => {
  const { executionId, jobName, status } = result;
  const details = await scheduler.getExecution(executionId).catch((error) => {
    if (error instanceof SchedulerError && (error.code === 'STOPPED' || error.code === 'NOT_AVAILABLE')) return null;
    throw error;
  });
  if (details) tell(details, invocation);
  else invocation.terminal.print(`${printable(jobName)} ${status} as ${executionId}; the service has stopped, and tells no more`);
};

type There = { readonly param: Options['param']; readonly handlers: string | undefined; readonly wait: boolean };

/** Of the file, or one that comes with the scheduler. */
const handlerOf = ({ jobName, jobType }: JobInfo, handlers: LoadedHandlers, { jobHandlers }: CliScheduler): HandlerRef => {
  const key = jobType === 'custom' ? jobName : jobType;
  const handler = handlers.get(key)?.handler ?? jobHandlers.get(key);
  if (!handler) throw new SchedulerError('NO_HANDLER', `there is no handler for "${key}" here`);
  return handler;
};

/** For this one job only, so that nothing else that is due starts here. */
const bindOnly = (handler: HandlerRef, { organization, jobName }: JobInfo, { jobHandlers }: CliScheduler): void => {
  jobHandlers.clear();
  jobHandlers.bind(`${organization}/${jobName}`, handler);
};

const runHere = async (invocation: Invocation, scheduler: CliScheduler, job: JobInfo, { executionId }: RunResult): Promise<0 | 1> => {
  const { environment, terminal, json } = invocation;
  const lines = new EventLines(terminal, invocation);
  lines.learnJob(job);
  const stopping = stopAsked(environment);
  const over = new Promise<'over'>((resolve) => {
    scheduler.on('*', (event) => {
      if (!('executionId' in event.data) || event.data.executionId !== executionId) return;
      if (isOver(event)) resolve('over');
      else if (!json) terminal.note(lines.line({ event, line: narrate(event, lines.known(event)) }));
    });
  });
  await scheduler.start();
  const end = await Promise.race([over, stopping.asked]);
  if (end !== 'over') {
    await scheduler.stop({ drainMs: 0 }).finally(stopping.end);
    terminal.note(`interrupted; the run of ${printable(job.jobName)} goes on when a service with its handler does`);
    return 1;
  }
  const run = await scheduler.getExecution(executionId);
  // Whatever else of this job has begun meanwhile may end.
  await scheduler.stop().finally(stopping.end);
  if (json) terminal.printJson(runOf(run));
  else tell(run, invocation);
  return run.status === 'completed' ? 0 : 1;
};

const isOver = ({ data }: PublishedEvent): boolean =>
  data.type === 'ExecutionCompleted' || data.type === 'ExecutionCancelled' || (data.type === 'ExecutionFailed' && data.final);

const tell = (run: ExecutionDetails, { terminal }: Invocation): void => {
  const { status, attempts, durationMs, error, result, log } = run;
  for (const { level, message } of log) terminal.note(`  ${level}: ${printable(message)}`);
  const took = durationMs === null ? '' : ` in ${duration(durationMs)}`;
  const tries = attempts.length > 1 ? `, attempt ${attempts.length}` : '';
  const why = error === undefined || status === 'completed' ? '' : `: ${printable(error.message)}`;
  terminal.print(`${printable(run.jobName)} ${terminal.paint(statusTone(status), status)}${took}${tries}${why}`);
  if (result !== undefined && status === 'completed') terminal.print(printableJson(result, 2));
};
