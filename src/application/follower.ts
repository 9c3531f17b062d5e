import type { Eraser } from './eraser.js';
import type { JobRows } from './jobRows.js';
import type { Commit, EventFeed, EventStore, Position, StreamKey } from './ports/eventStore.js';
import type { ExecutionRow, JobRow, ReadModels } from './ports/readModels.js';
import { blankRow, project } from './projections/project.js';
import { replay } from './projections/replay.js';
import { deletes, type Projector } from './projector.js';

const page = 1_000;
/** Few, because each of them may be long. */
const streamsAtOnce = 50;
/** So many times as many are being read while some are worked on. */
const readAhead = 2;

type OnProgress = (done: number, total: number) => void;

/** Brings the read models to the head of the log, from their checkpoint: after a crash, a rebuild, or another node's writes. */
export class Follower {
  constructor(
    private readonly store: Pick<EventStore, 'read' | 'streams'>,
    private readonly feed: EventFeed,
    private readonly readModels: ReadModels,
    private readonly rows: JobRows,
    private readonly projector: Projector,
    private readonly eraser: Eraser,
  ) {}

  /** Returns how many commits were read, and up to where in each partition. `onProgress` gets the commits done and to do. */
  async catchUp(onProgress?: OnProgress): Promise<{ readonly read: number; readonly upTo: readonly Position[] }> {
    const upTo: Position[] = [];
    let done = 0;
    for (let partition = 0; partition < this.feed.partitions; partition++) {
      const from = await this.readModels.checkpoint(partition);
      const head = await this.feed.head(partition);
      this.projector.startAt(partition, Math.min(from, head));
      for (let at = from; at < head; ) {
        const commits = await this.feed.after(partition, at, page);
        if (commits.length === 0) break;
        await this.#apply(commits);
        at = commits.at(-1)?.position ?? head;
        done += commits.length;
        onProgress?.(done, head - from);
        await this.projector.room();
      }
      upTo.push(Math.max(from, head));
    }
    await this.projector.saved();
    return { read: done, upTo };
  }

  /**
   * Fills read models that are empty, stream by stream: each job is folded once and each of its rows written once, wherever in the log
   * its commits are. Returns how many commits were read.
   */
  async refill(onProgress?: OnProgress): Promise<number> {
    const heads = await Promise.all(Array.from({ length: this.feed.partitions }, (_, partition) => this.feed.head(partition)));
    const total = heads.reduce((sum, head) => sum + head, 0);
    // Whoever ends in the middle of this finds no checkpoint, and goes along the whole log.
    for (const partition of heads.keys()) this.projector.startAt(partition, 0);
    let done = 0;
    for await (const commits of this.#wholeStreams()) {
      await this.#refillFrom(commits);
      done += commits.length;
      onProgress?.(Math.min(done, total), total);
      if (this.projector.isFull) await this.projector.room();
    }
    await this.projector.saved();
    // What was committed meanwhile may be in these rows or not: it is caught up with from here.
    for (const [partition, head] of heads.entries()) this.projector.filledTo(partition, head);
    await this.projector.saved();
    return done;
  }

  /** All commits, those of a stream together. Some streams are read while those before them are worked on. */
  async *#wholeStreams(): AsyncGenerator<readonly Commit[], void, undefined> {
    const ahead: Promise<readonly (readonly Commit[])[]>[] = [];
    for (let streams = await this.store.streams(null, streamsAtOnce); streams.length > 0; ) {
      const reading = Promise.all(streams.map((stream) => this.store.read(stream, 0)));
      reading.catch(() => undefined);
      ahead.push(reading);
      streams = await this.store.streams(streams.at(-1) ?? null, streamsAtOnce);
      if (ahead.length > readAhead) yield* (await ahead.shift()) ?? [];
    }
    for (const reading of ahead) yield* await reading;
  }

  async #refillFrom(commits: readonly Commit[]): Promise<void> {
    const [first] = commits;
    if (!first) return;
    const { row, executions } = replay(blankRow(first.stream, first.at), commits);
    this.projector.put(row, executions.values());
    for (const commit of commits) if (deletes(commit)) await this.eraser.erase(commit);
  }

  /** Rows that are ahead drop the commit; rows that are behind read what they miss first. */
  async #apply(commits: readonly Commit[]): Promise<void> {
    const rows = await this.#rowsOf(commits);
    for (const commit of commits) {
      const row = rows.get(commit.stream);
      if (row && row.version === commit.version - 1 && commit.events.length > 0) {
        const projected = project(row, commit);
        rows.set(commit.stream, projected.row);
        this.#take(commit, projected.row, projected.executions);
      } else if (row && row.version < commit.version) {
        // Behind, or at a place where commits were redacted: what stands in for them may come later in the stream.
        const caughtUp = await this.rows.caughtUp(row);
        rows.set(commit.stream, caughtUp.row);
        this.#take(commit, caughtUp.row, [...caughtUp.executions.values()]);
      } else if (!deletes(commit)) this.projector.passed(commit.partition, commit.position);
      if (deletes(commit)) await this.eraser.erase(commit);
    }
  }

  #take(commit: Commit, row: JobRow, executions: readonly ExecutionRow[]): void {
    this.rows.remember(row);
    this.projector.take(commit, row, executions);
  }

  async #rowsOf(commits: readonly Commit[]): Promise<Map<StreamKey, JobRow>> {
    const streams = [...new Set(commits.map((c) => c.stream))];
    const rows = await Promise.all(streams.map((stream) => this.rows.known(stream) ?? this.rows.load(stream)));
    return new Map(rows.map((row) => [row.stream, row]));
  }
}
