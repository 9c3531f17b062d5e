import type { Instant } from '../../domain/instant.js';

/** Rows of a table with an instant in `dateField` before `before`; only those of `organization` where rows say whose they are. */
export type OldRows = { readonly organization: string; readonly table: string; readonly dateField: string; readonly before: Instant };

/** The tables or collections of an application, as far as jobs may clean and save them. */
export interface DataTables {
  /** Those that configuration allows; nothing here touches another. */
  readonly allowed: readonly string[];
  exists(table: string): Promise<boolean>;
  count(rows: OldRows): Promise<number>;
  /** Deletes the oldest of them, at most `limit`; returns how many. Rows whose field holds no instant are never touched. */
  deleteOldest(rows: OldRows, limit: number): Promise<number>;
  /** Every row as JSON text that `restore` takes back unchanged, types included. */
  dump(table: string): AsyncIterable<string>;
  /** Adds rows to a table that has none. */
  restore(table: string, rows: AsyncIterable<string>): Promise<number>;
}
