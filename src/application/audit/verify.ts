import { instant } from '../../domain/instant.js';
import type { Calendar } from '../../domain/schedule/calendar.js';
import type { Clock } from '../ports/clock.js';
import type { Commit, EventFeed, EventStore, Position, StreamKey } from '../ports/eventStore.js';
import type { ExecutionRow, JobRow, ReadModels } from '../ports/readModels.js';
import { blankRow } from '../projections/project.js';
import { replay } from '../projections/replay.js';
import type { Projector } from '../projector.js';
import { splitStream } from '../streams.js';
import { fatesOf } from './fates.js';

export type Problem = {
  /** `occurrence`: the schedule named it, and nothing says what became of it. */
  readonly kind: 'position' | 'version' | 'row' | 'history' | 'occurrence';
  readonly where: string;
  readonly detail: string;
};

export type Verification = {
  readonly ok: boolean;
  readonly commits: number;
  readonly events: number;
  readonly jobs: number;
  readonly executions: number;
  /** Fates of planned occurrences that were held against the calendar: a run, or a span that was skipped. */
  readonly occurrences: number;
  /** The first hundred. */
  readonly problems: readonly Problem[];
};

const page = 1_000;
/** Jobs are looked at together as long as they have no more commits than this among them, so that a long one is in memory alone. */
const commitsTogether = 500;
const maxProblems = 100;
const mostLooks = 3;

type Dependencies = {
  readonly store: EventStore;
  readonly feed: EventFeed;
  readonly readModels: ReadModels;
  readonly projector: Projector;
  readonly calendar: Calendar;
  readonly clock: Pick<Clock, 'now'>;
};

/**
 * Reads the whole log: positions and versions without gaps, read models equal to a replay from zero, and a fate for every occurrence that
 * was planned. Changes nothing.
 */
export const verify = async (dependencies: Dependencies, onProgress?: (done: number, total: number) => void): Promise<Verification> => {
  const { feed, projector } = dependencies;
  await projector.saved();
  const problems: Problem[] = [];
  const report = (problem: Problem): void => void (problems.length < maxProblems && problems.push(problem));
  const heads = await Promise.all(Array.from({ length: feed.partitions }, (_, partition) => feed.head(partition)));
  const total = 2 * heads.reduce((a, b) => a + b, 0);
  const counts = { commits: 0, events: 0, jobs: 0, executions: 0, occurrences: 0 };
  for (const [partition, head] of heads.entries()) {
    for (let at = 0; at < head; ) {
      const commits = await feed.after(partition, at, page);
      if (commits.length === 0) {
        report({ kind: 'position', where: `${partition}:${at + 1}`, detail: `the log ends here, but its head is ${head}` });
        break;
      }
      at = checkPositions(commits, partition, at, report);
      counts.commits += commits.length;
      counts.events += commits.reduce((n, c) => n + c.events.length, 0);
      onProgress?.(counts.commits, total);
    }
  }
  let read = counts.commits;
  const projected = await Promise.all(heads.map((_, partition) => dependencies.readModels.checkpoint(partition)));
  for (let after: StreamKey | null = null; ; ) {
    const streams = await dependencies.store.streams(after, page);
    const rows = await dependencies.readModels.jobs(streams);
    for (const some of groupsOf(streams, rows)) {
      const checked = await Promise.all(some.map((stream) => checkStream(stream, rows.get(stream), projected, dependencies)));
      for (const { problems, commits, executions, occurrences } of checked) {
        problems.forEach(report);
        counts.executions += executions;
        counts.occurrences += occurrences;
        read += commits;
      }
      onProgress?.(Math.min(read, total), total);
    }
    for (const { state } of rows.values()) if (state.kind === 'job') counts.jobs++;
    if (streams.length < page) break;
    after = streams.at(-1) ?? null;
  }
  return { ok: problems.length === 0, ...counts, problems };
};

/** How many commits a job has is told by its row; without one it is looked at by itself. */
function* groupsOf(streams: readonly StreamKey[], rows: ReadonlyMap<StreamKey, JobRow>): Generator<readonly StreamKey[]> {
  let some: StreamKey[] = [];
  let commits = 0;
  for (const stream of streams) {
    const version = rows.get(stream)?.version ?? commitsTogether;
    if (some.length > 0 && commits + version > commitsTogether) {
      yield some;
      [some, commits] = [[], 0];
    }
    some.push(stream);
    commits += version;
  }
  if (some.length > 0) yield some;
}

type Report = (problem: Problem) => void;
type Checked = {
  readonly problems: readonly Problem[];
  readonly commits: number;
  readonly executions: number;
  readonly occurrences: number;
};

/** A process beside this one may drop history between two reads: what is wrong must be so when it is looked at anew. */
const checkStream = async (
  stream: StreamKey,
  row: JobRow | undefined,
  projected: readonly Position[],
  dependencies: Dependencies,
): Promise<Checked> => {
  let checked = await checkOnce(stream, row, projected, dependencies);
  for (let looks = 1; looks < mostLooks && checked.problems.length > 0; looks++) {
    await dependencies.projector.saved();
    const anew = (await dependencies.readModels.jobs([stream])).get(stream);
    checked = await checkOnce(stream, anew, projected, dependencies);
  }
  return checked;
};

const checkOnce = async (
  stream: StreamKey,
  row: JobRow | undefined,
  projected: readonly Position[],
  { store, readModels, calendar, clock }: Dependencies,
): Promise<Checked> => {
  const problems: Problem[] = [];
  const report = (problem: Problem): void => void problems.push(problem);
  const commits = await store.read(stream, 0);
  checkVersions(stream, commits, report);
  const executions = await checkReplay(stream, commits, row, projected, readModels, report);
  const { found, unaccounted } = fatesOf(commits, calendar, splitStream(stream).organization, clock.now());
  for (const { version, detail } of unaccounted) report({ kind: 'occurrence', where: `${stream} v${version}`, detail });
  return { problems, commits: commits.length, executions, occurrences: found };
};

const checkPositions = (commits: readonly Commit[], partition: number, after: number, report: Report): number => {
  let at = after;
  for (const commit of commits) {
    if (commit.position !== at + 1)
      report({ kind: 'position', where: `${partition}:${at + 1}`, detail: `missing: ${commit.position} follows ${at}` });
    at = commit.position;
  }
  return at;
};

const checkVersions = (stream: StreamKey, commits: readonly Commit[], report: Report): void => {
  commits.forEach((commit, i) => {
    if (commit.version !== i + 1) report({ kind: 'version', where: `${stream} v${i + 1}`, detail: `missing: found v${commit.version}` });
  });
};

/**
 * Returns how many history entries were compared. Rows are compared as far as they go: beside a process that writes, the log is always
 * a moment ahead of them.
 */
const checkReplay = async (
  stream: StreamKey,
  commits: readonly Commit[],
  row: JobRow | undefined,
  projected: readonly Position[],
  readModels: ReadModels,
  report: Report,
): Promise<number> => {
  const [first] = commits;
  if (!row) {
    if (first && first.position <= (projected[first.partition] ?? 0)) report({ kind: 'row', where: stream, detail: 'the job has no row' });
    return 0;
  }
  const replayed = replay(blankRow(stream, first?.at ?? instant(0)), commits, (commit) => commit.version <= row.version);
  if (canonical(row) !== canonical(replayed.row)) report({ kind: 'row', where: stream, detail: firstDifference(row, replayed.row) });
  const stored = await readModels.history(stream, replayed.executions.size + 1);
  // What retention has dropped from the log may be a moment longer in the history.
  const keptFrom = replayed.row.state.kind === 'job' ? replayed.row.state.keptFrom : 0;
  const seen = new Set<string>();
  for (const entry of stored) {
    const replayedEntry = replayed.executions.get(entry.executionId);
    if (replayedEntry) seen.add(entry.executionId);
    if (entry.version > row.version) continue;
    if (!replayedEntry && entry.queuedVersion >= keptFrom)
      report({ kind: 'history', where: `${stream} ${entry.executionId}`, detail: 'is in the history and not in the log' });
    else if (replayedEntry && canonical(entry) !== canonical(replayedEntry))
      report({ kind: 'history', where: `${stream} ${entry.executionId}`, detail: firstDifference(entry, replayedEntry) });
  }
  for (const entry of replayed.executions.values())
    if (!seen.has(entry.executionId))
      report({ kind: 'history', where: `${stream} ${entry.executionId}`, detail: 'is in the log and not in the history' });
  return stored.length;
};

const firstDifference = (a: JobRow | ExecutionRow, b: JobRow | ExecutionRow): string => {
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  const different = [...fields].filter((f) => canonical(a[f as never]) !== canonical(b[f as never]));
  return `differs from a replay in: ${different.join(', ')}`;
};

/** JSON with sorted keys: equal text means equal data. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  ) ?? 'undefined';
