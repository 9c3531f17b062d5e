import type { ExecutionRow, JobRow } from '../../application/ports/readModels.js';
import type { RunRecord } from '../../application/ports/runRecords.js';
import { emptyStats } from '../../application/projections/stats.js';
import { wakeIndexOf } from '../../application/projections/wakeIndex.js';
import type { Cell, Cells } from './protocol.js';

/** Most jobs have no statistics yet, or nothing open: those cells stay empty. */
const jsonOf = (value: unknown, isEmpty: boolean): Cell => (isEmpty ? null : JSON.stringify(value));

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
    definition?.jobType ?? null,
    definition && definition.tags.length > 0 ? JSON.stringify(definition.tags) : null,
    index && definition ? searchText(index.jobName, definition.jobType, definition.description) : null,
    row.createdAt,
    row.updatedAt,
    JSON.stringify(row.state),
    jsonOf(row.stats, row.stats === emptyStats),
    jsonOf(row.open, row.open.length === 0),
  );
};

const searchText = (...parts: readonly (string | undefined)[]): string => parts.join('\n').toLowerCase();

export const writeExecution = (row: ExecutionRow, into: Cell[]): void => {
  into.push(row.executionId, row.stream, row.version, row.queuedVersion, row.finishedAt, JSON.stringify(row));
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
    stats: parsed(stats, emptyStats),
    open: parsed(open, []),
    createdAt,
    updatedAt,
  }) as unknown as JobRow;

export const readExecution = ([entry]: Cells): ExecutionRow => parsed<ExecutionRow | null>(entry, null) as ExecutionRow;
export const readRecord = ([record]: Cells): RunRecord => parsed<RunRecord | null>(record, null) as RunRecord;
