import { type Issue, SchedulerError, type SchedulerErrorCode } from '../../domain/errors.js';
import { printable, printableJson } from './format/printable.js';
import type { StoreChoice } from './invocation.js';
import type { Terminal } from './terminal.js';

export type ExitCode = 0 | 1 | 2;

/** The command line itself is wrong: whatever the files and the store hold, it would be. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly issues: readonly Issue[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** A file that is named is not there, is not what it should be, or does not belong where it was to go. */
export class FileError extends Error {
  constructor(
    message: string,
    readonly issues: readonly Issue[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'FileError';
  }
}

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  ENOTDIR: 'what comes before its last name is no directory',
  EACCES: 'this user may not',
  EEXIST: 'there is something else of this name',
};

/** What keeps a file that was named from being read, or made. */
export const unusable = (path: string, what: 'read' | 'made', error: unknown): FileError => {
  const reason = error instanceof Error ? (reasons[systemCode(error) ?? ''] ?? error.message) : String(error);
  return new FileError(`${path} cannot be ${what}: ${reason}`, [], { cause: error });
};

/** What a command does not do, although command line and store are well. `remedy` says what does it. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** An error about what options hold, with the name of its option in place of each path that begins as said in `options`. */
export const namingOptions = (error: unknown, options: { readonly [path: string]: string }): unknown => {
  if (!(error instanceof SchedulerError) || error.issues === undefined) return error;
  const nameOf = (path: string): string => Object.entries(options).find(([start]) => path.startsWith(start))?.[1] ?? path;
  const issues = error.issues.map(({ path, message }) => ({ path: nameOf(path), message }));
  return new UsageError(titles[error.code] ?? error.message, issues, { cause: error });
};

/** Says what went wrong and what to do about it; returns the exit code. */
export const reportFailure = (error: unknown, terminal: Terminal, json: boolean, store: StoreChoice['kind'] = 'embedded'): ExitCode => {
  const failure = describeFailure(error, store);
  terminal.note(...(json ? [printableJson({ error: failure })] : failureLines(failure)));
  return error instanceof UsageError || failure.code === 'INVALID_ARGUMENT' ? 2 : 1;
};

const usage = 'USAGE';
/** Of what nobody has thought of. */
export const unexpected = 'UNEXPECTED';

type Failure = { readonly code: string; readonly message: string; readonly issues?: readonly Issue[]; readonly remedy?: string };

export const describeFailure = (error: unknown, store: StoreChoice['kind'] = 'embedded'): Failure => {
  if (error instanceof SchedulerError) {
    const { code, message, issues } = error;
    // What is wrong with a server is said by whoever tried to reach it.
    const isSaid =
      store === 'service' ? code !== 'UNAUTHORIZED' && code !== 'JOB_NOT_FOUND' : code === 'STORE_UNAVAILABLE' && store === 'shared';
    const remedy = isSaid ? undefined : remedies[code];
    const title = issues === undefined || issues.length === 0 ? message : (titles[code] ?? message);
    return { code, message: title, ...(issues !== undefined && { issues }), ...(remedy !== undefined && { remedy }) };
  }
  if (error instanceof UsageError) return { code: usage, message: error.message, issues: error.issues };
  if (error instanceof FileError) return { code: 'INVALID_FILE', message: error.message, issues: error.issues };
  if (error instanceof Refusal)
    return { code: error.code, message: error.message, ...(error.remedy !== undefined && { remedy: error.remedy }) };
  if (error instanceof Error) return { code: systemCode(error) ?? unexpected, message: error.message };
  return { code: unexpected, message: String(error) };
};

export const failureLines = ({ code, message, issues = [], remedy }: Failure): readonly string[] => [
  `error: ${printable(message)}${code === usage ? '' : ` (${code})`}`,
  ...issueLines(issues),
  ...(remedy === undefined ? [] : [`  ${remedy}`]),
];

export const issueLines = (issues: readonly Issue[]): readonly string[] =>
  issues.map(({ path, message }) => `  ${printable(path)}: ${printable(message)}`);

const systemCode = (error: Error): string | undefined => ('code' in error && typeof error.code === 'string' ? error.code : undefined);

/** Where each issue is listed, the message need not repeat them. */
const titles: { readonly [code in SchedulerErrorCode]?: string } = {
  INVALID_JOB: 'the job is not valid',
  INVALID_SCHEDULE: 'the schedule is not valid',
  INVALID_ARGUMENT: 'an argument is not valid',
  CALCULATOR_MISSING: 'the schedule needs a calculator that is not here',
};

/** What to do next, where the message alone does not say it. */
const remedies: { readonly [code in SchedulerErrorCode]?: string } = {
  STORE_LOCKED:
    'Ask that process, if it is a service: --url http://HOST:PORT. Or stop it and try again. Beside it, the commands that only look work: list, show, history, stats, artifacts, events, explain, as-of, diff, forecast, verify, export, doctor.',
  STORE_UNAVAILABLE: 'Check that the data directory is the right one, may be read and written, and has room; --data-dir names another.',
  JOB_NOT_FOUND: '`nexus-scheduler list` shows the jobs there are; --org looks in another organization.',
  UNAUTHORIZED: 'Name a key that may: SCHEDULER_API_KEY, or SCHEDULER_API_KEY_FILE for a file with it.',
  NO_HANDLER: 'Give a module with it: --handlers FILE. Or queue the run for the service to start: --no-wait.',
  JOB_ALREADY_RUNNING: 'Wait until it has ended (`nexus-scheduler history NAME` shows it), or give the job another overlap policy.',
};
