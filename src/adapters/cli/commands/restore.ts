import { SchedulerError } from '../../../domain/errors.js';
import type { RestoredArchive } from '../environment.js';
import { FileError, UsageError, unusable } from '../failure.js';
import { fieldLines } from '../format/fields.js';
import { printable } from '../format/printable.js';
import type { Commands, Invocation } from '../invocation.js';
import { directoryName, wholeNumber } from '../options.js';

type Options = {
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly verify?: boolean;
  readonly keyEnv: string;
  readonly limitGib?: number;
};

const gib = 2 ** 30;

export const restoreCommand: Commands = (program, run) => {
  program
    .command('restore')
    .argument('<archive>', 'archive that the job type backup has written')
    .description('restore a backup into an empty directory, or only check it')
    .option('--to <directory>', 'restore into this directory, which must be empty or not there; default: the data directory', directoryName)
    .option('--dry-run', 'check the archive and the directory, and write nothing')
    .option('--verify', 'only check the archive')
    .option('--key-env <name>', 'the variable that holds the key of an encrypted archive; it begins with BACKUP_', 'BACKUP_KEY')
    .option('--limit-gib <count>', 'the most that the archive may hold, in GiB; default 64', wholeNumber(1))
    .action(run(restore));
};

const restore = async (
  invocation: Invocation,
  archive: string,
  { to, dryRun = false, verify = false, keyEnv, limitGib }: Options,
): Promise<undefined> => {
  const { environment, terminal, json, store } = invocation;
  if (verify && (to !== undefined || dryRun)) throw new UsageError('--verify goes without --to and --dry-run: it only reads the archive');
  if (!/^BACKUP_[A-Z0-9_]{1,64}$/.test(keyEnv)) throw new UsageError('--key-env names a variable that begins with BACKUP_');
  if (!verify && to === undefined && store.kind === 'shared')
    throw new UsageError('give the directory to restore into: --to DIRECTORY; a store that nodes share is not restored in place');
  const restored = await environment
    .restore({
      archive,
      to: verify ? null : (to ?? (store.kind === 'embedded' ? store.directory : null)),
      dryRun,
      keyName: keyEnv,
      ...(limitGib !== undefined && { maxBytes: limitGib * gib }),
    })
    .catch(refused(archive));
  if (json) terminal.printJson(restored);
  else terminal.print(...restoredLines(restored, invocation));
  if (dryRun) terminal.note('This was a dry run: nothing was written.');
  return undefined;
};

/** The command line is right; the archive is not there, or the directory is not one to restore into. */
const refused =
  (archive: string) =>
  (error: unknown): never => {
    if (error instanceof Error && 'syscall' in error && 'path' in error && error.path === archive) throw unusable(archive, 'read', error);
    if (error instanceof SchedulerError && error.code === 'INVALID_ARGUMENT')
      throw new FileError(error.message.replace(/^to: /, ''), [], { cause: error });
    throw error;
  };

const restoredLines = (restored: RestoredArchive, { terminal }: Invocation): readonly string[] => [
  restored.directory === null
    ? `${terminal.paint('good', 'intact')}: ${restored.entries.toLocaleString('en')} entries are what the manifest says`
    : `${terminal.paint('good', 'restored')} into ${printable(restored.directory)}`,
  ...fieldLines(
    [
      ['written', `${restored.createdAt} by ${printable(restored.jobName)} of ${printable(restored.organization)}`],
      ['archive', `${restored.bytes.toLocaleString('en')} bytes${restored.encrypted ? ', encrypted' : ''}`],
      ['sha256', restored.sha256],
      ...restored.sources.map((source) => sourceField(source)),
    ],
    terminal,
  ),
];

const sourceField = (source: RestoredArchive['sources'][number]): readonly [string, string] => {
  switch (source.type) {
    case 'scheduler':
      return [
        'scheduler',
        `${source.commits.toLocaleString('en')} commits of ${source.organization === null ? 'all organizations' : printable(source.organization)}`,
      ];
    case 'collection':
      return ['table', `${printable(source.table)}: ${source.rows.toLocaleString('en')} rows`];
    case 'directory':
      return [
        'directory',
        `${printable(source.path)}: ${source.files.toLocaleString('en')} files${source.skipped > 0 ? `, ${source.skipped} skipped` : ''}`,
      ];
  }
};
