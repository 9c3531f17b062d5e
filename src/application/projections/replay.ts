import type { JobEvent } from '../../domain/job/index.js';
import type { Commit } from '../ports/eventStore.js';
import type { ExecutionRow, JobRow } from '../ports/readModels.js';
import { project } from './project.js';
import type { JobStats } from './stats.js';

type Compacted = Extract<JobEvent, { type: 'JobCompacted' }>;

export type Replayed = { readonly row: JobRow; readonly executions: ReadonlyMap<string, ExecutionRow> };

/**
 * The row, and every history entry touched, after those of the commits that `includes` lets pass: all of them, or all up to a point.
 * Where commits were dropped by retention the replay starts from the snapshot that stands in for them, wherever that stands itself.
 */
export const replay = (row: JobRow, commits: readonly Commit[], includes: (commit: Commit) => boolean = () => true): Replayed => {
  const snapshot = newestSnapshot(commits);
  const skips = snapshot !== undefined && snapshot.belowVersion > row.version + 1;
  const executions = new Map<string, ExecutionRow>();
  let current = skips ? fromSnapshot(row, snapshot) : row;
  for (const execution of current.open) executions.set(execution.executionId, execution);
  for (const commit of commits) {
    if (commit.version <= current.version) continue;
    if (!includes(commit)) break;
    const projected = project(current, commit);
    current = projected.row;
    if (current.state.kind === 'absent') executions.clear();
    for (const execution of projected.executions) executions.set(execution.executionId, execution);
  }
  return { row: current, executions };
};

/** Of the generation that the stream ends with; one that a deletion follows stands in for nothing any more. */
const newestSnapshot = (commits: readonly Commit[]): Compacted | undefined => {
  for (const { events } of commits.toReversed()) {
    const found = events.find((event) => event.type === 'JobCompacted');
    if (found) return found;
    if (events.some((event) => event.type === 'JobDeleted')) return undefined;
  }
  return undefined;
};

// Both were written from these very types by `JobCompacted`.
const fromSnapshot = (row: JobRow, { belowVersion, createdAt, state, stats, open }: Compacted): JobRow => ({
  ...row,
  createdAt,
  version: belowVersion - 1,
  state,
  stats: stats as unknown as JobStats,
  open: open as unknown as readonly ExecutionRow[],
});
