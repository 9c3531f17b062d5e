import { open } from 'node:fs/promises';
import { UsageError } from '../failure.js';
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
    .requiredOption('-f, --file <path>', 'what export has printed; - for the standard input')
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

const importLog = async (invocation: Invocation, { file }: { readonly file: string }): Promise<undefined> => {
  const { terminal, json, environment } = invocation;
  const lines = file === '-' ? linesOfText(await environment.stdin.text()) : await linesOfFile(file);
  const commits = await withScheduler(invocation, 'write', (scheduler) => scheduler.importLog(lines));
  if (json) terminal.printJson({ commits });
  else terminal.print(`imported ${commits.toLocaleString('en')} commit${commits === 1 ? '' : 's'}`);
  return undefined;
};

/** Opened at once, so that a wrong name is said before the store is touched. */
const linesOfFile = async (path: string): Promise<AsyncIterable<string>> => {
  const opened = await open(path).catch((error) => {
    const reason = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new UsageError(`${path} cannot be read: ${reason}`);
  });
  return (async function* () {
    // Lines are given out from the moment they are asked for: whoever asks must be there.
    yield* opened.readLines({ encoding: 'utf8' });
  })();
};

async function* linesOfText(text: string): AsyncGenerator<string> {
  for (const line of text.split('\n')) if (line !== '') yield line;
}
