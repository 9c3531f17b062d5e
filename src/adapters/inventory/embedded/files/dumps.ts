import { jsonOf } from './cells.js';
import { type Database, openDatabase, type Row, type Value } from './driver.js';
import { anyOf, quoted, type Shape } from './shape.js';

type Dump = { readonly close: () => void; readonly columns: readonly string[]; readonly rows: IterableIterator<Row> };

/** A table as it is when its dump starts, read page by page on a connection of its own; of one in memory, which has no other, a copy. */
export const dumpQueries = (main: Database, path: string | null, { columnsOf, ownedBy }: Shape) => {
  const dumps = new Map<number, Dump>();
  let lastId = 0;
  return {
    startDump: (organization: string, table: string): number => {
      const columns = columnsOf(table);
      const { sql, values } = anyOf(ownedBy(organization, columns));
      const select = `SELECT ${columns.map(quoted).join()} FROM ${quoted(table)} WHERE ${sql}`;
      dumps.set(++lastId, { columns, ...(path === null ? copied(main, select, values) : read(path, select, values)) });
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
      dumps.get(id)?.close();
      dumps.delete(id);
      return null;
    },
  };
};

const read = (path: string, select: string, values: readonly Value[]) => {
  const db = openDatabase(path, 'read');
  db.exec('BEGIN');
  return { rows: db.prepare(select).iterate(values), close: () => db.close() };
};

const copied = (db: Database, select: string, values: readonly Value[]) => ({
  rows: db.prepare(select).all(values).values(),
  close: () => undefined,
});
