import { jsonOf } from './cells.js';
import { type Database, openDatabase, type Row } from './driver.js';
import { anyOf, quoted, type Shape } from './shape.js';

type Dump = { readonly db: Database; readonly columns: readonly string[]; readonly rows: IterableIterator<Row> };

/** A table as it is when its dump starts, read page by page on a connection of its own. */
export const dumpQueries = (path: string, { columnsOf, ownedBy }: Shape) => {
  const dumps = new Map<number, Dump>();
  let lastId = 0;
  return {
    startDump: (organization: string, table: string): number => {
      const columns = columnsOf(table);
      const { sql, values } = anyOf(ownedBy(organization, columns));
      const db = openDatabase(path, 'read');
      db.exec('BEGIN');
      const rows = db.prepare(`SELECT ${columns.map(quoted).join()} FROM ${quoted(table)} WHERE ${sql}`).iterate(values);
      dumps.set(++lastId, { db, columns, rows });
      return lastId;
    },
    /** Empty at the end. */
    dumpPage: (id: number, limit: number): readonly string[] => {
      const dump = dumps.get(id);
      const page: string[] = [];
      while (dump && page.length < limit) {
        const { done, value } = dump.rows.next();
        if (done) break;
        page.push(jsonOf(dump.columns, value));
      }
      return page;
    },
    endDump: (id: number): null => {
      dumps.get(id)?.db.close();
      dumps.delete(id);
      return null;
    },
  };
};
