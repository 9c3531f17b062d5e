import { Readable } from 'node:stream';
import { runOf } from '../../application/api/present.js';
import type {
  ArtifactInfo,
  BulkResult,
  EventFilter,
  ExecutionDetails,
  JobInput,
  JobPage,
  JobsApi,
  PublishedEvent,
  RunResult,
} from '../../application/api/types.js';
import type { Background } from '../../application/ports/clock.js';
import { SchedulerError } from '../../domain/errors.js';
import * as dates from './dates.js';
import { followEvents } from './followEvents.js';
import { ask, type Request, type Target } from './requests.js';

type Remote = { readonly target: Target; readonly organization: string | undefined; readonly background: Background };

const pageSize = 1_000;
const waitMs = 50_000;
const pollMs = 1_000;

/** The jobs of a service, by the methods of the library. What the service refuses is thrown as the library throws it. */
export const remoteJobs = (remote: Remote): JobsApi => {
  const { target, organization, background } = remote;
  const asked = (path: string, request: Request = {}): Promise<Response> =>
    ask(target, `/api/v1${path}`, { ...request, query: { organization, ...request.query } });
  const json = async (path: string, request?: Request): Promise<unknown> => (await asked(path, request)).json();
  const post = (path: string, body: unknown = {}): Promise<unknown> => json(path, { method: 'POST', body });
  const jobPath = (jobName: string, more = ''): string => `/jobs/${encodeURIComponent(jobName)}${more}`;
  const executionPath = (id: string, more = ''): string => `/executions/${encodeURIComponent(id)}${more}`;

  const scheduleJob: JobsApi['scheduleJob'] = async (job, { expectedVersion } = {}) => {
    const condition = expectedVersion === 0 ? { 'if-none-match': '*' } : { 'if-match': `"${expectedVersion}"` };
    const headers = expectedVersion === undefined ? {} : condition;
    return dates.withDates(await json('/jobs', { method: 'POST', body: job, headers }), dates.scheduledDates);
  };
  const getExecution = async (id: string): Promise<ExecutionDetails> =>
    dates.withDates(await json(executionPath(id)), dates.executionDates);
  const historyPage: JobsApi['historyPage'] = async (jobName, { limit, cursor } = {}) =>
    pageOf(await json(jobPath(jobName, '/history'), { query: { limit, cursor } }), dates.executionDates);

  /** How the run ended, however long that takes. */
  const ended = async (run: RunResult): Promise<RunResult> => {
    for (;;) {
      const execution = await getExecution(run.executionId);
      if (execution.finishedAt !== null) return runOf(execution);
      await new Promise<void>((resolve) => background.after(pollMs, resolve, 'keepAlive'));
    }
  };

  return {
    scheduleJob,
    scheduleJobs: async (jobs) => {
      const results: BulkResult[] = [];
      for (const job of jobs) results.push(await scheduleJob(job as JobInput).catch(ofThisJob));
      return results;
    },
    runNow: async (jobName, parameters, { wait = true } = {}) => {
      const body = { ...(parameters && { parameters }), ...(wait && { wait, waitMs }) };
      const run = dates.withDates<RunResult>(await post(jobPath(jobName, '/run'), body), dates.runDates);
      return wait && run.finishedAt === null ? ended(run) : run;
    },
    jobHistory: async (jobName, limit = 20) => (await gathered(limit, (query) => historyPage(jobName, query))).slice(0, limit),
    historyPage,
    getScheduledJobs: async (query = {}) => {
      const { status, jobType: type, tag, search: q, limit = pageSize, cursor } = query;
      const statuses = status === undefined ? undefined : [status].flat();
      const next = async (page: { readonly limit: number; readonly cursor?: string }): Promise<JobPage> =>
        pageOf(await json('/jobs', { query: { status: statuses, type, tag, q, ...page } }), dates.jobDates);
      return gathered(limit, next, cursor);
    },
    getJob: async (jobName) => dates.withDates(await json(jobPath(jobName)), dates.jobDates),
    getExecution,
    openArtifact: async (artifactId) => {
      const { body, headers } = await asked(`/artifacts/${encodeURIComponent(artifactId)}`, { headers: { accept: '*/*' } });
      return { ...fileInfo(artifactId, headers), content: Readable.fromWeb(body as never) };
    },
    toggleJob: async (jobName, enabled, options = {}) =>
      dates.withDates(await post(jobPath(jobName, enabled ? '/resume' : '/pause'), options), dates.jobDates),
    cancelJob: async (jobName, options) => dates.withDates(await post(jobPath(jobName, '/cancel'), options), dates.jobDates),
    cancelExecution: async (id, options) => dates.withDates(await post(executionPath(id, '/cancel'), options), dates.executionDates),
    deleteJob: async (jobName) => void (await asked(jobPath(jobName), { method: 'DELETE' })),
    getJobStats: async (jobName) => dates.withDates(await json(jobPath(jobName, '/stats')), dates.statsDates),
    comingRuns: async (jobName, { after, count } = {}) => {
      const { items } = Object(await json(jobPath(jobName, '/next'), { query: { after: textOf(after), count } }));
      return dates.withDates(items, dates.comingDates);
    },
    whatIf: async (job, { days } = {}) =>
      dates.withDates(await json('/what-if', { method: 'POST', body: job, query: { days } }), dates.whatIfDates),
    forecast: async ({ days } = {}) => dates.withDates(await json('/forecast', { query: { days } }), dates.forecastDates),
    explain: async (jobName, at) =>
      dates.withDates(await json(jobPath(jobName, '/explain'), { query: { at: textOf(at) } }), dates.explanationDates),
    jobAsOf: async (jobName, at) => dates.withDates(await json(jobPath(jobName), { query: { asOf: textOf(at) } }), dates.jobDates),
    backfill: async (jobName, from, to) => dates.withDates(await post(jobPath(jobName, '/backfill'), { from, to }), dates.backfillDates),
    events: (filter) => eventsOf(remote, json, filter),
    on: () => {
      throw new SchedulerError('NOT_AVAILABLE', 'listeners hear their own process; follow the events of a service instead');
    },
  };
};

const fileInfo = (artifactId: string, headers: Headers): ArtifactInfo => {
  const [, name = artifactId] = /filename\*=UTF-8''([^;]+)/.exec(headers.get('content-disposition') ?? '') ?? [];
  const [, digest = ''] = /sha-256=:([^:]+):/.exec(headers.get('repr-digest') ?? '') ?? [];
  return {
    artifactId,
    name: decodeURIComponent(name),
    mediaType: headers.get('content-type') ?? 'application/octet-stream',
    bytes: Number(headers.get('content-length')),
    sha256: Buffer.from(digest, 'base64').toString('hex'),
    createdAt: new Date(headers.get('last-modified') ?? 0),
  };
};

const textOf = (at: Date | string | undefined): string | undefined => (at instanceof Date ? at.toISOString() : at);

const ofThisJob = (error: unknown): SchedulerError => {
  if (error instanceof SchedulerError && error.code !== 'NOT_AVAILABLE' && error.code !== 'UNAUTHORIZED') return error;
  throw error;
};

type Page<T> = readonly T[] & { readonly nextCursor?: string };

const pageOf = <T>(answer: unknown, places: Parameters<typeof dates.withDates>[1]): Page<T> => {
  const { items, nextCursor } = Object(answer);
  return withCursor(dates.withDates<T[]>(items, places), nextCursor ?? undefined);
};

const withCursor = <T>(items: readonly T[], nextCursor: string | undefined): Page<T> =>
  Object.defineProperty([...items], 'nextCursor', { value: nextCursor, enumerable: false }) as Page<T>;

type NextPage<T> = (page: { readonly limit: number; readonly cursor?: string }) => Promise<Page<T>>;

/** As many as are asked for, in as many pages as that takes. */
const gathered = async <T>(limit: number, next: NextPage<T>, from?: string): Promise<Page<T>> => {
  const found: T[] = [];
  for (let cursor = from; ; ) {
    const page = await next({ limit: Math.min(pageSize, Math.max(1, limit - found.length)), ...(cursor !== undefined && { cursor }) });
    found.push(...page);
    cursor = page.nextCursor;
    if (cursor === undefined || found.length >= limit) return withCursor(found, cursor);
  }
};

async function* eventsOf(
  { target, organization, background }: Remote,
  json: (path: string, request?: Request) => Promise<unknown>,
  filter: EventFilter = {},
): AsyncGenerator<PublishedEvent, void, undefined> {
  const { jobName: job, type, after, last, follow = false, signal = new AbortController().signal } = filter;
  const query = { organization, job, type: type === undefined ? undefined : [type].flat() };
  if (follow) {
    // A stream that is given no place begins now, and the library with the first event.
    const start = last === undefined ? { after: after ?? '0:0:0' } : { last };
    return yield* followEvents({ target, path: '/api/v1/events', query: { ...query, ...start }, signal, background });
  }
  for (let cursor = after; !signal.aborted; ) {
    const page = pageOf<PublishedEvent>(
      await json('/events', { query: { ...query, after: cursor, last, limit: pageSize } }),
      dates.eventDates,
    );
    yield* page;
    if (page.length < pageSize || last !== undefined) return;
    cursor = page.at(-1)?.sequence;
  }
}
