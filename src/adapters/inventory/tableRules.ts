import { type DataTables, type OldRows, TableRefused } from '../../application/ports/dataTables.js';

/** Lets pass what configuration allows; throws `TableRefused` for all else. */
export const tableRules = ({ allowed, cleanable }: Pick<DataTables, 'allowed' | 'cleanable'>) => {
  const allow = (table: string): string => {
    if (allowed.includes(table)) return table;
    const known = allowed.length === 0 ? 'none is' : `${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'}`;
    throw new TableRefused(`"${table}" is not a table that jobs may touch: ${known}; SCHEDULER_TABLES, or predefined.tables, says which`);
  };
  const allowCleaning = (rows: OldRows): OldRows => {
    if (cleanable.includes(allow(rows.table))) return rows;
    const known = cleanable.length === 0 ? 'none is' : `${cleanable.join(', ')} are`;
    throw new TableRefused(`"${rows.table}" holds what is, not what was, and is not cleaned by age: ${known}`);
  };
  return { allow, allowCleaning };
};
