import type { Database, Statement, Value } from './driver.js';

/** Rows per statement: many rows per call cost less, and few sizes keep few statements prepared. */
const sizes = [64, 8, 1] as const;

export type Bulk = (values: readonly Value[]) => void;

/** Writes any number of rows, given as one flat array with `columns` values per row. `sql` gets the VALUES in the place of `?`. */
export const bulk = (db: Database, columns: number, sql: string): Bulk => {
  const prepared = new Map<number, Statement>();
  const statementFor = (rows: number): Statement => {
    const known = prepared.get(rows);
    if (known) return known;
    const row = `(${Array(columns).fill('?').join()})`;
    const statement = db.prepare(sql.replace('?', Array(rows).fill(row).join()));
    prepared.set(rows, statement);
    return statement;
  };
  return (values) => {
    let at = 0;
    for (const rows of sizes)
      for (const length = rows * columns; at + length <= values.length; at += length)
        statementFor(rows).run(at === 0 && length === values.length ? values : values.slice(at, at + length));
  };
};
