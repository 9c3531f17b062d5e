import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';

// All that is used of the driver. Parameters are always given as one array: it takes a lone null, or object, for something else.

export type Value = string | number | null | Uint8Array;
export type Row = readonly Value[];

export type Statement = {
  /** Returns how many rows it has changed. */
  run(parameters?: readonly Value[]): number;
  all(parameters?: readonly Value[]): readonly Row[];
  iterate(parameters?: readonly Value[]): IterableIterator<Row>;
};

export type Database = {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** All of it is written, or none. */
  transaction<T>(work: () => T): T;
  close(): void;
};

/** How long a statement waits for another process that writes to the file. */
const patienceMs = 5_000;

// As a URL, so that no character of the path means anything else, and a reader cannot write.
export const openDatabase = (path: string, mode: 'write' | 'read'): Database =>
  opened(new Libsql(`${pathToFileURL(path).href}${mode === 'read' ? '?mode=ro' : ''}`));

/** Nobody else can open it. */
export const openMemoryDatabase = (): Database => opened(new Libsql(':memory:'));

const opened = (db: Libsql.Database): Database => {
  db.exec(`PRAGMA busy_timeout = ${patienceMs}`);
  const prepare = (sql: string): Statement => {
    const statement = db.prepare(sql);
    const reader = statement.reader ? statement.raw() : statement;
    return {
      run: (parameters = []) => statement.run(parameters).changes,
      all: (parameters = []) => reader.all(parameters) as Row[],
      iterate: (parameters = []) => reader.iterate(parameters) as IterableIterator<Row>,
    };
  };
  return {
    exec: (sql) => void db.exec(sql),
    prepare,
    transaction: (work) => {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        // SQLite has rolled back by itself after some errors, a full disk among them.
        if (db.inTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => void db.close(),
  };
};
