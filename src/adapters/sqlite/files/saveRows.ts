import { executionColumns, jobColumns, recordColumns } from '../columns.js';
import type { SaveBatch, Steps } from '../protocol.js';
import { bulk } from './bulk.js';
import type { Database, Row, Value } from './driver.js';
import { tidier } from './tidy.js';
import { transactionOn } from './transaction.js';

/** Rows per transaction: what an append may have to wait for. */
const rowsAtOnce = 128;

const upsert = (table: string, columns: readonly string[], key: string, guard: string): string =>
  `INSERT INTO ${table} (${columns.join()}) VALUES ? ON CONFLICT (${key}) DO UPDATE SET
   ${columns.map((column) => `${column} = excluded.${column}`).join()} ${guard}`;

const isNewer = (table: string): string => `WHERE excluded.version > ${table}.version`;

/** Writes rows in order, a chunk per transaction: history first, then the jobs, then the checkpoint that says both are there. */
export const rowSaver = (db: Database) => {
  const transaction = transactionOn(db);
  const putJobs = bulk(db, jobColumns.length, upsert('jobs', jobColumns, 'stream', isNewer('jobs')));
  const putExecutions = bulk(db, executionColumns.length, upsert('executions', executionColumns, 'execution_id', isNewer('executions')));
  const putRecords = bulk(db, recordColumns.length, upsert('run_records', recordColumns, 'execution_id', ''));
  const putCheckpoints = bulk(db, 2, upsert('checkpoints', ['partition', 'position'], 'partition', ''));
  const deleted = db.prepare(
    'SELECT j.stream, j.version FROM json_each(?) k CROSS JOIN jobs j ON j.stream = k.value WHERE j.phase IS NULL',
  );
  const tidy = tidier(db);
  const forgetHistory = forgetting(db, 'executions');
  const forgetRecords = forgetting(db, 'run_records');

  /** What comes late must not bring back what a deletion removed; what belongs to the next job of that name may be early. */
  const withoutDeleted = (rows: readonly Row[], versionOf: (row: Row) => number): readonly Value[] => {
    const gone = new Map(
      deleted.all([JSON.stringify(rows.map(([, stream]) => stream))]).map(([stream, version]) => [stream, Number(version)]),
    );
    return (gone.size > 0 ? rows.filter((row) => versionOf(row) > (gone.get(row[1] ?? '') ?? -1)) : rows).flat();
  };

  const saveJobs = (rows: readonly Row[]): void => {
    putJobs(rows.flat());
    const tombstones = JSON.stringify(rows.filter((row) => row[jobColumns.indexOf('phase')] === null).map(([stream]) => stream));
    if (tombstones === '[]') return;
    forgetHistory.run([tombstones]);
    forgetRecords.run([tombstones]);
  };

  function* save({ jobs, executions, checkpoints }: SaveBatch): Steps<null> {
    const parts = [
      ...chunks(executions, executionColumns.length).map((rows) => () => putExecutions(withoutDeleted(rows, (row) => Number(row[2])))),
      ...chunks(jobs, jobColumns.length).map((rows) => () => saveJobs(rows)),
    ];
    const last = () => checkpoints.length > 0 && putCheckpoints(checkpoints);
    for (const [i, part] of parts.entries()) {
      transaction(() => {
        part();
        if (i === parts.length - 1) last();
      });
      yield* tidy();
    }
    if (parts.length === 0) transaction(last);
    return null;
  }

  function* saveRecords({ records }: { readonly records: readonly Value[] }): Steps<null> {
    for (const rows of chunks(records, recordColumns.length)) {
      transaction(() => putRecords(withoutDeleted(rows, () => 0)));
      yield* tidy();
    }
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

const chunks = (cells: readonly Value[], width: number): readonly (readonly Row[])[] => {
  const rows: Row[] = [];
  for (let at = 0; at < cells.length; at += width) rows.push(cells.slice(at, at + width));
  const parts: (readonly Row[])[] = [];
  for (let at = 0; at < rows.length; at += rowsAtOnce) parts.push(rows.slice(at, at + rowsAtOnce));
  return parts;
};
