import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import type { Cell, Cells } from '../protocol.js';

// All that is used of the driver: another synchronous one (node:sqlite) fits behind these lines.

export type Value = string | number | null | Uint8Array;
export type Row = readonly Value[];

export type Statement = {
  run(parameters: readonly Value[]): void;
  all(parameters: readonly Value[]): readonly Row[];
};

export type Database = {
  readonly path: string;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  readonly inTransaction: boolean;
  close(): void;
};

/** `patienceMs`: how long a statement waits for another process, which may be repairing the files after a crash. */
export const openDatabase = (path: string, mode: 'write' | 'read', patienceMs = 2_000): Database => {
  // As a URL, so that no character of the path means anything else, and a reader cannot write.
  const url = path === ':memory:' ? path : `${pathToFileURL(path).href}${mode === 'read' ? '?mode=ro' : ''}`;
  const db = new Libsql(url);
  db.exec(`PRAGMA busy_timeout = ${patienceMs}`);
  return {
    path,
    exec: (sql) => void db.exec(sql),
    prepare: (sql) => {
      const statement = db.prepare(sql);
      const reader = statement.reader ? statement.raw() : statement;
      return {
        run: (parameters) => void statement.run(parameters),
        all: (parameters) => reader.all(parameters) as Row[],
      };
    },
    get inTransaction() {
      return db.inTransaction;
    },
    close: () => void db.close(),
  };
};

/** Rows as one flat array: how they travel. */
export const cellsOf = (rows: readonly Row[]): Cells => rows.flat() as Cell[];

/** The name SQLite gives to what went wrong, such as SQLITE_FULL; empty for an error that is not SQLite's. */
export const sqliteCode = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : '';
};
