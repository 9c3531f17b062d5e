import { SchedulerError } from '../../domain/errors.js';
import { instant } from '../../domain/instant.js';
import type { EventCodec } from '../ports/eventCodec.js';
import type { AppendRequest, AppendResult, EventStore } from '../ports/eventStore.js';

/** Appends under way: written together by the store, and few enough to be held. */
const together = 500;

/**
 * Appends an exported log to a store that has none, and returns how many commits there were. Each keeps its id, time, job and version;
 * positions are given anew. Throws `INVALID_ARGUMENT` naming the line that is wrong; what came before it is then in the store.
 */
export const importLog = async (
  store: Pick<EventStore, 'append' | 'streams'>,
  codec: Pick<EventCodec, 'decode'>,
  lines: AsyncIterable<string>,
  onProgress?: (commits: number) => void,
): Promise<number> => {
  if ((await store.streams(null, 1)).length > 0) throw wrong('the store has a log already; a log is only imported into an empty store');
  let number = 0;
  let pending: { readonly line: number; readonly appended: Promise<AppendResult> }[] = [];
  const settle = async (): Promise<void> => {
    const results = await Promise.all(pending.map(async ({ line, appended }) => ({ line, result: await appended })));
    pending = [];
    for (const { line, result } of results)
      if (result.outcome !== 'appended') throw wrong(`line ${line} does not follow what is before it: a commit is missing or comes twice`);
    onProgress?.(number - 1);
  };
  for await (const text of lines) {
    number++;
    if (number === 1) checkHeader(text);
    else pending.push({ line: number, appended: store.append(requestOf(text, number, codec)) });
    if (pending.length === together) await settle();
  }
  await settle();
  if (number === 0) throw wrong('that is no exported log: it is empty');
  return number - 1;
};

const checkHeader = (text: string): void => {
  const header = parsed(text, 1);
  if (header.format !== 'nexus-scheduler-log') throw wrong('that is no exported log: its first line does not say so');
  if (header.version !== 1) throw wrong(`the exported log has version ${String(header.version)}, which this release does not know`);
};

const requestOf = (text: string, line: number, codec: Pick<EventCodec, 'decode'>): AppendRequest => {
  const { commitId, stream, version, at, events } = parsed(text, line);
  if (typeof commitId !== 'string' || !/^[\w-]{1,64}$/.test(commitId)) throw wrong(`line ${line} has no commitId`);
  if (typeof stream !== 'string' || !/^[^/]{1,128}\/[^/]{1,512}$/u.test(stream)) throw wrong(`line ${line} has no stream`);
  if (!isWhole(version) || version < 1) throw wrong(`line ${line} has no version`);
  if (!isWhole(at)) throw wrong(`line ${line} has no instant`);
  if (!Array.isArray(events)) throw wrong(`line ${line} has no events`);
  return { commitId, stream, expectedVersion: version - 1, at: instant(at), events: decoded(events, line, codec) };
};

const decoded = (events: readonly unknown[], line: number, codec: Pick<EventCodec, 'decode'>) => {
  try {
    return codec.decode(JSON.stringify(events));
  } catch (error) {
    throw wrong(`line ${line}: ${error instanceof Error ? error.message : 'its events cannot be read'}`, error);
  }
};

const parsed = (text: string, line: number): { readonly [key: string]: unknown } => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw wrong(`line ${line} is no JSON object`);
};

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

const wrong = (message: string, cause?: unknown) =>
  new SchedulerError('INVALID_ARGUMENT', message, { issues: [{ path: 'log', message }], ...(cause !== undefined && { cause }) });
