import { Command, CommanderError } from 'commander';
import { artifactsCommand } from './commands/artifacts.js';
import { changeCommands } from './commands/change.js';
import { doctorCommand } from './commands/doctor.js';
import { eventsCommand } from './commands/events.js';
import { explainCommands } from './commands/explain.js';
import { handlersCommand } from './commands/handlers.js';
import { historyCommands } from './commands/history.js';
import { keysCommand } from './commands/keys.js';
import { listCommand } from './commands/list.js';
import { logCommands } from './commands/log.js';
import { nextCommand } from './commands/next.js';
import { planCommands } from './commands/plans.js';
import { restoreCommand } from './commands/restore.js';
import { runCommand } from './commands/run.js';
import { scheduleCommand } from './commands/schedule.js';
import { serveCommand } from './commands/serve.js';
import { showCommand } from './commands/show.js';
import { upkeepCommands } from './commands/upkeep.js';
import type { CliEnvironment } from './environment.js';
import { type ExitCode, reportFailure, UsageError } from './failure.js';
import { type Commands, invocationOf, type Run } from './invocation.js';
import { directoryName } from './options.js';

/** In the order in which the help lists them. */
const commands: readonly Commands[] = [
  serveCommand,
  scheduleCommand,
  listCommand,
  showCommand,
  runCommand,
  changeCommands,
  historyCommands,
  artifactsCommand,
  nextCommand,
  explainCommands,
  eventsCommand,
  handlersCommand,
  planCommands,
  upkeepCommands,
  logCommands,
  restoreCommand,
  keysCommand,
  doctorCommand,
];

/** They work on what this machine has: with `--url` somebody would take what they say for what the service says. */
const asksNoService: ReadonlySet<string> = new Set(['serve', 'handlers', 'verify', 'rebuild', 'export', 'import', 'restore', 'keys']);

const refuseUrl = ({ url }: { readonly url?: string }, command: string): void => {
  if (url !== undefined && asksNoService.has(command)) throw new UsageError(`${command} asks no service: leave --url out`);
};

/** Of a command, or of the one that it is a part of. */
const nameOf = (command: Command): string => (command.parent?.parent ? nameOf(command.parent) : command.name());

/** Runs one command line, without the program's name. Resolves with the exit code: 0 ok, 1 refused or failed, 2 usage. */
export const runCli = async (argv: readonly string[], environment: CliEnvironment): Promise<number> => {
  let exitCode: ExitCode = 0;
  const program = programFor(environment);
  const run: Run =
    (action) =>
    async (...args) => {
      exitCode = (await action(invocationOf(environment, program.opts()), ...args)) ?? 0;
    };
  for (const register of commands) register(program, run, environment);
  program.hook('preAction', (_, command) => refuseUrl(program.opts(), nameOf(command)));
  // Neither an idle store nor a timer of housekeeping keeps the process alive.
  const release = environment.keepAlive();
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said what it does not like; asking for help or the version is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { terminal, json, store } = invocationOf(environment, program.opts());
    return reportFailure(error, terminal, json, store.kind);
  } finally {
    release();
  }
};

const programFor = ({ version, stdout, stderr }: CliEnvironment): Command =>
  new Command('nexus-scheduler')
    .description('Schedules jobs, runs them, and explains every run.')
    .version(version, '-V, --version')
    .option('--json', 'print JSON: what the method of the library returns')
    .option('--org <organization>', 'act in this organization')
    .option('--data-dir <directory>', 'use the embedded store in this directory, whatever MONGODB_URI says', directoryName)
    .option('--url <url>', 'ask the service that runs there, with the key in SCHEDULER_API_KEY, in place of a store')
    .option('--no-color', 'print without colours')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? 80,
      getErrHelpWidth: () => stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
