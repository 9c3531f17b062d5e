import type { ExecutionRow, JobRow } from '../../application/ports/readModels.js';
import type { RunRecord } from '../../application/ports/runRecords.js';
import { wakeIndexOf } from '../../application/projections/wakeIndex.js';
import {
  type ExecutionColumns,
  type PackedExecution,
  type PackedRow,
  packExecution,
  packRow,
  unpackExecution,
  unpackRow,
} from './compact.js';
import type { Cell, Cells } from './protocol.js';

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
    JSON.stringify(packRow(row)),
  );
};

export const writeExecution = (row: ExecutionRow, into: Cell[]): void => {
  const { executionId, stream, version, queuedVersion, finishedAt } = row;
  into.push(executionId, stream, version, queuedVersion, finishedAt, JSON.stringify(packExecution(row)));
};

export const writeRecord = (record: RunRecord, into: Cell[]): void => {
  into.push(record.executionId, record.stream, JSON.stringify(record));
};

/** Cuts a flat array into rows of `width` cells and reads each. */
export const readRows = <T>(cells: Cells, width: number, read: (row: Cells) => T): readonly T[] =>
  Array.from({ length: cells.length / width }, (_, i) => read(cells.slice(i * width, (i + 1) * width)));

const parsed = <T>(cell: Cell | undefined): T => JSON.parse(String(cell)) as T;

export const readJob = ([stream, version, entry]: Cells): JobRow => unpackRow(String(stream), Number(version), parsed<PackedRow>(entry));

export const readExecution = ([executionId, stream, version, queuedVersion, finishedAt, entry]: Cells): ExecutionRow =>
  unpackExecution({ executionId, stream, version, queuedVersion, finishedAt } as ExecutionColumns, parsed<PackedExecution>(entry));

export const readRecord = ([record]: Cells): RunRecord => parsed<RunRecord>(record);
