import { executionColumns, jobColumns, recordColumns } from '../columns.js';
import type { Cells, SaveBatch, Steps } from '../protocol.js';
import { bulk } from './bulk.js';
import type { Database } from './driver.js';
import type { Remains } from './remains.js';
import { tidier } from './tidy.js';
import { transactionOn } from './transaction.js';

/** Rows per step: what an append may have to wait for. */
const rowsAtOnce = 128;

/** Columns that never change are left alone: setting them would rewrite their indexes. */
const upsert = (table: string, columns: readonly string[], fixed: readonly string[], guard: string): string =>
  `INSERT INTO ${table} (${columns.join()}) VALUES ? ON CONFLICT (${fixed[0]}) DO UPDATE SET
   ${columns.flatMap((column) => (fixed.includes(column) ? [] : `${column} = excluded.${column}`)).join()} ${guard}`;

const isNewer = (table: string): string => `WHERE excluded.version > ${table}.version`;

/** Writes rows in order: history first, then the jobs, then the checkpoint that says both are there. */
export const rowSaver = (db: Database, remains: Remains) => {
  const transaction = transactionOn(db);
  const tidy = tidier(db, remains);
  const putJobs = bulk(db, jobColumns.length, upsert('jobs', jobColumns, ['stream'], isNewer('jobs')));
  const putExecutions = bulk(
    db,
    executionColumns.length,
    upsert('executions', executionColumns, ['execution_id', 'stream', 'queued_version'], isNewer('executions')),
  );
  const putRecords = bulk(db, recordColumns.length, upsert('run_records', recordColumns, ['execution_id', 'stream'], ''));
  const putCheckpoints = bulk(db, 2, upsert('checkpoints', ['partition', 'position'], ['partition'], ''));
  const deleted = db.prepare(
    'SELECT j.stream, j.version FROM json_each(?) k CROSS JOIN jobs j ON j.stream = k.value WHERE j.phase IS NULL',
  );
  const anyDeleted = db.prepare('SELECT 1 FROM jobs WHERE phase IS NULL LIMIT 1');
  const forgetHistory = forgetting(db, 'executions');
  const forgetRecords = forgetting(db, 'run_records');

  /** What comes late must not bring back what a deletion removed; what belongs to the next job of that name may be early. */
  const withoutDeleted = (cells: Cells, columns: readonly string[]): Cells => {
    if (anyDeleted.all([]).length === 0) return cells;
    const streams = column(cells, columns, 'stream');
    const gone = new Map(deleted.all([JSON.stringify(streams)]).map(([stream, version]) => [stream, Number(version)]));
    if (gone.size === 0) return cells;
    const versions = column(cells, columns, 'version');
    const kept = (row: number): boolean => Number(versions[row] ?? 0) > (gone.get(streams[row] ?? '') ?? -1);
    return cells.filter((_, i) => kept(Math.floor(i / columns.length)));
  };

  const saveJobs = (cells: Cells): void => {
    putJobs(cells);
    const phases = column(cells, jobColumns, 'phase');
    if (!phases.includes(null)) return;
    const tombstones = JSON.stringify(column(cells, jobColumns, 'stream').filter((_, row) => phases[row] === null));
    forgetHistory.run([tombstones]);
    forgetRecords.run([tombstones]);
  };

  function* save({ jobs, executions, checkpoints }: SaveBatch): Steps<null> {
    yield* transaction.inSteps(function* () {
      for (const cells of chunks(executions, executionColumns)) {
        putExecutions(withoutDeleted(cells, executionColumns));
        yield;
      }
      for (const cells of chunks(jobs, jobColumns)) {
        saveJobs(cells);
        yield;
      }
      putCheckpoints(checkpoints);
    });
    tidy();
    return null;
  }

  function* saveRecords({ records }: { readonly records: Cells }): Steps<null> {
    yield* transaction.inSteps(function* () {
      for (const cells of chunks(records, recordColumns)) {
        putRecords(withoutDeleted(cells, recordColumns));
        yield;
      }
    });
    tidy();
    return null;
  }

  return { save, putRecords: saveRecords };
};

/** Removes what hangs on the streams of a JSON list that are deleted by now. */
const forgetting = (db: Database, table: string) =>
  db.prepare(
    `DELETE FROM ${table} WHERE stream IN
     (SELECT j.stream FROM json_each(?) k CROSS JOIN jobs j ON j.stream = k.value WHERE j.phase IS NULL)`,
  );

function* chunks(cells: Cells, columns: readonly string[]): Generator<Cells> {
  const length = rowsAtOnce * columns.length;
  for (let at = 0; at < cells.length; at += length) yield cells.length <= length ? cells : cells.slice(at, at + length);
}

/** One column of rows that lie one after the other in a flat array; empty for a column they do not have. */
const column = (cells: Cells, columns: readonly string[], name: string): Cells => {
  const found: Cells[number][] = [];
  const at = columns.indexOf(name);
  if (at >= 0) for (let i = at; i < cells.length; i += columns.length) found.push(cells[i] ?? null);
  return found;
};
