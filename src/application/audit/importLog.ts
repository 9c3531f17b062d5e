import { SchedulerError } from '../../domain/errors.js';
import { instant } from '../../domain/instant.js';
import type { EventCodec } from '../ports/eventCodec.js';
import { type AppendRequest, type Commit, type EventStore, StoreUnavailable } from '../ports/eventStore.js';
import { blankRow } from '../projections/project.js';
import { replay } from '../projections/replay.js';
import { wakeIndexOf } from '../projections/wakeIndex.js';

/** Appends under way, which the store writes together. */
const together = 500;

type Line = { readonly line: number; readonly request: AppendRequest };

/**
 * Appends an exported log to a store that has none, and returns how many commits there were. Each keeps its id, time, job and version;
 * positions are given anew. A job is replayed before any of it is appended. Throws `INVALID_ARGUMENT` naming the line that is wrong; how
 * many commits are in the store by then is said too.
 */
export const importLog = async (
  store: Pick<EventStore, 'append' | 'streams'>,
  codec: Pick<EventCodec, 'decode'>,
  lines: AsyncIterable<string>,
  onProgress?: (commits: number) => void,
): Promise<number> => {
  if ((await store.streams(null, 1)).length > 0) throw wrong('the store has a log already; a log is only imported into an empty store');
  if (typeof Object(lines)[Symbol.asyncIterator] !== 'function') throw wrong('must be lines of text, one after the other');
  let number = 0;
  let read = 0;
  let end: { readonly commits: unknown } | null = null;
  let appended = 0;
  let job: Line[] = [];
  /** Appends the lines of the job that was read, as many together as can be held. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < job.length; i += together) {
      const results = await Promise.allSettled(job.slice(i, i + together).map(({ request }) => store.append(request)));
      appended += results.filter((result) => result.status === 'fulfilled' && result.value.outcome === 'appended').length;
      for (const [n, result] of results.entries()) {
        if (result.status === 'rejected') throw result.reason;
        if (result.value.outcome !== 'appended') throw wrong(`line ${job[i + n]?.line} ${outOfPlace}`);
      }
    }
    job = [];
    onProgress?.(appended);
  };
  try {
    for await (const text of lines) {
      number++;
      if (number === 1) {
        checkHeader(text);
        continue;
      }
      if (end) throw wrong(`line ${number} comes after the end of the log`);
      const line = parsed(text, number);
      if (line.end === true) {
        end = { commits: line.commits };
        continue;
      }
      const request = requestOf(line, number, codec);
      read++;
      if (job[0] && job[0].request.stream !== request.stream) {
        checkJob(job);
        await settle();
      }
      job.push({ line: number, request });
    }
    if (number === 0) throw wrong('that is no exported log: it is empty');
    checkJob(job);
    if (!end) throw wrong(`the log was cut off after line ${number}: its last line is missing`);
    if (end.commits !== read) throw wrong(`the log has ${read} commits where its last line says ${String(end.commits)}`);
    await settle();
    return appended;
  } catch (error) {
    throw appended === 0 ? error : halfWay(error, appended);
  }
};

const outOfPlace = 'does not follow what is before it: a commit is missing or comes twice';

/** What the lines say must be the life of a job: nothing is written that could not be read again. */
const checkJob = (job: readonly Line[]): void => {
  const [first] = job;
  if (!first) return;
  for (const [i, { line, request }] of job.entries()) if (request.expectedVersion !== i) throw wrong(`line ${line} ${outOfPlace}`);
  const commits: readonly Commit[] = job.map(({ request }) => ({
    ...request,
    version: request.expectedVersion + 1,
    partition: 0,
    position: 1,
  }));
  const last = `lines ${first.line} to ${job.at(-1)?.line}`;
  try {
    wakeIndexOf(replay(blankRow(first.request.stream, first.request.at), commits).row);
  } catch (error) {
    throw wrong(`${last} do not tell of a job: ${error instanceof Error ? error.message : 'they cannot be replayed'}`, error);
  }
};

/** The import has failed, and the store is no longer empty. */
const halfWay = (error: unknown, appended: number): SchedulerError => {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof SchedulerError ? error.code : error instanceof StoreUnavailable ? 'STORE_UNAVAILABLE' : 'INVALID_ARGUMENT';
  const left = `${appended.toLocaleString('en')} commit${appended === 1 ? ' is' : 's are'} in the store; remove its directory or database, and import the whole log again`;
  const message = `${reason}. ${left}`;
  return new SchedulerError(code, message, { issues: [{ path: 'log', message }], cause: error });
};

const checkHeader = (text: string): void => {
  const header = parsed(text, 1);
  if (header.format !== 'nexus-scheduler-log') throw wrong('that is no exported log: its first line does not say so');
  if (header.version !== 2) throw wrong(`the exported log has version ${String(header.version)}, which this release does not know`);
};

const requestOf = (fields: Fields, line: number, codec: Pick<EventCodec, 'decode'>): AppendRequest => {
  const { commitId, stream, version, at, events } = fields;
  if (typeof commitId !== 'string' || !/^[\w-]{1,64}$/.test(commitId)) throw wrong(`line ${line} has no commitId`);
  if (typeof stream !== 'string' || !/^[^/]{1,128}\/[^/]{1,512}$/u.test(stream)) throw wrong(`line ${line} has no stream`);
  if (!isWhole(version) || version < 1) throw wrong(`line ${line} has no version`);
  if (!isWhole(at)) throw wrong(`line ${line} has no instant`);
  if (!Array.isArray(events) || !events.every(isTyped)) throw wrong(`line ${line} has no events`);
  return { commitId, stream, expectedVersion: version - 1, at: instant(at), events: decoded(events, line, codec) };
};

const decoded = (events: readonly unknown[], line: number, codec: Pick<EventCodec, 'decode'>) => {
  try {
    return codec.decode(JSON.stringify(events));
  } catch (error) {
    throw wrong(`line ${line}: ${error instanceof Error ? error.message : 'its events cannot be read'}`, error);
  }
};

type Fields = { readonly [key: string]: unknown };

const parsed = (text: string, line: number): Fields => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw wrong(`line ${line} is no JSON object`);
};

const isTyped = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

const wrong = (message: string, cause?: unknown) =>
  new SchedulerError('INVALID_ARGUMENT', message, { issues: [{ path: 'log', message }], ...(cause !== undefined && { cause }) });
