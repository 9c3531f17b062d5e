import type { Millis } from '../../domain/instant.js';
import type { Eraser } from '../eraser.js';
import type { JobRows } from '../jobRows.js';
import type { Background, Stop } from '../ports/clock.js';
import type { Commit, EventFeed, Position } from '../ports/eventStore.js';
import type { Leases } from '../ports/leases.js';
import type { Logger } from '../ports/logger.js';
import type { ExecutionRow, JobRow, ReadModels } from '../ports/readModels.js';
import { blankRow } from '../projections/project.js';
import { deletes, type Projector } from '../projector.js';

const everyMs: Millis = 1_000;
/** So many looks a commit is left to its writer, whose rows follow a moment later: longer where the store is busy. */
const ripeAfterLooks = 3;
const page = 500;

type Dependencies = {
  readonly feed: EventFeed;
  readonly readModels: ReadModels;
  readonly rows: JobRows;
  readonly projector: Projector;
  readonly eraser: Eraser;
  readonly leases: Leases;
  readonly background: Background;
  readonly log: Logger;
};

/**
 * Whoever appends, projects; a node that dies in between leaves rows behind their log. One node per partition goes through the log a
 * moment later, mends such rows, finishes deletions, and moves the checkpoint on.
 */
export class Repairer {
  /** Heads of each partition as they were at the last looks, the oldest first: what is older has had time to be projected by its writer. */
  readonly #heads: Position[][] = [];
  #timer: Stop | null = null;
  #working: Promise<void> = Promise.resolve();

  constructor(private readonly dependencies: Dependencies) {}

  start(): void {
    this.#timer = this.dependencies.background.after(everyMs, () => {
      this.#working = this.#repairAll()
        .catch((error) => this.dependencies.log.warn({ error }, 'read models could not be repaired; trying again'))
        .then(() => {
          if (this.#timer) this.start();
        });
    });
  }

  async stop(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    await this.#working;
    const { feed, leases } = this.dependencies;
    for (let partition = 0; partition < feed.partitions; partition++) await leases.release(leaseOf(partition)).catch(() => undefined);
  }

  async #repairAll(): Promise<void> {
    const { feed, leases } = this.dependencies;
    for (let partition = 0; partition < feed.partitions; partition++) {
      const heads = [...(this.#heads[partition] ?? []), await feed.head(partition)];
      const ripe = heads.length > ripeAfterLooks ? (heads.shift() ?? 0) : 0;
      this.#heads[partition] = heads;
      if (await leases.hold(leaseOf(partition))) await this.#repair(partition, ripe);
    }
  }

  async #repair(partition: number, upTo: Position): Promise<void> {
    const { feed, readModels, projector } = this.dependencies;
    for (let at = await readModels.checkpoint(partition); at < upTo; ) {
      const commits = (await feed.after(partition, at, page)).filter((c) => c.position <= upTo);
      const last = commits.at(-1);
      if (!last) return;
      // What this node still has to save would look as if nobody had.
      await projector.saved();
      await this.#mend(commits);
      at = last.position;
      await readModels.save({ jobs: [], executions: [], checkpoints: new Map([[partition, at]]) });
    }
  }

  async #mend(commits: readonly Commit[]): Promise<void> {
    const { readModels, rows, eraser } = this.dependencies;
    const newest = new Map(commits.map((commit) => [commit.stream, commit]));
    const stored = await readModels.jobs([...newest.keys()]);
    const jobs: JobRow[] = [];
    const executions: ExecutionRow[] = [];
    for (const { stream, version, at } of newest.values()) {
      const row = stored.get(stream) ?? blankRow(stream, at);
      if (row.version >= version) continue;
      const mended = await rows.caughtUp(row);
      jobs.push(mended.row);
      executions.push(...mended.executions.values());
    }
    if (jobs.length > 0) await readModels.save({ jobs, executions, checkpoints: new Map() });
    for (const commit of commits) if (deletes(commit)) await eraser.erase(commit);
  }
}

const leaseOf = (partition: number): string => `project/${partition}`;
