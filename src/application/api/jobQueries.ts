import { type Instant, instant } from '../../domain/instant.js';
import { handlerKeyOf, type Job, type JobStatus, jobStatuses } from '../../domain/job/index.js';
import { CalculatorFailure, type Calendar } from '../../domain/schedule/calendar.js';
import { explain } from '../audit/explain.js';
import type { JobHandlers } from '../handlers.js';
import type { JobRows } from '../jobRows.js';
import type { ArtifactStore } from '../ports/artifacts.js';
import type { Background, Clock } from '../ports/clock.js';
import type { EventStore, StreamKey } from '../ports/eventStore.js';
import type { JobInputParser } from '../ports/jobInput.js';
import type { Membership } from '../ports/membership.js';
import type { ExecutionRow, JobRow, ReadModels } from '../ports/readModels.js';
import type { RunRecords } from '../ports/runRecords.js';
import { blankRow } from '../projections/project.js';
import { replay } from '../projections/replay.js';
import type { Projector } from '../projector.js';
import { splitStream, streamOf } from '../streams.js';
import { isOver } from '../waiters.js';
import { argument, check, countOf, fieldsOf, idOf, invalidArgument, oneOrMore, together } from './arguments.js';
import { accepted, unwell } from './jobCommands.js';
import { presentArtifact, presentExecution, presentJob, presentStats } from './present.js';
import { artifactNotFound, executionNotFound, jobNotFound, toError } from './rejections.js';
import type {
  ArtifactFile,
  ExecutionDetails,
  ExecutionRecord,
  Explanation,
  HistoryPage,
  HistoryQuery,
  JobInfo,
  JobPage,
  JobQuery,
  JobStatsView,
} from './types.js';

/** Of a list without a limit, too: whoever asks for all of a few thousand jobs gets them. */
const maxLimit = 10_000;
const mostOnPage = 1_000;
const savedElsewhereMs = 100;
const savedElsewhereLooks = 5;

export type QueryDependencies = {
  readonly readModels: ReadModels;
  readonly runRecords: RunRecords;
  readonly artifacts: ArtifactStore;
  readonly saveRunRecords: () => Promise<void>;
  readonly store: EventStore;
  readonly projector: Projector;
  readonly rows: JobRows;
  readonly handlers: JobHandlers;
  readonly input: JobInputParser;
  readonly clock: Clock;
  readonly background: Background;
  readonly membership: Membership;
  readonly calendar: Calendar;
};

/** What callers may ask to know, in one organization. Queries wait for what this process has written: callers read their own writes. */
export class JobQueries {
  constructor(
    private readonly dependencies: QueryDependencies,
    private readonly organization: string,
  ) {}

  async list(query?: JobQuery): Promise<JobPage> {
    const { readModels, projector, clock } = this.dependencies;
    const { jobType, tag, search, cursor, status, limit: asked } = fieldsOf('query', query);
    const texts = Object.entries({ jobType, tag, search, cursor });
    const [statuses, limit] = together(
      () => statusesOf(status),
      () => boundedLimit(asked, maxLimit),
      ...texts.map(
        ([path, value]) =>
          () =>
            check(value === undefined || typeof value === 'string', path, 'must be a text'),
      ),
    );
    await unwell(projector.saved());
    const rows = await unwell(
      readModels.listJobs({
        organization: this.organization,
        now: clock.now(),
        limit: limit + 1,
        ...(statuses && { statuses }),
        ...(jobType !== undefined && { jobType }),
        ...(tag !== undefined && { tag }),
        ...(search !== undefined && { search }),
        ...(cursor !== undefined && { after: cursor }),
      }),
    );
    const page = rows.slice(0, limit).flatMap((row) => (row.state.kind === 'job' ? [this.#present(row, row.state)] : []));
    const nextCursor = rows.length > limit ? page.at(-1)?.jobName : undefined;
    return Object.defineProperty(page, 'nextCursor', { value: nextCursor, enumerable: false }) as JobPage;
  }

  async job(jobName: unknown): Promise<JobInfo> {
    const { row, job } = await this.#existing(this.#streamOf(jobName));
    return this.#present(row, job);
  }

  async history(jobName: unknown, limit: unknown = 20): Promise<readonly ExecutionRecord[]> {
    const [stream, most] = together(
      () => this.#streamOf(jobName),
      () => boundedLimit(limit, 20),
    );
    const { row } = await this.#existing(stream);
    await unwell(this.dependencies.projector.saved());
    const ahead = await unwell(this.dependencies.rows.aheadOfSaved(row.stream));
    // A page of the store is longer where one commit queued many.
    const rows = await unwell(this.dependencies.readModels.history(row.stream, most));
    return newestOf(rows, ahead).slice(0, most).map(presentExecution);
  }

  async historyPage(jobName: unknown, query?: HistoryQuery): Promise<HistoryPage> {
    const { limit, cursor } = fieldsOf('query', query);
    const [stream, most, before] = together(
      () => this.#streamOf(jobName),
      () => boundedLimit(limit, 20, mostOnPage),
      () => (cursor === undefined ? undefined : versionOf(cursor)),
    );
    const { row } = await this.#existing(stream);
    const { readModels, projector, rows } = this.dependencies;
    await unwell(projector.saved());
    const ahead = before === undefined ? await unwell(rows.aheadOfSaved(row.stream)) : new Map();
    const found = newestOf(await unwell(readModels.history(row.stream, most, before)), ahead);
    const oldest = found.at(-1)?.queuedVersion;
    const more = oldest !== undefined && found.length >= most && (await unwell(readModels.history(row.stream, 1, oldest))).length > 0;
    const page = found.map(presentExecution);
    return Object.defineProperty(page, 'nextCursor', { value: more ? String(oldest) : undefined, enumerable: false }) as HistoryPage;
  }

  async stats(jobName: unknown): Promise<JobStatsView> {
    return presentStats((await this.#existing(this.#streamOf(jobName))).row);
  }

  /** The history entry of an execution of this organization. */
  async executionRow(executionId: unknown): Promise<ExecutionRow> {
    const { readModels, projector, membership, background } = this.dependencies;
    const id = idOf('executionId', executionId);
    await unwell(projector.saved());
    let row = await unwell(readModels.execution(id));
    // Another node may have announced what it has not saved yet.
    for (let looks = 0; !row && !membership.exclusive && looks < savedElsewhereLooks; looks++) {
      await new Promise<void>((resolve) => background.after(savedElsewhereMs, resolve));
      row = await unwell(readModels.execution(id));
    }
    if (!row?.stream.startsWith(`${this.organization}/`)) throw executionNotFound(id);
    if (isOver(row)) return row;
    const ahead = (await unwell(this.dependencies.rows.aheadOfSaved(row.stream))).get(id);
    return ahead && ahead.version > row.version ? ahead : row;
  }

  async execution(executionId: unknown): Promise<ExecutionDetails> {
    const row = await this.executionRow(executionId);
    await this.dependencies.saveRunRecords();
    const record = await unwell(this.dependencies.runRecords.get(row.executionId));
    return {
      ...presentExecution(row),
      progress: record?.progress ? { ...record.progress, at: new Date(record.progress.at) } : null,
      log: (record?.log ?? []).map((line) => ({ ...line, at: new Date(line.at) })),
      droppedLogLines: record?.droppedLines ?? 0,
      artifacts: (await unwell(this.dependencies.artifacts.list({ ...splitStream(row.stream), executionId: row.executionId }))).map(
        presentArtifact,
      ),
    };
  }

  async artifact(artifactId: unknown): Promise<ArtifactFile> {
    const id = idOf('artifactId', artifactId);
    const found = await unwell(this.dependencies.artifacts.open(this.organization, id));
    if (!found) throw artifactNotFound(id);
    return { ...presentArtifact(found.artifact), content: found.content };
  }

  /** What became of the occurrence planned for an instant, or why nothing was planned. */
  async explain(jobName: unknown, at: unknown): Promise<Explanation> {
    const { store, clock, calendar } = this.dependencies;
    const [stream, when] = this.#jobAt(jobName, at);
    const { row, job } = await this.#existing(stream);
    const commits = await unwell(store.read(row.stream, 0));
    const hasHandler = this.#hasHandler(row.stream, job);
    const owner = { jobId: job.jobId, organization: this.organization };
    const next = (after: Instant): Instant | null => calendar.next(job.definition.schedule, after, owner);
    try {
      return explain({ row, job, commits, at: when, now: clock.now(), hasHandler, next });
    } catch (error) {
      throw error instanceof CalculatorFailure ? toError(error, row.stream) : error;
    }
  }

  /** The job as it was at an instant, from a replay of its log. */
  async asOf(jobName: unknown, at: unknown): Promise<JobInfo> {
    const { store, clock } = this.dependencies;
    const [stream, when] = this.#jobAt(jobName, at);
    const commits = await unwell(store.read(stream, 0));
    const { row } = replay(blankRow(stream, clock.now()), commits, (commit) => commit.at <= when);
    if (row.state.kind === 'absent') throw jobNotFound(String(jobName));
    if ((commits[row.version - 1]?.at ?? when) > when)
      throw invalidArgument('at', 'lies before the oldest history that retention has kept of this job');
    return this.#present(row, row.state, when);
  }

  #present(row: JobRow, job: Job, now = this.dependencies.clock.now()): JobInfo {
    const { input } = this.dependencies;
    const hasHandler = this.#hasHandler(row.stream, job);
    return presentJob(row, job, { now: instant(now), hasHandler, present: (schedule) => input.present(schedule) });
  }

  /** Here, or on another live node. */
  #hasHandler(stream: StreamKey, { definition: { jobType } }: Job): boolean {
    const { handlers, membership } = this.dependencies;
    if (handlers.resolve(stream, jobType) !== null) return true;
    const key = handlerKeyOf(jobType, splitStream(stream).jobName);
    return membership.nodes().some(({ node, handlerKeys }) => node !== membership.self && handlerKeys.includes(key));
  }

  async #existing(stream: StreamKey): Promise<{ readonly row: JobRow; readonly job: Job }> {
    const row = await unwell(this.dependencies.rows.current(stream));
    if (row.state.kind === 'absent') throw jobNotFound(splitStream(stream).jobName);
    return { row, job: row.state };
  }

  #jobAt(jobName: unknown, at: unknown): readonly [stream: StreamKey, when: Instant] {
    return together(
      () => this.#streamOf(jobName),
      () => argument(this.dependencies.input.instant(at, 'at')),
    );
  }

  #streamOf(jobName: unknown): StreamKey {
    return streamOf(this.organization, accepted(this.dependencies.input.name(jobName, 'jobName')));
  }
}

/** Newest first by the commit that queued them, each as the log has it. */
const newestOf = (saved: readonly ExecutionRow[], ahead: ReadonlyMap<string, ExecutionRow>): readonly ExecutionRow[] => {
  if (ahead.size === 0) return saved;
  const entries = new Map(saved.map((entry) => [entry.executionId, entry]));
  const oldest = saved.at(-1)?.queuedVersion ?? 0;
  for (const [executionId, entry] of ahead)
    if (entry.queuedVersion >= oldest && entry.version >= (entries.get(executionId)?.version ?? 0)) entries.set(executionId, entry);
  return [...entries.values()].sort((a, b) => b.queuedVersion - a.queuedVersion);
};

const statusesOf = (given: unknown): readonly JobStatus[] | undefined => {
  if (given === undefined) return undefined;
  const statuses = oneOrMore('status', given);
  check(statuses.every(isStatus), 'status', `must be one of ${jobStatuses.join(', ')}`);
  return statuses.filter(isStatus);
};

const isStatus = (given: unknown): given is JobStatus => jobStatuses.some((known) => known === given);

const versionOf = (cursor: unknown): number => {
  if (typeof cursor === 'string' && /^[1-9]\d{0,14}$/.test(cursor)) return Number(cursor);
  throw invalidArgument('cursor', 'must be that of a page before');
};

const boundedLimit = (limit: unknown, fallback: number, most = maxLimit): number =>
  limit === undefined ? fallback : countOf('limit', limit, most);
