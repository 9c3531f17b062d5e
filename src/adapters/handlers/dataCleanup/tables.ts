import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import { type DataTables, TableRefused } from '../../../application/ports/dataTables.js';
import type { Instant } from '../../../domain/instant.js';
import type { Parameters } from './schema.js';

export type RowCounts = { readonly matched: number; readonly deleted: number };

/** Before the first row of the first table is deleted. */
export const checkTables = async (data: DataTables, tables: readonly string[]): Promise<void> => {
  for (const table of tables) {
    if (!data.allowed.includes(table))
      throw new NonRetryableError(
        `parameters.tables: ${table} is not a table that jobs may touch (${listed(data.allowed)}): see SCHEDULER_TABLES`,
      );
    if (!data.cleanable.includes(table))
      throw new NonRetryableError(
        `parameters.tables: ${table} holds what is, not what was, and is not cleaned by age (${listed(data.cleanable)} can be)`,
      );
    if (!(await data.exists(table))) throw new NonRetryableError(`parameters.tables: there is no table ${table}`);
  }
};

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

/** In whole batches: an abort between two of them leaves nothing half-done. */
export const cleanTable = async (
  data: DataTables,
  table: string,
  before: Instant,
  { dateField, batchSize, dryRun }: Parameters,
  { organization, signal, log }: HandlerContext,
  progress: (fraction: number, message: string) => void,
): Promise<RowCounts> => {
  const rows = { organization, table, dateField: fieldOf(dateField, table), before };
  try {
    signal.throwIfAborted();
    const matched = await data.count(rows);
    let deleted = 0;
    while (!dryRun && matched > 0) {
      signal.throwIfAborted();
      const gone = await data.deleteOldest(rows, batchSize);
      deleted += gone;
      progress(Math.min(1, deleted / matched), `${table}: ${deleted} of ${matched} rows deleted`);
      if (gone < batchSize) break;
    }
    log.info(`${table}: ${dryRun ? `${matched} rows would be deleted` : `${deleted} rows deleted`}`);
    return { matched, deleted };
  } catch (error) {
    if (error instanceof TableRefused) throw new NonRetryableError(error.message, { cause: error });
    throw error;
  }
};

const fieldOf = (dateField: Parameters['dateField'], table: string): string =>
  typeof dateField === 'string' ? dateField : Object.hasOwn(dateField, table) ? (dateField[table] ?? 'createdAt') : 'createdAt';
