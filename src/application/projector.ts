import { Lru } from './lru.js';
import type { Background, Stop } from './ports/clock.js';
import type { Commit, EventStore, Position, StreamKey, Version } from './ports/eventStore.js';
import type { Logger } from './ports/logger.js';
import type { Changes, ExecutionRow, JobRow, ReadModels } from './ports/readModels.js';
import { blankRow } from './projections/project.js';
import { replay } from './projections/replay.js';

const flushAfterMs = 500;
const retryAfterMs = 1_000;
/** Rows that may wait to be saved before writers are made to wait too. */
const maxWaiting = 2_500;
/** Rows that are saved without waiting for the timer. */
const fullBatch = 2_000;

/** Whether a commit ends a job's generation. */
export const deletes = (commit: Commit): boolean => commit.events.some((e) => e.type === 'JobDeleted');

/** Rows per call of the store: making them ready takes time in which nothing else happens here. */
const savedAtOnce = 500;
/** Calls of the store under way: one is made ready while another is written. */
const savesUnderWay = 2;

type Batch = {
  readonly jobs: Map<StreamKey, JobRow>;
  readonly executions: Map<string, ExecutionRow>;
  /** Streams in which these rows build on commits of others, up to these versions, which those may not have saved. */
  readonly builtOnOthers: Map<StreamKey, Version>;
};

const emptyBatch = (): Batch => ({ jobs: new Map(), executions: new Map(), builtOnOthers: new Map() });

/** Streams of which is remembered how far we have saved them ourselves. */
const rememberedStreams = 20_000;
const putNewer = <R extends { readonly version: Version }>(rows: Map<string, R>, key: string, row: R): void => {
  const other = rows.get(key);
  if (!other || other.version <= row.version) rows.set(key, row);
};

/**
 * Writes read models behind the log. Rows are coalesced by key, so that a busy job costs one row and not one per commit; after a
 * crash they are replayed from the checkpoint, which never passes a commit whose rows are not saved.
 */
export class Projector {
  readonly #readModels: ReadModels;
  readonly #background: Background;
  readonly #log: Logger;
  readonly #shared: Pick<EventStore, 'read'> | null;
  readonly #savesCheckpoints: boolean;
  readonly #savedHere = new Lru<StreamKey, Version>(rememberedStreams);
  #waiting = emptyBatch();
  #saving: Batch | null = null;
  #flush: Promise<void> | null = null;
  #timer: Stop | null = null;
  /** Whether the checkpoint has moved since it was saved, be it without a row. */
  #moved = false;
  readonly #reflected = new Map<number, Reflected>();

  /** `shared` is the log where other processes write to it too. What they commit is not reflected by what this one saves: then it saves no checkpoint. */
  constructor(readModels: ReadModels, background: Background, log: Logger, shared: Pick<EventStore, 'read'> | null = null) {
    this.#readModels = readModels;
    this.#shared = shared;
    this.#savesCheckpoints = shared === null;
    this.#background = background;
    this.#log = log;
  }

  /** Where the read models stand, as the follower found it: everything up to there is saved. */
  startAt(partition: number, position: Position): void {
    this.#reflected.set(partition, new Reflected(position));
  }

  /** Everything up to there was saved other than commit by commit. */
  filledTo(partition: number, position: Position): void {
    this.startAt(partition, position);
    this.#moved = this.#savesCheckpoints;
  }

  /** Takes the rows that a commit led to. Older ones than those that wait already are dropped. */
  take(commit: Commit, row: JobRow, executions: readonly ExecutionRow[]): void {
    if (this.#shared && !this.#continues(commit)) this.#waiting.builtOnOthers.set(row.stream, commit.version - 1);
    this.put(row, executions);
    // The checkpoint waits before a deletion until all of the job is erased: a crash in between is made up for by the follower.
    if (!deletes(commit)) this.passed(commit.partition, commit.position);
  }

  /** Takes rows that were derived from a whole stream: the checkpoint is then the caller's to set. */
  put(row: JobRow, executions: Iterable<ExecutionRow>): void {
    putNewer(this.#waiting.jobs, row.stream, row);
    for (const execution of executions) putNewer(this.#waiting.executions, execution.executionId, execution);
    if (this.#waiting.jobs.size >= fullBatch) this.#save();
    else this.#timer ??= this.#background.after(flushAfterMs, () => this.#save());
  }

  /** A commit that changed no row: already reflected, or of no stream of ours. */
  passed(partition: number, position: Position): void {
    if (!this.#savesCheckpoints) return;
    const reflected = this.#reflected.get(partition) ?? new Reflected(0);
    this.#reflected.set(partition, reflected);
    reflected.add(position);
    this.#moved = true;
    this.#timer ??= this.#background.after(flushAfterMs, () => this.#save());
  }

  /** The newest row of a stream that is not saved yet. */
  unsaved(stream: StreamKey): JobRow | undefined {
    return this.#waiting.jobs.get(stream) ?? this.#saving?.jobs.get(stream);
  }

  /** Resolves when what was taken before the call is saved: queries wait for it, so that callers read their own writes. */
  async saved(): Promise<void> {
    // What is being saved, and then what waits by now: never what comes after, or a busy process would wait for ever.
    if (this.#flush) await this.#flush;
    if (this.#waiting.jobs.size > 0 || this.#moved) await this.#save();
  }

  /** Resolves at once unless writers have run far ahead of what is saved. */
  async room(): Promise<void> {
    while (this.#waiting.jobs.size >= maxWaiting) await (this.#flush ?? this.#save());
  }

  get isFull(): boolean {
    return this.#waiting.jobs.size >= maxWaiting;
  }

  stop(): void {
    this.#timer?.();
    this.#timer = null;
  }

  #save(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    this.#flush ??= this.#saveWaiting().finally(() => {
      this.#flush = null;
      if (this.#waiting.jobs.size > 0) this.#timer ??= this.#background.after(flushAfterMs, () => this.#save());
    });
    this.#flush.catch(() => undefined);
    return this.#flush;
  }

  async #saveWaiting(): Promise<void> {
    const batch = this.#waiting;
    this.#saving = batch;
    this.#waiting = emptyBatch();
    this.#moved = false;
    const checkpoints = new Map(this.#savesCheckpoints ? [...this.#reflected].map(([partition, { upTo }]) => [partition, upTo]) : []);
    const jobs = [...batch.jobs.values()];
    try {
      if (batch.builtOnOthers.size > 0) await this.#addWhatOthersOwe(batch);
      // History first: a job's row says that everything up to its version is there, and the checkpoint that all of the rows are.
      await inChunks([...batch.executions.values()], (executions) => this.#readModels.save({ ...nothing, executions }));
      await inChunks(jobs, (some) => this.#readModels.save({ ...nothing, jobs: some }));
      if (checkpoints.size > 0) await this.#readModels.save({ ...nothing, checkpoints });
      if (this.#shared) for (const { stream, version } of jobs) this.#savedHere.set(stream, version);
    } catch (error) {
      this.#putBack(batch);
      this.#moved = this.#savesCheckpoints;
      this.#log.warn({ error, rows: jobs.length }, 'read models could not be saved; trying again');
      this.#timer ??= this.#background.after(retryAfterMs, () => this.#save());
      throw error;
    } finally {
      this.#saving = null;
    }
  }

  /** Whether all of the stream up to a commit is saved, or waits to be, by this process. */
  #continues({ stream, version }: Commit): boolean {
    const before = this.unsaved(stream)?.version ?? this.#savedHere.get(stream) ?? 0;
    return before >= version - 1;
  }

  /** A job's row says that all of its history is there: entries that their writer has not saved yet, and may never save, go with it. */
  async #addWhatOthersOwe({ jobs, executions, builtOnOthers }: Batch): Promise<void> {
    const stored = await this.#readModels.jobs([...builtOnOthers.keys()]);
    const add = async ([stream, version]: readonly [StreamKey, Version]): Promise<void> => {
      const row = jobs.get(stream);
      const before = row && (stored.get(stream) ?? blankRow(stream, row.createdAt));
      if (!row || !before || before.version >= version) return;
      const commits = (await this.#shared?.read(stream, before.version)) ?? [];
      const owed = replay(before, commits, ({ version }) => version <= row.version).executions;
      for (const [id, entry] of owed) if ((executions.get(id)?.version ?? 0) < entry.version) executions.set(id, entry);
    };
    await Promise.all([...builtOnOthers].map(add));
  }

  /** Rows that could not be saved wait on, unless newer ones took their place. */
  #putBack(batch: Batch): void {
    for (const [key, row] of batch.jobs) if (!this.#waiting.jobs.has(key)) this.#waiting.jobs.set(key, row);
    for (const [key, row] of batch.executions) if (!this.#waiting.executions.has(key)) this.#waiting.executions.set(key, row);
    for (const [stream, version] of batch.builtOnOthers)
      this.#waiting.builtOnOthers.set(stream, Math.max(version, this.#waiting.builtOnOthers.get(stream) ?? 0));
  }
}

const nothing: Changes = { jobs: [], executions: [], checkpoints: new Map() };

/** Resolves when all rows are saved. Rejects with the first failure, when nothing is under way any more. */
const inChunks = async <T>(rows: readonly T[], save: (chunk: readonly T[]) => Promise<void>): Promise<void> => {
  const underWay: Promise<void>[] = [];
  try {
    for (let from = 0; from < rows.length; from += savedAtOnce) {
      if (underWay.length === savesUnderWay) await underWay.shift();
      underWay.push(save(rows.slice(from, from + savedAtOnce)));
    }
  } finally {
    await Promise.allSettled(underWay);
  }
  await Promise.all(underWay);
};

/** Positions may be reported out of order; `upTo` is the last one before the first gap. */
class Reflected {
  upTo: Position;
  readonly #beyond = new Set<Position>();

  constructor(upTo: Position) {
    this.upTo = upTo;
  }

  add(position: Position): void {
    if (position !== this.upTo + 1) {
      if (position > this.upTo) this.#beyond.add(position);
      return;
    }
    this.upTo = position;
    while (this.#beyond.delete(this.upTo + 1)) this.upTo++;
  }
}
