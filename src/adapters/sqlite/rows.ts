import type { ExecutionRow, JobRow } from '../../application/ports/readModels.js';
import type { RunRecord } from '../../application/ports/runRecords.js';
import { emptyStats, type JobStats } from '../../application/projections/stats.js';
import { wakeIndexOf } from '../../application/projections/wakeIndex.js';
import type { Cell, Cells } from './protocol.js';

const statNames = Object.keys(emptyStats) as readonly (keyof JobStats)[];

/** What is not as at the beginning: most of the statistics of most jobs are. */
const writeStats = (stats: JobStats): Cell => {
  if (stats === emptyStats) return null;
  const differing: { [name: string]: unknown } = {};
  for (const name of statNames) if (stats[name] !== emptyStats[name]) differing[name] = stats[name];
  return JSON.stringify(differing);
};

export const writeJob = (row: JobRow, into: Cell[]): void => {
  const index = wakeIndexOf(row);
  const definition = row.state.kind === 'job' ? row.state.definition : null;
  into.push(
    row.stream,
    row.version,
    index?.phase ?? null,
    index?.handlerKey ?? null,
    index?.priority ?? null,
    index?.workAt ?? null,
    index?.dueAt ?? null,
    index?.expiresAt ?? null,
    definition && definition.tags.length > 0 ? JSON.stringify(definition.tags) : null,
    definition?.description?.toLowerCase() ?? null,
    row.createdAt,
    row.updatedAt,
    JSON.stringify(row.state),
    writeStats(row.stats),
    row.open.length === 0 ? null : JSON.stringify(row.open),
  );
};

/** What has a column of its own is left out of the text. */
const inColumns = { executionId: undefined, stream: undefined, version: undefined, queuedVersion: undefined };

export const writeExecution = (row: ExecutionRow, into: Cell[]): void => {
  const { executionId, stream, version, queuedVersion, finishedAt } = row;
  into.push(executionId, stream, version, queuedVersion, finishedAt, JSON.stringify({ ...row, ...inColumns }));
};

export const writeRecord = (record: RunRecord, into: Cell[]): void => {
  into.push(record.executionId, record.stream, JSON.stringify(record));
};

/** Cuts a flat array into rows of `width` cells and reads each. */
export const readRows = <T>(cells: Cells, width: number, read: (row: Cells) => T): readonly T[] =>
  Array.from({ length: cells.length / width }, (_, i) => read(cells.slice(i * width, (i + 1) * width)));

const parsed = <T>(cell: Cell | undefined, otherwise: T): T => (typeof cell === 'string' ? (JSON.parse(cell) as T) : otherwise);

export const readJob = ([stream, version, createdAt, updatedAt, state, stats, open]: Cells): JobRow =>
  ({
    stream,
    version,
    state: parsed(state, null),
    stats: stats === null ? emptyStats : { ...emptyStats, ...parsed<Partial<JobStats>>(stats, {}) },
    open: parsed(open, []),
    createdAt,
    updatedAt,
  }) as unknown as JobRow;

export const readExecution = ([executionId, stream, version, queuedVersion, entry]: Cells): ExecutionRow =>
  ({ executionId, stream, version, queuedVersion, ...parsed<object>(entry, {}) }) as unknown as ExecutionRow;
export const readRecord = ([record]: Cells): RunRecord => parsed<RunRecord | null>(record, null) as RunRecord;
