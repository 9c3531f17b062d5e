import type { Product, ProductFilter, StockChange } from '../../../../application/ports/inventory.js';
import { instant } from '../../../../domain/instant.js';
import { auditor } from './audit.js';
import type { Database, Row, Value } from './driver.js';

const columns = 'sku, name, quantity, reorderPoint, category, location, unitCost, updatedAt';
const replaced = ['name', 'quantity', 'reorderPoint', 'category', 'location', 'unitCost', 'updatedAt'];

export const productQueries = (db: Database) => {
  const audit = auditor(db);
  const find = db.prepare(
    `SELECT ${columns} FROM products WHERE organization = ? AND sku IN (SELECT value FROM json_each(?)) ORDER BY sku`,
  );
  const quantityOf = db.prepare('SELECT quantity FROM products WHERE organization = ? AND sku = ?');
  const upsert = db.prepare(`
    INSERT INTO products (organization, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET ${replaced.map((column) => `${column} = excluded.${column}`).join(', ')}
    WHERE ${replaced.map((column) => `products.${column} IS NOT excluded.${column}`).join(' OR ')}`);
  const move = db.prepare('INSERT OR IGNORE INTO stock_movements VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM products WHERE organization = ? AND sku IN (SELECT value FROM json_each(?))');
  const list = db.prepare('SELECT skus FROM product_lists WHERE organization = ? AND name = ?');
  const putList = db.prepare(`
    INSERT INTO product_lists VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET skus = excluded.skus WHERE skus IS NOT excluded.skus`);

  const putOne = (organization: string, product: Product, { reason, at, key }: StockChange): number => {
    const { sku, name, quantity, reorderPoint, category, location, unitCost, updatedAt } = product;
    const before = quantityOf.all([organization, sku])[0]?.[0];
    if (typeof before === 'number' && before !== quantity)
      move.run([organization, `${key}/${sku}/${quantity}`, sku, at, quantity - before, quantity, reason, location]);
    return upsert.run([organization, sku, name, quantity, reorderPoint, category, location, unitCost, updatedAt]);
  };

  return {
    products: (organization: string, filter: ProductFilter, after: string, limit: number): readonly Product[] => {
      const { sql, values } = conditions(filter);
      return db
        .prepare(`SELECT ${columns} FROM products WHERE organization = ? AND sku > ?${sql} ORDER BY sku LIMIT ?`)
        .all([organization, after, ...values, limit])
        .map(productOf);
    },
    find: (organization: string, skus: readonly string[]): readonly Product[] =>
      find.all([organization, JSON.stringify(skus)]).map(productOf),
    put: (organization: string, products: readonly Product[], change: StockChange): null =>
      db.transaction(() => {
        const changed = products.reduce((sum, product) => sum + putOne(organization, product, change), 0);
        if (changed > 0) audit(organization, change.at, 'products stored', `${changed}: ${change.reason}`);
        return null;
      }),
    remove: (organization: string, skus: readonly string[]): number =>
      db.transaction(() => remove.run([organization, JSON.stringify(skus)])),
    list: (organization: string, name: string): readonly string[] | null => {
      const skus = list.all([organization, name])[0]?.[0];
      return typeof skus === 'string' ? JSON.parse(skus) : null;
    },
    putList: (organization: string, name: string, skus: readonly string[]): null => {
      putList.run([organization, name, JSON.stringify(skus)]);
      return null;
    },
  };
};

/** What a filter asks for, as conditions that follow others. */
const conditions = ({ skus, categories, locations }: ProductFilter): { readonly sql: string; readonly values: readonly Value[] } => {
  const asked = Object.entries({ sku: skus, category: categories, location: locations }).filter(([, values]) => values !== undefined);
  return {
    sql: asked.map(([column]) => ` AND ${column} IN (SELECT value FROM json_each(?))`).join(''),
    values: asked.map(([, values]) => JSON.stringify(values)),
  };
};

const productOf = ([sku, name, quantity, reorderPoint, category, location, unitCost, updatedAt]: Row): Product => ({
  sku: String(sku),
  name: String(name),
  quantity: Number(quantity),
  reorderPoint: numberOrNull(reorderPoint),
  category: textOrNull(category),
  location: textOrNull(location),
  unitCost: numberOrNull(unitCost),
  updatedAt: instant(Number(updatedAt)),
});

export const textOrNull = (value: Value | undefined): string | null => (value === null || value === undefined ? null : String(value));
const numberOrNull = (value: Value | undefined): number | null => (value === null || value === undefined ? null : Number(value));
