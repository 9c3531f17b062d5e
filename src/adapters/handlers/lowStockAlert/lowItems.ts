import type { Product } from '../../../application/ports/inventory.js';

export type LowItem = {
  readonly sku: string;
  readonly name: string;
  readonly category: string | null;
  readonly location: string | null;
  readonly quantity: number;
  /** At or below it the product is low. */
  readonly limit: number;
  /** How much to order: up to twice the limit, or twice the reorder point where that is more. */
  readonly order: number;
  /** Of what to order; null where the cost of one is not known. */
  readonly cost: number | null;
};

/** Null for a product that is not low, or of which nobody has said when it is. */
export const lowItem = (product: Product, threshold: number | undefined): LowItem | null => {
  const { sku, name, category, location, quantity, reorderPoint, unitCost } = product;
  const limit = threshold ?? reorderPoint;
  if (limit === null || quantity > limit) return null;
  const order = Math.max(1, Math.ceil(2 * Math.max(limit, reorderPoint ?? 0) - quantity));
  return { sku, name, category, location, quantity, limit, order, cost: unitCost === null ? null : cents(order * unitCost) };
};

/** What is to be paid, as far as costs are known. */
export const costOf = (items: readonly LowItem[]): number => cents(items.reduce((sum, { cost }) => sum + (cost ?? 0), 0));

const cents = (amount: number): number => Math.round(amount * 100) / 100;

/** By location, in the order of their names; what has none comes last. */
export const byLocation = (items: readonly LowItem[]): readonly (readonly [location: string | null, items: readonly LowItem[]])[] => {
  const groups = new Map<string | null, LowItem[]>();
  for (const item of items) {
    const group = groups.get(item.location);
    if (group) group.push(item);
    else groups.set(item.location, [item]);
  }
  return [...groups].sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : a < b ? -1 : 1));
};
