import type { Product, ProductFilter } from '../../../../application/ports/inventory.js';
import type { Column, Row, Summary } from '../document.js';
import type { Asked, Source } from './source.js';
import { Tally } from './tally.js';

const sku: Column = { title: 'SKU', kind: 'text', weight: 12 };
const product: Column = { title: 'Product', kind: 'text', weight: 30 };
const category: Column = { title: 'Category', kind: 'text', weight: 15 };
const location: Column = { title: 'Location', kind: 'text', weight: 12 };
const quantity: Column = { title: 'Quantity', kind: 'quantity', weight: 9 };
const reorderAt: Column = { title: 'Reorder at', kind: 'quantity', weight: 9 };
const unitCost: Column = { title: 'Unit cost', kind: 'money', weight: 10 };
const value: Column = { title: 'Value', kind: 'money', weight: 12 };
const status: Column = { title: 'Status', kind: 'status', weight: 9 };

export const productFilter = ({ skus, categories, locations }: Asked['parameters']['filters']): ProductFilter => ({
  ...(skus && { skus }),
  ...(categories && { categories }),
  ...(locations && { locations }),
});

const isLow = ({ quantity, reorderPoint }: Product): boolean => quantity <= 0 || (reorderPoint !== null && quantity <= reorderPoint);
const statusOf = (product: Product): string => (product.quantity <= 0 ? 'Out' : isLow(product) ? 'Low' : 'In stock');
const worthOf = ({ quantity, unitCost }: Product): number | null => (unitCost === null ? null : quantity * unitCost);

async function* productsOf({ services, parameters, context }: Asked): AsyncGenerator<Product> {
  const inventory = await services.inventory();
  yield* inventory.products(context.organization, productFilter(parameters.filters));
}

/** What is in stock, product by product. */
export const inventorySummary = (asked: Asked): Source => {
  const byCategory = new Tally();
  const sum = { products: 0, units: 0, value: 0, low: 0, out: 0 };
  async function* rows(): AsyncGenerator<Row> {
    for await (const p of productsOf(asked)) {
      const worth = worthOf(p);
      sum.products++;
      sum.units += p.quantity;
      sum.value += worth ?? 0;
      if (isLow(p)) sum.low++;
      if (p.quantity <= 0) sum.out++;
      byCategory.add(p.category, worth ?? 0);
      yield [p.sku, p.name, p.category, p.location, p.quantity, p.reorderPoint, p.unitCost, worth, statusOf(p)];
    }
  }
  const summary = (): Summary => ({
    figures: [
      { label: 'Products', kind: 'quantity', value: sum.products },
      { label: 'Units in stock', kind: 'quantity', value: sum.units },
      { label: 'Stock value', kind: 'money', value: sum.value },
      { label: 'To reorder', kind: 'quantity', value: sum.low },
      { label: 'Out of stock', kind: 'quantity', value: sum.out },
    ],
    chart: byCategory.chart('Stock value by category', 'money'),
    totals: [null, null, null, null, sum.units, null, null, sum.value, null],
  });
  return { columns: [sku, product, category, location, quantity, reorderAt, unitCost, value, status], rows: rows(), summary };
};

/** What the stock is worth, and where its worth lies. */
export const valuation = (asked: Asked): Source => {
  const byCategory = new Tally();
  const sum = { products: 0, unvalued: 0, units: 0, value: 0 };
  async function* rows(): AsyncGenerator<Row> {
    for await (const p of productsOf(asked)) {
      const worth = worthOf(p);
      sum.products++;
      if (worth === null) sum.unvalued++;
      sum.units += p.quantity;
      sum.value += worth ?? 0;
      byCategory.add(p.category, worth ?? 0);
      yield [p.sku, p.name, p.category, p.location, p.updatedAt, p.quantity, p.unitCost, worth];
    }
  }
  const summary = (): Summary => ({
    figures: [
      { label: 'Stock value', kind: 'money', value: sum.value },
      { label: 'Products', kind: 'quantity', value: sum.products },
      { label: 'Units in stock', kind: 'quantity', value: sum.units },
      { label: 'Value per unit', kind: 'money', value: sum.units > 0 ? sum.value / sum.units : null },
      { label: 'Without a cost', kind: 'quantity', value: sum.unvalued },
    ],
    chart: byCategory.chart('Value by category', 'money'),
    totals: [null, null, null, null, null, sum.units, null, sum.value],
  });
  const counted: Column = { title: 'Last change', kind: 'instant', weight: 14 };
  return { columns: [sku, product, category, location, counted, quantity, unitCost, value], rows: rows(), summary };
};

/** What has to be ordered. */
export const lowStock = (asked: Asked): Source => {
  const byLocation = new Tally();
  const sum = { products: 0, low: 0, out: 0, missing: 0, cost: 0 };
  async function* rows(): AsyncGenerator<Row> {
    for await (const p of productsOf(asked)) {
      sum.products++;
      if (!isLow(p)) continue;
      const missing = Math.max(0, (p.reorderPoint ?? 0) - p.quantity);
      const cost = p.unitCost === null ? null : missing * p.unitCost;
      sum.low++;
      if (p.quantity <= 0) sum.out++;
      sum.missing += missing;
      sum.cost += cost ?? 0;
      byLocation.add(p.location, 1);
      yield [p.sku, p.name, p.category, p.location, p.quantity, p.reorderPoint, missing, cost, statusOf(p)];
    }
  }
  const summary = (): Summary => ({
    figures: [
      { label: 'To reorder', kind: 'quantity', value: sum.low },
      { label: 'Out of stock', kind: 'quantity', value: sum.out },
      { label: 'Units missing', kind: 'quantity', value: sum.missing },
      { label: 'Cost to restock', kind: 'money', value: sum.cost },
      { label: 'Of all products', kind: 'share', value: sum.products > 0 ? sum.low / sum.products : null },
    ],
    chart: byLocation.chart('Products to reorder by location', 'quantity'),
    totals: [null, null, null, null, null, null, sum.missing, sum.cost, null],
  });
  const missing: Column = { title: 'Missing', kind: 'quantity', weight: 9 };
  const cost: Column = { title: 'Cost to restock', kind: 'money', weight: 13 };
  return { columns: [sku, product, category, location, quantity, reorderAt, missing, cost, status], rows: rows(), summary };
};
