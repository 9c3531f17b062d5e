import { TableRefused } from '../../../../application/ports/dataTables.js';
import { cellOf } from './cells.js';
import type { Database, Value } from './driver.js';
import { anyOf, quoted, type Shape } from './shape.js';

/** Rows are gathered aside first, so that all of them are added in one transaction. */
export const restoreQueries = (db: Database, { columnsOf, ownedBy }: Shape, defaultOrganization: string) => {
  const open = new Set<string>();
  let lastId = 0;

  const valuesOf = (json: string, number: number, columns: readonly string[], organization: string): readonly Value[] => {
    const given = new Map(Object.entries(objectOf(json, number)));
    const unknown = [...given.keys()].find((key) => !columns.includes(key));
    if (unknown !== undefined) throw new TableRefused(`row ${number} has a column "${unknown}", which the table has not`);
    if ((given.get('organization') ?? defaultOrganization) !== organization)
      throw new TableRefused(`row ${number} belongs to another organization`);
    return columns.map((column) => cellOf(given.get(column) ?? null, `row ${number}, column "${column}"`));
  };

  return {
    startRestore: (table: string): string => {
      columnsOf(table);
      const name = `restore_${++lastId}`;
      db.exec(`CREATE TEMP TABLE ${name} (row TEXT NOT NULL)`);
      open.add(name);
      return name;
    },
    addRestored: (name: string, rows: readonly string[]): null => {
      if (!open.has(name)) throw new Error('there is no such restore');
      const add = db.prepare(`INSERT INTO temp.${name} VALUES (?)`);
      return db.transaction(() => {
        for (const row of rows) add.run([row]);
        return null;
      });
    },
    finishRestore: (name: string, organization: string, table: string): number => {
      const columns = columnsOf(table);
      const { sql, values } = anyOf(ownedBy(organization, columns));
      return db.transaction(() => {
        if (db.prepare(`SELECT 1 FROM ${quoted(table)} WHERE ${sql} LIMIT 1`).all(values).length > 0)
          throw new TableRefused(`table "${table}" has rows of this organization; only an empty one is restored`);
        const places = columns.map(() => '?').join();
        const insert = db.prepare(`INSERT INTO ${quoted(table)} (${columns.map(quoted).join()}) VALUES (${places})`);
        let count = 0;
        for (const [row] of db.prepare(`SELECT row FROM temp.${name} ORDER BY rowid`).iterate())
          insert.run(valuesOf(String(row), ++count, columns, organization));
        return count;
      });
    },
    endRestore: (name: string): null => {
      if (open.delete(name)) db.exec(`DROP TABLE temp.${name}`);
      return null;
    },
  };
};

const objectOf = (json: string, number: number): object => {
  try {
    const row: unknown = JSON.parse(json);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row;
  } catch {}
  throw new TableRefused(`row ${number} is no object in JSON`);
};
