import { TableRefused } from '../../../../application/ports/dataTables.js';
import type { Database, Value } from './driver.js';

export type Condition = { readonly sql: string; readonly values: readonly Value[] };

/** What is known of the tables of the file: names that come from outside are only used once they are found here. */
export type Shape = {
  exists(table: string): boolean;
  columnsOf(table: string): readonly string[];
  /** Whose rows: conditions of which any may hold, each of which an index on organization can serve. */
  ownedBy(organization: string, columns: readonly string[]): readonly Condition[];
};

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const anyOf = (conditions: readonly Condition[]): Condition => ({
  sql: conditions.length === 0 ? 'FALSE' : `(${conditions.map(({ sql }) => sql).join(' OR ')})`,
  values: conditions.flatMap(({ values }) => values),
});

export const shapeOf = (db: Database, defaultOrganization: string): Shape => {
  const exists = (table: string): boolean =>
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").all([table]).length > 0;
  return {
    exists,
    columnsOf: (table) => {
      if (!exists(table)) throw new TableRefused(`there is no table "${table}" in the embedded inventory`);
      return db
        .prepare('SELECT name FROM pragma_table_info(?)')
        .all([table])
        .map(([name]) => String(name));
    },
    ownedBy: (organization, columns) => {
      const isDefault = organization === defaultOrganization;
      if (!columns.includes('organization')) return isDefault ? [{ sql: 'TRUE', values: [] }] : [];
      const named = { sql: 'organization = ?', values: [organization] };
      return isDefault ? [named, { sql: 'organization IS NULL', values: [] }] : [named];
    },
  };
};
