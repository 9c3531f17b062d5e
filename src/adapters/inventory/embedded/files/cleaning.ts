import { type OldRows, TableRefused } from '../../../../application/ports/dataTables.js';
import type { Database } from './driver.js';
import { type Condition, quoted, type Shape } from './shape.js';

type Part = Condition & { readonly order: string };

export const cleaningQueries = (db: Database, { columnsOf, ownedBy }: Shape) => {
  /**
   * Old rows in parts, for the sake of indexes. Numbers are epoch milliseconds, texts are ISO 8601; whatever else stands in the field is
   * no instant.
   */
  const partsOf = ({ organization, table, dateField, before }: OldRows): readonly Part[] => {
    const columns = columnsOf(table);
    if (!columns.includes(dateField)) throw new TableRefused(`table "${table}" has no column "${dateField}"; it has ${columns.join(', ')}`);
    const field = quoted(dateField);
    const fromText = `unixepoch(${field}, 'subsec') * 1000`;
    const isDate = `typeof(${field}) = 'text' AND ${field} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'`;
    return ownedBy(organization, columns).flatMap(({ sql, values }) => [
      { sql: `${sql} AND ${field} < ?`, order: field, values: [...values, before] },
      { sql: `${sql} AND ${isDate} AND ${fromText} < ?`, order: fromText, values: [...values, before] },
    ]);
  };

  return {
    count: (rows: OldRows): number =>
      partsOf(rows).reduce((sum, { sql, values }) => {
        const [counted] = db.prepare(`SELECT count(*) FROM ${quoted(rows.table)} WHERE ${sql}`).all(values);
        return sum + Number(counted?.[0]);
      }, 0),
    deleteOldest: (rows: OldRows, limit: number): number =>
      partsOf(rows).reduce((deleted, { sql, order, values }) => {
        if (deleted >= limit) return deleted;
        const table = quoted(rows.table);
        const oldest = `SELECT rowid FROM ${table} WHERE ${sql} ORDER BY ${order} LIMIT ?`;
        return deleted + db.prepare(`DELETE FROM ${table} WHERE rowid IN (${oldest})`).run([...values, limit - deleted]);
      }, 0),
  };
};
