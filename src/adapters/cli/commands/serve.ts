import type { JobInput } from '../../../application/api/types.js';
import { applyJobs, type Outcome } from '../applyJobs.js';
import type { CliScheduler, Listening } from '../environment.js';
import { duration } from '../format/time.js';
import { loadHandlers } from '../handlersFile.js';
import { type Commands, directoryOf, type Invocation, loggerOn, openScheduler } from '../invocation.js';
import { readJobsFile } from '../jobsFile.js';
import { addressName, portNumber, wholeNumber } from '../options.js';
import { bannerLines, serviceOf } from '../serveBanner.js';
import { ServeLog } from '../serveLog.js';
import { type StopCause, stopAsked } from '../stopAsked.js';
import { tellRefused } from './schedule.js';

type Options = {
  readonly jobs?: string;
  readonly handlers?: string;
  readonly drain?: number;
  readonly http: boolean;
  readonly host?: string;
  readonly port?: number;
};

export const serveCommand: Commands = (program, run) => {
  program
    .command('serve')
    .description('run jobs until interrupted, and say what happens')
    .option('--jobs <file>', 'first create or update the jobs of this file')
    .option('--handlers <file>', 'ES module whose default export is an object of handlers by name')
    .option('--drain <seconds>', 'on SIGINT, SIGTERM or SIGHUP, wait so long for running handlers', wholeNumber(0))
    .option('--port <port>', 'answer HTTP on this port; 0: on one that is free', portNumber)
    .option('--host <address>', 'answer HTTP on this address', addressName)
    .option('--no-http', 'do without the HTTP API')
    .action(run(serve));
};

const defaultDrainSeconds = 30;
/** Whatever a handler has left behind, such as a timer, keeps the process no longer than this when the service has ended. */
const lingerMs = 1_000;

const serve = async (invocation: Invocation, options: Options): Promise<0 | 1> => {
  const { environment, organization } = invocation;
  const inputs = options.jobs === undefined ? [] : await readJobsFile(options.jobs, environment.stdin);
  const handlers = options.handlers === undefined ? new Map() : await loadHandlers(options.handlers);
  const stopping = stopAsked(environment);
  const scheduler = openScheduler(invocation, 'write');
  const log = new ServeLog(invocation);
  let http: Listening | null = null;
  const drainMs = 1_000 * (options.drain ?? environment.config.drainSeconds ?? defaultDrainSeconds);
  try {
    for (const [name, { handler, options }] of handlers) scheduler.jobHandlers.set(name, handler, options);
    for (const api of apisOf(scheduler, organization, inputs)) api.on('*', log.onEvent);
    const outcomes = inputs.length === 0 ? [] : await applyJobs(scheduler, inputs);
    if (outcomes.some(({ outcome }) => outcome === 'refused')) return leave(invocation, refused(outcomes, invocation));
    // Before anything runs: whoever finds the port taken has started nothing.
    http = await listening(invocation, scheduler, options);
    await greet(invocation, scheduler, [...scheduler.jobHandlers.keys()], outcomes, log, http);
    await scheduler.start();
    log.open();
    const signal = await stopping.asked;
    sayStopping(invocation, signal, log, drainMs);
  } finally {
    // Whoever waits for a run by HTTP is answered when it is over; what is new is told that the service stops.
    await scheduler.stop({ drainMs });
    await http?.close();
    stopping.end();
  }
  sayGoodbye(invocation, log);
  return leave(invocation, 0);
};

const leave = <C extends number>({ environment }: Invocation, code: C): C => {
  environment.after(lingerMs, () => environment.exit(code));
  return code;
};

const listening = (invocation: Invocation, scheduler: CliScheduler, { http, host, port }: Options): Promise<Listening | null> => {
  if (!http) return Promise.resolve(null);
  const address = { ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
  return invocation.environment.listen(scheduler, { ...address, directory: directoryOf(invocation), logger: loggerOn(invocation) });
};

/** Listeners hear one organization each. */
const apisOf = (scheduler: CliScheduler, organization: string, inputs: readonly JobInput[]): readonly Pick<CliScheduler, 'on'>[] => {
  const named = inputs
    .map((input) => Object(input).organization)
    .filter((name) => typeof name === 'string' && /^[\w.:-]{1,128}$/.test(name));
  return [...new Set([organization, ...named])].map((name) => scheduler.forOrganization(name));
};

const refused = (outcomes: readonly Outcome[], invocation: Invocation): 1 => {
  tellRefused(outcomes, invocation);
  invocation.terminal.note('The service was not started. The jobs that are right are scheduled.');
  return 1;
};

const greet = async (
  invocation: Invocation,
  scheduler: CliScheduler,
  handlers: readonly string[],
  outcomes: readonly Outcome[],
  log: ServeLog,
  http: Listening | null,
): Promise<void> => {
  const { terminal, json } = invocation;
  const service = await serviceOf(invocation, scheduler, handlers, outcomes, http);
  for (const job of service.jobs) log.learnJob(job);
  if (json) {
    const { jobs, ...told } = service;
    terminal.printJsonLine({ type: 'ServiceStarted', at: invocation.now, ...told, jobs: jobs.length });
  } else terminal.print(...bannerLines(service, terminal));
};

const sayStopping = ({ terminal, json }: Invocation, signal: StopCause, { running }: ServeLog, drainMs: number): void => {
  if (json) return;
  const waits = running === 0 ? '' : `; waiting up to ${duration(drainMs)} for ${running} running, once more to exit at once`;
  terminal.note(`${signal === 'closed' ? 'Nobody reads the output any more' : signal}: stopping${waits}`);
};

const sayGoodbye = ({ terminal, json, environment, now }: Invocation, { tally }: ServeLog): void => {
  const end = environment.now();
  const uptimeMs = end.getTime() - now.getTime();
  if (json) return terminal.printJsonLine({ type: 'ServiceStopped', at: end, uptimeMs, ...tally });
  const { completed, failed, cancelled, retries } = tally;
  const more = `${cancelled === 0 ? '' : `, ${cancelled} cancelled`}${retries === 0 ? '' : `, ${retries} ${retries === 1 ? 'retry' : 'retries'}`}`;
  terminal.print(`stopped after ${duration(uptimeMs)}: ${completed} completed, ${failed} failed${more}`);
};
