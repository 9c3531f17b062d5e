import { open } from 'node:fs/promises';
import { SchedulerError } from '../../../domain/errors.js';
import type { CliInput } from '../environment.js';
import { FileError, UsageError, unusable } from '../failure.js';
import { type Commands, type Invocation, withScheduler } from '../invocation.js';

export const logCommands: Commands = (program, run) => {
  program
    .command('export')
    .argument('[name]', 'name of a job; default: every job of the organization')
    .description('print the log as lines of JSON')
    .option('--all', 'of every organization')
    .action(run(exportLog));
  program
    .command('import')
    .argument('[file]', 'what export has printed; default: the standard input')
    .option('-f, --file <path>', 'the same; - for the standard input')
    .description('fill an empty store with an exported log')
    .action(run(importLog));
};

const printedTogether = 200;

const exportLog = async (
  invocation: Invocation,
  name: string | undefined,
  { all = false }: { readonly all?: boolean },
): Promise<undefined> => {
  const { terminal, organization } = invocation;
  if (all && name !== undefined) throw new UsageError('name a job, or ask for --all: one job is of one organization');
  await withScheduler(invocation, 'read', async (scheduler) => {
    // A job that is not there is a mistake, and no empty log.
    if (name !== undefined) await scheduler.getJob(name);
    const scope = all ? { organization: null } : { organization, ...(name !== undefined && { jobName: name }) };
    let lines: string[] = [];
    for await (const line of scheduler.exportLog(scope)) {
      lines.push(line);
      if (lines.length === printedTogether) terminal.print(...lines.splice(0));
    }
    terminal.print(...lines);
    lines = [];
  });
  return undefined;
};

const importLog = async (
  invocation: Invocation,
  named: string | undefined,
  { file: option }: { readonly file?: string },
): Promise<undefined> => {
  const { terminal, json, environment } = invocation;
  const lines = await linesOf(fileOf(named, option, environment.stdin), environment.stdin);
  const commits = await withScheduler(invocation, 'write', (scheduler) => scheduler.importLog(lines).catch(refused));
  if (json) terminal.printJson({ commits });
  else terminal.print(`imported ${commits.toLocaleString('en')} commit${commits === 1 ? '' : 's'}`);
  return undefined;
};

const fileOf = (named: string | undefined, option: string | undefined, stdin: CliInput): string => {
  if (named !== undefined && option !== undefined) throw new UsageError('name one file: import FILE, or import -f FILE');
  const file = named ?? option;
  if (file === undefined && stdin.isTTY) throw new UsageError('name the exported log with -f FILE, or pipe it in');
  return file ?? '-';
};

/** The command line is right; the log in the file is not, or has no place in a store that has one. */
const refused = (error: unknown): never => {
  if (error instanceof SchedulerError && error.code === 'INVALID_ARGUMENT') throw new FileError(error.message, [], { cause: error });
  throw error;
};

const linesOf = async (file: string, stdin: CliInput): Promise<AsyncIterable<string>> =>
  file === '-' ? linesOfText(await stdin.text()) : linesOfFile(file);

/** Opened at once, so that a wrong name is said before the store is touched. */
const linesOfFile = async (path: string): Promise<AsyncIterable<string>> => {
  const opened = await open(path).catch((error) => {
    throw unusable(path, 'read', error);
  });
  if ((await opened.stat()).isDirectory()) {
    await opened.close();
    throw new FileError(`${path} cannot be read: it is a directory`);
  }
  return (async function* () {
    // Lines are given out from the moment they are asked for: whoever asks must be there.
    yield* opened.readLines({ encoding: 'utf8' });
  })();
};

async function* linesOfText(text: string): AsyncGenerator<string> {
  for (const line of text.split('\n')) if (line !== '') yield line;
}
