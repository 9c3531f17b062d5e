import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import path from 'node:path';
import { bytesInWords } from '../../application/bytesInWords.js';
import type { AskedServer, CliEnvironment, Judgement, Keys } from './environment.js';
import { describeFailure, unexpected } from './failure.js';
import { printable } from './format/printable.js';
import { type Invocation, storeName, withScheduler } from './invocation.js';

/** One thing that was looked at. */
export type Finding = Judgement & { readonly what: string };

/** What cannot be looked at is a finding too. */
export const looked = async (what: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> => {
  try {
    return await look();
  } catch (error) {
    const { code, message } = describeFailure(error);
    if (code === unexpected) throw error;
    return [{ what, state: 'bad', detail: printable(message) }];
  }
};

const mostRead = 10_000;

export const ofJobs = (invocation: Invocation): Promise<readonly Finding[]> =>
  withScheduler(invocation, 'read', async (scheduler): Promise<readonly Finding[]> => {
    const { store, organization } = invocation;
    const jobs = await scheduler.getScheduledJobs({ limit: mostRead });
    const kind = store.kind === 'shared' ? 'MongoDB' : 'embedded';
    const count = `${jobs.nextCursor === undefined ? '' : 'more than '}${jobs.length} jobs in organization ${printable(organization)}`;
    const waiting = jobs.filter(({ waitingFor }) => waitingFor !== null).map(({ jobName }) => printable(jobName));
    const found: Finding = { what: 'store', state: 'good', detail: `${kind}, ${printable(storeName(store))}: ${count}` };
    if (waiting.length === 0) return [found];
    return [found, { what: 'due', state: 'warn', detail: `${waiting.slice(0, 5).join(', ')}: no service runs them` }];
  });

export const ofDirectory = async (directory: string): Promise<readonly Finding[]> => {
  const why = await whyNotWritable(path.resolve(directory));
  return [
    ...(why === null
      ? []
      : [{ what: 'directory', state: 'bad', detail: `${printable(directory)} cannot be written here (${why})` } as const]),
    ...(await room(directory)),
  ];
};

/** The code of the system, of the directory or of the one that it would be made in. */
const whyNotWritable = async (directory: string): Promise<string | null> => {
  const code = await access(directory, constants.W_OK | constants.X_OK).then(
    () => null,
    (error) => error.code,
  );
  const parent = path.dirname(directory);
  return code === 'ENOENT' && parent !== directory ? whyNotWritable(parent) : code;
};

/** What the write-ahead logs of the store need, and some more. */
const leastRoom = 256 * 1_024 * 1_024;

const room = async (directory: string): Promise<readonly Finding[]> => {
  const found = await statfs(directory).catch(() => null);
  if (!found) return [];
  const free = found.bavail * found.bsize;
  return [{ what: 'disk', state: free < leastRoom ? 'warn' : 'good', detail: `${bytesInWords(free)} free` }];
};

export const ofKeys = async (keys: Keys): Promise<readonly Finding[]> => {
  const [known, place] = [await keys.list(), printable(keys.path)];
  if (known === null) return [{ what: 'keys', state: 'good', detail: 'none: the HTTP API answers on this machine alone' }];
  if (known.length > 0) return [{ what: 'keys', state: 'good', detail: `${known.length} in ${place}` }];
  return [{ what: 'keys', state: 'warn', detail: `none in ${place}: nobody is let in until \`nexus-scheduler keys create\` makes one` }];
};

export const ofServers = (servers: readonly AskedServer[]): Promise<readonly Finding[]> =>
  Promise.all(
    servers.map(async ({ what, ask }): Promise<Finding> => {
      const { state, detail } = await ask();
      return { what, state, detail: printable(detail) };
    }),
  );

/** Whether one answers where this configuration says. */
export const serviceHere = async ({ connect, config: { serviceUrl } }: CliEnvironment): Promise<readonly Finding[]> => {
  if (serviceUrl === undefined) return [];
  const readiness = await connect(serviceUrl, undefined)
    .readiness()
    .catch(() => null);
  if (!readiness) return [{ what: 'service', state: 'good', detail: `none answers at ${serviceUrl}` }];
  const { ready, reasons } = readiness;
  return [
    { what: 'service', state: ready ? 'good' : 'bad', detail: ready ? `${serviceUrl}, ready` : `${serviceUrl}: ${reasons.join(', ')}` },
  ];
};
