import type { Instant } from '../../domain/instant.js';

/** Rows of a table, of one organization, with an instant in `dateField` before `before`. */
export type OldRows = { readonly organization: string; readonly table: string; readonly dateField: string; readonly before: Instant };

/**
 * The tables or collections of an application, as far as jobs may clean and save them. Rows belong to the organization they name; those
 * that name none belong to the scheduler's default organization. Rejects with `TableRefused` for what is not allowed or is not there,
 * and with `InventoryUnavailable`.
 */
export interface DataTables {
  /** Those that configuration allows; nothing here touches another. */
  readonly allowed: readonly string[];
  /** Those of them that hold what ages, such as logs and movements, and not what is, such as products: only these are cleaned. */
  readonly cleanable: readonly string[];
  exists(table: string): Promise<boolean>;
  count(rows: OldRows): Promise<number>;
  /** Deletes the oldest of them, at most `limit`; returns how many. Rows whose field holds no instant are never touched. */
  deleteOldest(rows: OldRows, limit: number): Promise<number>;
  /** Every row of the organization as JSON text that `restore` takes back unchanged, types included. */
  dump(organization: string, table: string): AsyncIterable<string>;
  /** Adds rows to a table in which the organization has none; all of them or, where one is wrong, none. Returns how many. */
  restore(organization: string, table: string, rows: AsyncIterable<string>): Promise<number>;
}

/** Not allowed, or not there: trying again is of no use. */
export class TableRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TableRefused';
  }
}
