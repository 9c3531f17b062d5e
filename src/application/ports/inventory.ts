import type { Instant } from '../../domain/instant.js';

/** One product of an organization, known by its SKU. Quantities are units of stock and may be fractions. */
export type Product = {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  /** At or below this quantity it should be ordered; null where nobody has said. */
  readonly reorderPoint: number | null;
  readonly category: string | null;
  readonly location: string | null;
  /** Cost of one unit in the inventory's currency. */
  readonly unitCost: number | null;
  readonly updatedAt: Instant;
};

/** What a product must be to be read: all that is named holds. */
export type ProductFilter = {
  readonly skus?: readonly string[];
  readonly categories?: readonly string[];
  readonly locations?: readonly string[];
};

/** A change of stock. `change` is positive for what came in. */
export type StockMovement = {
  readonly sku: string;
  readonly at: Instant;
  readonly change: number;
  readonly quantityAfter: number;
  readonly reason: string;
  readonly location: string | null;
};

/** Half open: `from` belongs to it, `to` does not. */
export type Period = { readonly from: Instant; readonly to: Instant };

/**
 * What jobs know of the application's stock. Rejects with `InventoryUnavailable`, also where what is stored cannot be read as a product:
 * a report that silently lacks one helps nobody.
 */
export interface InventoryReader {
  /** In the order of their SKUs, read page by page: memory does not grow with their number. */
  products(organization: string, filter?: ProductFilter): AsyncIterable<Product>;
  /** In the order of time. */
  movements(organization: string, period: Period, filter?: ProductFilter): AsyncIterable<StockMovement>;
  /** The products of these SKUs; one that does not exist is missing. */
  find(organization: string, skus: readonly string[]): Promise<ReadonlyMap<string, Product>>;
  /** The SKUs of a named list such as `critical_items`; null where there is no such list. */
  list(organization: string, name: string): Promise<readonly string[] | null>;
}

/** Why stock changes. `key` is the same for every attempt of one run: the same quantity of a product is recorded once under it. */
export type StockChange = { readonly reason: string; readonly at: Instant; readonly key: string };

/** A movement that somebody else has recorded; `id` is unique within the organization. */
export type RecordedMovement = StockMovement & { readonly id: string };

/** Repeating a call has no further effect. Each product is written whole. Rejects with `InventoryUnavailable`. */
export interface InventoryWriter {
  /** Creates or replaces products by SKU. Where the quantity of a known product changes, that is recorded as a movement. */
  put(organization: string, products: readonly Product[], change: StockChange): Promise<void>;
  /** Returns how many there were. Movements stay: they are history. */
  remove(organization: string, skus: readonly string[]): Promise<number>;
  putList(organization: string, name: string, skus: readonly string[]): Promise<void>;
  /** Adds movements to the history, without a change of any product; returns how many were not known by their id. */
  record(organization: string, movements: readonly RecordedMovement[]): Promise<number>;
}

/** The inventory cannot answer now. */
export class InventoryUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InventoryUnavailable';
  }
}
