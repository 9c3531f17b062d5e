import type { Millis } from '../../domain/instant.js';
import type { CommandHandler } from '../commandHandler.js';
import type { Commits } from '../commits.js';
import type { JobRows } from '../jobRows.js';
import type { Background, Stop } from '../ports/clock.js';
import type { Commit, EventFeed, Position, StreamKey } from '../ports/eventStore.js';
import type { Logger } from '../ports/logger.js';
import type { ExecutionRow, JobRow } from '../ports/readModels.js';
import { project } from '../projections/project.js';
import type { Waiters } from '../waiters.js';

const placeOf = ({ partition, position }: Commit): string => `${partition}:${position}`;

const page = 500;
const shortestPollMs: Millis = 20;
const longestPollMs: Millis = 1_000;

type Dependencies = {
  readonly feed: EventFeed;
  readonly rows: JobRows;
  readonly commands: CommandHandler;
  readonly commits: Commits;
  readonly waiters: Waiters;
  readonly background: Background;
  readonly log: Logger;
};

/**
 * Reads what other nodes write, in the order of each partition, and tells this process of it: wake-ups move, cancelled handlers
 * stop, listeners hear. Polls, faster after news and slower in silence; a hint from another node makes it look at once.
 */
export class Tail {
  readonly #positions: Position[] = [];
  /** Positions of our own commits that the tail has not come to yet. */
  readonly #own = new Set<string>();
  #pollMs = shortestPollMs;
  #timer: Stop | null = null;
  #reading: Promise<void> | null = null;
  #wanted = false;
  #listening = false;
  #running = false;

  constructor(private readonly dependencies: Dependencies) {
    dependencies.commits.on(({ commit, origin }) => {
      if (origin === 'here' && this.#listening) this.#own.add(placeOf(commit));
    });
  }

  /** From now on it knows which commits are our own. To be called before the positions are looked up from which it starts. */
  listen(): void {
    this.#listening = true;
  }

  /** From the positions that are known already, one a partition. */
  start(positions: readonly Position[]): void {
    this.listen();
    this.#positions.splice(0, this.#positions.length, ...positions);
    this.#running = true;
    this.#arm();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#listening = false;
    this.#own.clear();
    this.#timer?.();
    await this.#reading;
  }

  /** There may be something new. */
  wake(): void {
    this.#pollMs = shortestPollMs;
    if (this.#reading) this.#wanted = true;
    else this.#look();
  }

  #arm(): void {
    this.#timer?.();
    if (this.#running) this.#timer = this.dependencies.background.after(this.#pollMs, () => this.#look());
  }

  #look(): void {
    if (!this.#running || this.#reading) return;
    this.#reading = this.#read()
      .then((found) => {
        this.#pollMs = found || this.#wanted ? shortestPollMs : Math.min(longestPollMs, this.#pollMs * 2);
      })
      .catch((error) => {
        this.#pollMs = longestPollMs;
        this.dependencies.log.warn({ error }, 'the log could not be followed; trying again');
      })
      .finally(() => {
        this.#reading = null;
        this.#wanted = false;
        this.#arm();
      });
  }

  async #read(): Promise<boolean> {
    const { feed } = this.dependencies;
    let found = false;
    for (let partition = 0; partition < feed.partitions; partition++) {
      for (let more = true; more && this.#running; ) {
        const commits = await feed.after(partition, this.#passOwn(partition), page);
        const rows = await this.#rowsOf(commits);
        for (const commit of commits) {
          if (!(await this.#observe(commit, rows))) return true;
          this.#positions[partition] = commit.position;
        }
        found ||= commits.length > 0;
        more = commits.length === page;
      }
    }
    return found;
  }

  /** What this node has written next to what it knows need not be read: it was told of that when the append was answered. */
  #passOwn(partition: number): Position {
    let position = this.#positions[partition] ?? 0;
    while (this.#own.delete(`${partition}:${position + 1}`)) position++;
    this.#positions[partition] = position;
    return position;
  }

  /** The rows of a page, asked for together. */
  async #rowsOf(commits: readonly Commit[]): Promise<Map<StreamKey, JobRow>> {
    const { rows } = this.dependencies;
    const foreign = commits.filter((commit) => !this.#own.has(placeOf(commit)));
    const streams = [...new Set(foreign.map((commit) => commit.stream))];
    return new Map((await Promise.all(streams.map((stream) => rows.known(stream) ?? rows.load(stream)))).map((row) => [row.stream, row]));
  }

  /** False where the commit is one of ours that is not answered yet: it and what follows are looked at again. */
  async #observe(commit: Commit, page: Map<StreamKey, JobRow>): Promise<boolean> {
    const { commands, rows, commits } = this.dependencies;
    if (commands.isAppending(commit.commitId)) return false;
    if (this.#own.delete(placeOf(commit))) return true;
    const row = newer(rows.known(commit.stream), page.get(commit.stream)) ?? (await rows.load(commit.stream));
    if (row.version === commit.version - 1 && commit.events.length > 0) {
      const projected = project(row, commit);
      rows.remember(projected.row);
      page.set(commit.stream, projected.row);
      commits.tell({ commit, ...projected, origin: 'elsewhere' });
      return true;
    }
    // Behind, or the row was saved by its writer before we came to its commit: the newest state is what counts.
    const caughtUp = row.version >= commit.version ? { row, executions: await this.#awaited(commit) } : await rows.caughtUp(row);
    rows.remember(caughtUp.row);
    page.set(commit.stream, caughtUp.row);
    commits.tell({ commit, row: caughtUp.row, executions: [...caughtUp.executions.values()], origin: 'elsewhere' });
    return true;
  }

  /** The history entries that somebody waits for, where the row has left this commit behind and no longer tells of them. */
  async #awaited({ stream, events }: Commit): Promise<ReadonlyMap<string, ExecutionRow>> {
    const { waiters, rows } = this.dependencies;
    const isAwaited = events.some((event) => 'executionId' in event && waiters.waitsFor(event.executionId));
    return isAwaited ? rows.replayed(stream) : nothing;
  }
}

const nothing: ReadonlyMap<string, ExecutionRow> = new Map();

const newer = (a: JobRow | undefined, b: JobRow | undefined): JobRow | undefined => (a && b ? (a.version >= b.version ? a : b) : (a ?? b));
