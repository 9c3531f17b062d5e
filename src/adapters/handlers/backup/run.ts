import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import { TableRefused } from '../../../application/ports/dataTables.js';
import { type Directory, openDirectory } from '../files/index.js';
import type { Services } from '../services.js';
import { type Secret, secretOf } from './archive/key.js';
import type { Saved } from './archive/manifest.js';
import { archiveName, partialName, prefixOf, sumName } from './archive/names.js';
import { readArchive } from './archive/read.js';
import { type Entry, writeArchive } from './archive/write.js';
import { keepNewest, removeStalePartials } from './keep.js';
import type { Parameters } from './schema.js';
import { type Saving, savingsOf } from './sources.js';

export type BackupResult = {
  readonly archive: string;
  readonly directory: string;
  readonly bytes: number;
  /** Of the whole archive, in hexadecimal. */
  readonly sha256: string;
  readonly encrypted: boolean;
  readonly sources: readonly Saved[];
  /** Archives that have gone because newer ones are kept. */
  readonly removed: readonly string[];
};

/** Writes the archive aside, reads it back, and only then gives it its name: whoever sees an archive sees a whole one. */
export const backUp = async (services: Services, parameters: Parameters, context: HandlerContext): Promise<BackupResult> => {
  const secret = await secretFor(services, parameters);
  const destination = await openDirectory(services.files.roots, parameters.destination, 'make');
  try {
    const sources = [parameters.sources].flat();
    const savings = await savingsOf(services, sources, destination.path, context);
    const prefix = prefixOf(context.organization, context.jobName);
    const name = archiveName(prefix, context, { compress: parameters.compress, encrypt: secret !== null });
    await removeStalePartials(destination, prefix, services.clock.now());
    const written = await write(destination, name, savings, { services, parameters, secret, context });
    const removed = parameters.keep === undefined ? [] : await keepNewest(destination, prefix, parameters.keep);
    context.log.info(
      `${name}: ${written.bytes} bytes, read back and found right${removed.length > 0 ? `; ${removed.length} older removed` : ''}`,
    );
    context.progress(1);
    return { archive: name, directory: destination.path, ...written, encrypted: secret !== null, removed };
  } catch (error) {
    throw error instanceof TableRefused ? new NonRetryableError(error.message, { cause: error }) : error;
  } finally {
    await destination.close();
  }
};

type Given = {
  readonly services: Services;
  readonly parameters: Parameters;
  readonly secret: Secret | null;
  readonly context: HandlerContext;
};

const write = async (
  destination: Directory,
  name: string,
  savings: readonly Saving[],
  { services, parameters: { compress }, secret, context }: Given,
): Promise<Pick<BackupResult, 'bytes' | 'sha256' | 'sources'>> => {
  const partial = partialName(name);
  // An attempt before this one may have been killed.
  await destination.remove(partial);
  const file = await destination.create(partial);
  try {
    const { organization, jobName, executionId, signal } = context;
    const createdAt = new Date(services.clock.now()).toISOString();
    const { bytes, sha256, manifest } = await writeArchive(
      file,
      entriesOf(savings, context),
      (entries) => ({
        format: 'nexus-scheduler-backup',
        version: 1,
        createdAt,
        organization,
        jobName,
        executionId,
        sources: savings.map((saving) => saving.saved()),
        entries: [...entries],
      }),
      { compress, secret, signal },
    );
    context.progress(0.6, 'written; reading it back');
    await readBack(destination, partial, sha256, secret, signal);
    await destination.rename(partial, name);
    await writeSum(destination, name, sha256);
    return { bytes, sha256, sources: manifest.sources };
  } finally {
    await file.close();
    await destination.remove(partial);
  }
};

async function* entriesOf(savings: readonly Saving[], { progress, signal }: HandlerContext): AsyncGenerator<Entry, void, undefined> {
  const seen = new Set<string>();
  for (const [done, { entries }] of savings.entries()) {
    for await (const entry of entries) {
      signal.throwIfAborted();
      if (seen.has(entry.name)) throw new NonRetryableError(`parameters.sources: two of them hold ${entry.name}`);
      seen.add(entry.name);
      yield entry;
    }
    progress((0.6 * (done + 1)) / savings.length);
  }
}

const readBack = async (
  destination: Directory,
  partial: string,
  sha256: string,
  secret: Secret | null,
  signal: AbortSignal,
): Promise<void> => {
  const file = await destination.read(partial);
  const noSecret = (): Promise<Secret> => Promise.reject(new Error('nothing was encrypted'));
  try {
    const limits = { maxBytes: Number.MAX_SAFE_INTEGER, maxEntries: Number.MAX_SAFE_INTEGER };
    const checked = await readArchive(file, { secret: secret ? async () => secret : noSecret, signal, limits }, async () => undefined);
    if (checked.sha256 !== sha256) throw new Error('the archive does not read as it was written: look at the medium');
  } finally {
    await file.close();
  }
};

/** As `sha256sum --check` reads it. */
const writeSum = async (destination: Directory, name: string, sha256: string): Promise<void> => {
  const partial = partialName(sumName(name));
  await destination.remove(partial);
  const file = await destination.create(partial);
  try {
    await file.writeFile(`${sha256}  ${name}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await destination.rename(partial, sumName(name));
};

const secretFor = async ({ secrets }: Services, { encrypt }: Parameters): Promise<Secret | null> => {
  if (encrypt === false) return null;
  const name = encrypt === true ? 'BACKUP_KEY' : encrypt.keyFromEnv;
  const text = await secrets.backupKey(name);
  if (text === null) throw new NonRetryableError(`parameters.encrypt: the environment of this node has no ${name}`);
  const secret = secretOf(text);
  if (secret === null)
    throw new NonRetryableError(
      `parameters.encrypt: ${name} is too short: give 32 bytes as hex or base64, or a passphrase of 16 characters`,
    );
  return secret;
};
