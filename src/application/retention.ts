import { type Instant, instant } from '../domain/instant.js';
import type { Retention as Bounds } from '../domain/job/index.js';
import type { Json } from '../domain/json.js';
import type { Activity } from './activity.js';
import type { CommandHandler } from './commandHandler.js';
import type { Commits, Committed } from './commits.js';
import type { ArtifactStore } from './ports/artifacts.js';
import type { Clock } from './ports/clock.js';
import type { Commit, EventStore, StreamKey, Version } from './ports/eventStore.js';
import type { Logger } from './ports/logger.js';
import type { ExecutionRow, ReadModels } from './ports/readModels.js';
import { blankRow } from './projections/project.js';
import { replay } from './projections/replay.js';
import type { Projector } from './projector.js';
import { splitStream } from './streams.js';

/** History may outgrow a bound by this share before a job is compacted: one compaction reads and rewrites all that is kept of it. */
const slack = 0.1;
const leastSlack = 50;

type Dependencies = {
  readonly commands: CommandHandler;
  readonly commits: Commits;
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly projector: Projector;
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
  readonly activity: Activity;
  readonly log: Logger;
};

/** Drops old executions: `JobCompacted` puts a snapshot in place of the commits before the oldest execution kept, and they are redacted. */
export class Retention {
  /** Streams to look at; true where only age asks for it. */
  readonly #due = new Map<StreamKey, boolean>();
  #working = false;

  constructor(private readonly dependencies: Dependencies) {
    dependencies.commits.on((committed) => this.#onCommitted(committed));
  }

  /** Looks at a job when its history may have outgrown a bound: now and then by count, and on its first execution of a day by age. */
  #onCommitted({ commit, row, origin }: Committed): void {
    if (origin === 'elsewhere') return; // The node that wrote it looks after it.
    if (row.state.kind === 'absent' || !commit.events.some((e) => e.type === 'ExecutionCompleted' || e.type === 'ExecutionFailed')) return;
    const { maxExecutions, maxAgeMs } = row.state.definition.retention;
    const { completed, failed, cancelled, days } = row.stats;
    const finished = completed + failed + cancelled;
    const step = Math.max(leastSlack, Math.floor((maxExecutions ?? 0) * slack));
    const tooMany = maxExecutions !== null && finished > maxExecutions && finished % step === 0;
    const today = days.at(-1);
    const mayBeTooOld =
      maxAgeMs !== null && days.length > 1 && today !== undefined && today.completed + today.failed + today.cancelled === 1;
    if (tooMany || mayBeTooOld) this.#enqueue(row.stream, !tooMany);
  }

  #enqueue(stream: StreamKey, byAge: boolean): void {
    this.#due.set(stream, byAge);
    if (!this.#working) void this.dependencies.activity.during(this.#work());
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (const [stream, byAge] of this.#due) {
      this.#due.delete(stream);
      await this.compact(stream, byAge ? 1 + slack : 1).catch((error) =>
        this.dependencies.log.warn({ error, stream }, 'a job could not be compacted'),
      );
    }
    this.#working = false;
  }

  /**
   * Applies a job's retention now, or other bounds; `worthwhile` is how much older than its bound an execution must be for it to be worth the work.
   * Returns the version below which history was dropped; null where all of it is kept.
   */
  async compact(stream: StreamKey, worthwhile = 1, bounds?: Bounds): Promise<Version | null> {
    const { commands, store, readModels, projector, artifacts, clock } = this.dependencies;
    await projector.saved();
    const job = (await readModels.jobs([stream])).get(stream)?.state;
    if (job?.kind !== 'job') return null;
    const { maxExecutions, maxAgeMs } = bounds ?? job.definition.retention;
    const finishedSince = (share: number): Instant | null => (maxAgeMs === null ? null : instant(clock.now() - maxAgeMs * share));
    if (worthwhile > 1 && (await readModels.oldestKept(stream, maxExecutions, finishedSince(worthwhile))) === null) return null;
    const belowVersion = await readModels.oldestKept(stream, maxExecutions, finishedSince(1));
    if (belowVersion === null || belowVersion <= job.keptFrom) return null;
    const commits = await store.read(stream, job.keptFrom - 1);
    const { row } = replay(blankRow(stream, clock.now()), commits, (commit) => commit.version < belowVersion);
    if (row.state.kind !== 'job') return null;
    // Statistics and history entries are plain JSON data.
    const snapshot = { createdAt: row.createdAt, state: row.state, stats: row.stats as unknown as Json, open: row.open as unknown as Json };
    // Files go first: a crash from here on leaves entries without theirs, for the next time, and never files that no entry knows.
    const { organization, jobName } = splitStream(stream);
    await artifacts.removeOfExecutions(organization, jobName, endedIn(commits, belowVersion, row.open));
    const handled = await commands.handle(stream, { type: 'CompactJob', belowVersion, ...snapshot });
    if (!handled.ok) return null;
    await store.redact(stream, belowVersion);
    // What was not over then goes on in the commits that are left.
    const unfinished = row.open.map((e) => e.executionId);
    await readModels.dropHistory(stream, belowVersion, unfinished);
    return belowVersion;
  }
}

/** Executions that the log below a version tells of, but for those that were not over there. */
const endedIn = (commits: readonly Commit[], belowVersion: Version, open: readonly ExecutionRow[]): readonly string[] => {
  const ids = new Set<string>();
  for (const { version, events } of commits)
    if (version < belowVersion) for (const event of events) if ('executionId' in event) ids.add(event.executionId);
  for (const { executionId } of open) ids.delete(executionId);
  return [...ids];
};
