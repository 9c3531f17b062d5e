import type { Period, ProductFilter, RecordedMovement, StockMovement } from '../../../../application/ports/inventory.js';
import { type Instant, instant } from '../../../../domain/instant.js';
import type { Database, Row } from './driver.js';
import { textOrNull } from './products.js';

/** Where a page of movements ended. */
export type MovementCursor = { readonly at: Instant; readonly row: number };
export type MovementPage = { readonly movements: readonly StockMovement[]; readonly next: MovementCursor | null };

export const movementQueries = (db: Database) => {
  const record = db.prepare('INSERT OR IGNORE INTO stock_movements VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  return {
    movements: (
      organization: string,
      { to }: Period,
      { skus, categories, locations }: ProductFilter,
      after: MovementCursor,
      limit: number,
    ): MovementPage => {
      const asked = [
        ['sku IN (SELECT value FROM json_each(?))', skus],
        [
          'sku IN (SELECT sku FROM products p WHERE p.organization = m.organization AND category IN (SELECT value FROM json_each(?)))',
          categories,
        ],
        ['location IN (SELECT value FROM json_each(?))', locations],
      ] as const;
      const given = asked.filter(([, values]) => values !== undefined);
      const rows = db
        .prepare(
          `SELECT sku, at, change, quantityAfter, reason, location, rowid FROM stock_movements m
           WHERE organization = ? AND (at, rowid) > (?, ?) AND at < ?${given.map(([sql]) => ` AND ${sql}`).join('')}
           ORDER BY at, rowid LIMIT ?`,
        )
        .all([organization, after.at, after.row, to, ...given.map(([, values]) => JSON.stringify(values)), limit]);
      const last = rows.length < limit ? undefined : rows.at(-1);
      return { movements: rows.map(movementOf), next: last ? { at: instant(Number(last[1])), row: Number(last[6]) } : null };
    },
    record: (organization: string, movements: readonly RecordedMovement[]): number =>
      db.transaction(() =>
        movements.reduce(
          (sum, { id, sku, at, change, quantityAfter, reason, location }) =>
            sum + record.run([organization, id, sku, at, change, quantityAfter, reason, location]),
          0,
        ),
      ),
  };
};

const movementOf = ([sku, at, change, quantityAfter, reason, location]: Row): StockMovement => ({
  sku: String(sku),
  at: instant(Number(at)),
  change: Number(change),
  quantityAfter: Number(quantityAfter),
  reason: String(reason),
  location: textOrNull(location),
});
