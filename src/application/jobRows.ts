import type { Instant, Millis } from '../domain/instant.js';
import { workAt } from '../domain/job/index.js';
import { Lru } from './lru.js';
import type { Clock } from './ports/clock.js';
import type { Commit, EventStore, StreamKey } from './ports/eventStore.js';
import type { Membership } from './ports/membership.js';
import type { ExecutionRow, JobRow, ReadModels } from './ports/readModels.js';
import { blankRow } from './projections/project.js';
import { type Replayed, replay } from './projections/replay.js';
import type { Projector } from './projector.js';

const cachedRows = 5_000;
const loadedTogether = 500;
/** Jobs that want nothing for longer than this are read again when their time comes: keeping all of them would only grow memory. */
const soonMs: Millis = 120_000;

type Load = { readonly stream: StreamKey; readonly resolve: (row: JobRow) => void; readonly reject: (error: unknown) => void };

/** The present rows of jobs: from memory, from what is not saved yet, or from the read models, asked for many at a time. */
export class JobRows {
  readonly #cache = new Lru<StreamKey, JobRow>(cachedRows);
  #loads: Load[] = [];

  constructor(
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
    private readonly projector: Projector,
    private readonly clock: Clock,
    private readonly membership: Membership,
  ) {}

  /** The row if it is in memory. */
  known(stream: StreamKey): JobRow | undefined {
    return this.#cache.get(stream) ?? this.projector.unsaved(stream);
  }

  /** The row, blank for a stream that does not exist. Loads asked for in one turn go to the store together. */
  load(stream: StreamKey): Promise<JobRow> {
    return new Promise((resolve, reject) => {
      this.#loads.push({ stream, resolve, reject });
      if (this.#loads.length === 1) queueMicrotask(() => this.#loadAll());
    });
  }

  /** A job that wants nothing soon is soon asked about no more: it is only kept until it is saved. */
  remember(row: JobRow): void {
    if (row.state.kind === 'job' && row.state.executions.length === 0 && !this.#isSoon(workAt(row.state))) this.#cache.delete(row.stream);
    else this.#cache.set(row.stream, row);
  }

  #isSoon(at: Instant | null): boolean {
    return at !== null && at <= this.clock.now() + soonMs;
  }

  forget(stream: StreamKey): void {
    this.#cache.delete(stream);
  }

  /** The row as the log has it now: where others write too, what is in memory or saved may be a moment old. */
  async current(stream: StreamKey): Promise<JobRow> {
    if (!this.membership.exclusive) return (await this.caughtUp(this.known(stream) ?? (await this.load(stream)))).row;
    // What cannot be saved, because the disk is full, is still in memory.
    await this.projector.saved().catch(() => undefined);
    return this.projector.unsaved(stream) ?? this.#saved(stream);
  }

  /** History entries as the log has them now, of those executions that another node may have left behind in the read models. */
  async aheadOfSaved(stream: StreamKey): Promise<ReadonlyMap<string, ExecutionRow>> {
    return this.membership.exclusive ? new Map() : (await this.caughtUp(await this.#saved(stream))).executions;
  }

  /** Every history entry of the stream, from the log alone. */
  async replayed(stream: StreamKey): Promise<ReadonlyMap<string, ExecutionRow>> {
    return (await this.caughtUp(blankRow(stream, this.clock.now()))).executions;
  }

  clear(): void {
    this.#cache.clear();
  }

  /** The row after every commit that the log has beyond it, the history entries they touched, and the commits. */
  async caughtUp(row: JobRow): Promise<Replayed & { readonly commits: readonly Commit[] }> {
    const commits = await this.store.read(row.stream, row.version);
    return { ...replay(row, commits), commits };
  }

  async #saved(stream: StreamKey): Promise<JobRow> {
    return (await this.readModels.jobs([stream])).get(stream) ?? blankRow(stream, this.clock.now());
  }

  #loadAll(): void {
    const loads = this.#loads;
    this.#loads = [];
    for (let i = 0; i < loads.length; i += loadedTogether) void this.#loadSome(loads.slice(i, i + loadedTogether));
  }

  async #loadSome(loads: readonly Load[]): Promise<void> {
    try {
      const rows = await this.readModels.jobs([...new Set(loads.map((l) => l.stream))]);
      // What was committed while the rows were read is in memory by now, and newer.
      for (const { stream, resolve } of loads) resolve(this.known(stream) ?? rows.get(stream) ?? blankRow(stream, this.clock.now()));
    } catch (error) {
      for (const { reject } of loads) reject(error);
    }
  }
}
