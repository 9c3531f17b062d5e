import { type OldRows, TableRefused } from '../../../../application/ports/dataTables.js';
import { cellOf, jsonOf } from './cells.js';
import { type Database, openDatabase, type Row, type Value } from './driver.js';

/** `defaultOrganization`: whose rows are those that name no organization. */
type Options = { readonly path: string; readonly defaultOrganization: string };
type Column = { readonly name: string; readonly mayBeNull: boolean };

/** Names are quoted, and known to be those of a table and a column that exist. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const tableQueries = (db: Database, { path, defaultOrganization }: Options) => {
  const exists = (table: string): boolean =>
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").all([table]).length > 0;
  const columnsOf = (table: string): readonly Column[] => {
    if (!exists(table)) throw new TableRefused(`there is no table "${table}" in the embedded inventory`);
    return db
      .prepare('SELECT name, "notnull" FROM pragma_table_info(?)')
      .all([table])
      .map(([name, notNull]) => ({ name: String(name), mayBeNull: notNull === 0 }));
  };

  /** Whose rows, as a condition that an index on organization can serve. */
  const ownedBy = (organization: string, columns: readonly Column[]): { readonly sql: string; readonly values: readonly Value[] } => {
    const owner = columns.find(({ name }) => name === 'organization');
    const isDefault = organization === defaultOrganization;
    if (!owner) return { sql: isDefault ? 'TRUE' : 'FALSE', values: [] };
    return {
      sql: isDefault && owner.mayBeNull ? '(organization = ? OR organization IS NULL)' : 'organization = ?',
      values: [organization],
    };
  };

  /**
   * Old rows, in two kinds: numbers are epoch milliseconds, and texts are ISO 8601. The first can use an index. Whatever else stands in
   * the field is no instant.
   */
  const oldRows = ({ organization, table, dateField, before }: OldRows) => {
    const columns = columnsOf(table);
    if (!columns.some(({ name }) => name === dateField))
      throw new TableRefused(`table "${table}" has no column "${dateField}"; it has ${columns.map(({ name }) => name).join(', ')}`);
    const field = quoted(dateField);
    const { sql, values } = ownedBy(organization, columns);
    const fromText = `unixepoch(${field}, 'subsec') * 1000`;
    return [
      { where: `${sql} AND ${field} < ?`, order: field, values: [...values, before] },
      {
        where: `${sql} AND typeof(${field}) = 'text' AND ${field} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND ${fromText} < ?`,
        order: fromText,
        values: [...values, before],
      },
    ];
  };

  const dumps = new Map<number, { readonly db: Database; readonly columns: readonly string[]; readonly rows: IterableIterator<Row> }>();
  const restores = new Set<string>();
  let lastId = 0;

  return {
    exists,
    count: (rows: OldRows): number =>
      oldRows(rows).reduce(
        (sum, { where, values }) =>
          sum + Number(db.prepare(`SELECT count(*) FROM ${quoted(rows.table)} WHERE ${where}`).all(values)[0]?.[0]),
        0,
      ),
    deleteOldest: (rows: OldRows, limit: number): number =>
      oldRows(rows).reduce((deleted, { where, order, values }) => {
        if (deleted >= limit) return deleted;
        const table = quoted(rows.table);
        const oldest = `SELECT rowid FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT ?`;
        return deleted + db.prepare(`DELETE FROM ${table} WHERE rowid IN (${oldest})`).run([...values, limit - deleted]);
      }, 0),

    /** The table as it is at this moment, on a connection of its own until `endDump`. */
    startDump: (organization: string, table: string): number => {
      const columns = columnsOf(table);
      const { sql, values } = ownedBy(organization, columns);
      const own = openDatabase(path, 'read');
      own.exec('BEGIN');
      const rows = own
        .prepare(`SELECT ${columns.map(({ name }) => quoted(name)).join()} FROM ${quoted(table)} WHERE ${sql}`)
        .iterate(values);
      dumps.set(++lastId, { db: own, columns: columns.map(({ name }) => name), rows });
      return lastId;
    },
    dumpPage: (id: number, limit: number): readonly string[] => {
      const dump = dumps.get(id);
      const page: string[] = [];
      for (let next = dump?.rows.next(); dump && next && !next.done; next = dump.rows.next()) {
        page.push(jsonOf(dump.columns, next.value));
        if (page.length === limit) break;
      }
      return page;
    },
    endDump: (id: number): null => {
      dumps.get(id)?.db.close();
      dumps.delete(id);
      return null;
    },

    /** Rows are gathered aside first, so that all of them are added in one transaction. */
    startRestore: (table: string): string => {
      columnsOf(table);
      const name = `restore_${++lastId}`;
      db.exec(`CREATE TEMP TABLE ${name} (row TEXT NOT NULL)`);
      restores.add(name);
      return name;
    },
    addRestored: (name: string, rows: readonly string[]): null => {
      if (!restores.has(name)) throw new Error('there is no such restore');
      const add = db.prepare(`INSERT INTO temp.${name} VALUES (?)`);
      db.transaction(() => {
        for (const row of rows) add.run([row]);
      });
      return null;
    },
    finishRestore: (name: string, organization: string, table: string): number => {
      const columns = columnsOf(table);
      const { sql, values } = ownedBy(organization, columns);
      return db.transaction(() => {
        if (db.prepare(`SELECT 1 FROM ${quoted(table)} WHERE ${sql} LIMIT 1`).all(values).length > 0)
          throw new TableRefused(`table "${table}" has rows of this organization; only an empty one is restored`);
        const insert = db.prepare(
          `INSERT INTO ${quoted(table)} (${columns.map((c) => quoted(c.name)).join()}) VALUES (${columns.map(() => '?').join()})`,
        );
        let count = 0;
        for (const [row] of db.prepare(`SELECT row FROM temp.${name} ORDER BY rowid`).iterate()) {
          count++;
          insert.run(cellsOf(String(row), count, columns, organization));
        }
        return count;
      });
    },
    endRestore: (name: string): null => {
      if (restores.delete(name)) db.exec(`DROP TABLE temp.${name}`);
      return null;
    },
  };

  function cellsOf(json: string, number: number, columns: readonly Column[], organization: string): readonly Value[] {
    const row: unknown = JSON.parse(json);
    if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new TableRefused(`row ${number} is no object`);
    const given = new Map(Object.entries(row));
    const unknown = [...given.keys()].find((key) => !columns.some(({ name }) => name === key));
    if (unknown !== undefined) throw new TableRefused(`row ${number} has a column "${unknown}", which the table has not`);
    const owner = given.get('organization') ?? defaultOrganization;
    if (owner !== organization) throw new TableRefused(`row ${number} belongs to another organization`);
    return columns.map(({ name }) => cellOf(given.get(name) ?? null, `row ${number}, column "${name}"`));
  }
};
