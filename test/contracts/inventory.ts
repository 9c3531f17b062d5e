import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InventoryReader, InventoryWriter, Product, StockMovement } from '../../src/application/ports/inventory.js';
import { at, hostileText } from './samples.js';

type OpenInventory = { readonly inventory: InventoryReader & InventoryWriter; close(): Promise<void> };

const bolt: Product = {
  sku: 'BOLT-8',
  name: 'Hex bolt M8',
  quantity: 12,
  reorderPoint: 40,
  category: 'Fasteners',
  location: 'A-01',
  unitCost: 0.35,
  updatedAt: at(0),
};
const product = (given: Partial<Product>): Product => ({ ...bolt, ...given });
const delivery = { reason: 'delivery', at: at(1_000), key: 'run-1' };
const ever = { from: at(-1e9), to: at(1e9) };

const all = async <T>(rows: AsyncIterable<T>): Promise<readonly T[]> => {
  const read: T[] = [];
  for await (const row of rows) read.push(row);
  return read;
};

export const describeInventory = (name: string, open: () => Promise<OpenInventory>): void => {
  describe(`${name} as an inventory`, () => {
    let opened: OpenInventory;
    let made = 0;
    const organization = (): string => `org-${++made}`;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());
    const skusOf = async (of: string, filter = {}): Promise<readonly string[]> =>
      (await all(opened.inventory.products(of, filter))).map(({ sku }) => sku);
    const movementsOf = (of: string, filter = {}): Promise<readonly StockMovement[]> => all(opened.inventory.movements(of, ever, filter));

    it('is empty at first', async () => {
      const of = organization();
      expect(await skusOf(of)).toEqual([]);
      expect(await movementsOf(of)).toEqual([]);
      expect(await opened.inventory.find(of, ['BOLT-8'])).toEqual(new Map());
      expect(await opened.inventory.list(of, 'critical_items')).toBeNull();
      expect(await opened.inventory.remove(of, ['BOLT-8'])).toBe(0);
    });

    it('returns products as they were put, also those of which little is known', async () => {
      const of = organization();
      const bare = product({ sku: 'BARE', quantity: -2.5, reorderPoint: null, category: null, location: null, unitCost: null });
      await opened.inventory.put(of, [bolt, bare], delivery);
      expect(await all(opened.inventory.products(of))).toEqual([bare, bolt]);
      expect(await opened.inventory.find(of, ['BOLT-8', 'NUT-8'])).toEqual(new Map([['BOLT-8', bolt]]));
    });

    it('replaces a product whole, and keeps its other ones', async () => {
      const of = organization();
      await opened.inventory.put(of, [bolt, product({ sku: 'NUT-8' })], delivery);
      const renamed = product({ name: 'Bolt', reorderPoint: null, unitCost: 1, updatedAt: at(5) });
      await opened.inventory.put(of, [renamed], delivery);
      expect(await all(opened.inventory.products(of))).toEqual([renamed, product({ sku: 'NUT-8' })]);
    });

    it('records what a change of quantity was, once, and nothing where the quantity stays', async () => {
      const of = organization();
      await opened.inventory.put(of, [bolt, product({ sku: 'NUT-8' })], delivery);
      for (let i = 0; i < 2; i++)
        await opened.inventory.put(of, [product({ quantity: 20.5 }), product({ sku: 'NUT-8', name: 'Nut' })], {
          reason: 'count',
          at: at(2_000),
          key: 'run-2',
        });
      expect(await movementsOf(of)).toEqual([
        { sku: 'BOLT-8', at: at(2_000), change: 8.5, quantityAfter: 20.5, reason: 'count', location: 'A-01' },
      ]);
    });

    it('reads in the order of SKUs, over more than one page, what a filter asks for', async () => {
      const of = organization();
      const many = Array.from({ length: 1_203 }, (_, i) =>
        product({ sku: `S${String(i).padStart(5, '0')}`, category: i % 2 === 0 ? 'even' : 'odd', location: i % 3 === 0 ? 'A' : null }),
      );
      for (let i = 0; i < many.length; i += 400) await opened.inventory.put(of, many.slice(i, i + 400).reverse(), delivery);
      expect(await skusOf(of)).toEqual(many.map(({ sku }) => sku));
      expect(await skusOf(of, { categories: ['odd'] })).toHaveLength(601);
      expect(await skusOf(of, { categories: ['odd', 'even'], locations: ['A'] })).toHaveLength(401);
      expect(await skusOf(of, { skus: ['S00003', 'S00004', 'none'], categories: ['odd'] })).toEqual(['S00003']);
      expect(await skusOf(of, { skus: [] })).toEqual([]);
    });

    it('orders SKUs by their characters, whatever these are', async () => {
      const of = organization();
      const skus = ['10', '9', 'B', 'a', 'é', '日本', '😀'];
      await opened.inventory.put(
        of,
        [...skus].reverse().map((sku) => product({ sku })),
        delivery,
      );
      expect(await skusOf(of)).toEqual(skus);
    });

    it('removes products and keeps their history', async () => {
      const of = organization();
      await opened.inventory.put(of, [bolt, product({ sku: 'NUT-8' })], delivery);
      await opened.inventory.put(of, [product({ quantity: 1 })], { ...delivery, key: 'run-2' });
      expect(await opened.inventory.remove(of, ['BOLT-8', 'unknown'])).toBe(1);
      expect(await skusOf(of)).toEqual(['NUT-8']);
      expect(await movementsOf(of)).toHaveLength(1);
    });

    it('records movements in the order of time, each id once, and reads those of a period', async () => {
      const of = organization();
      const movement = (n: number, sku: string) => ({
        id: `m-${n}`,
        sku,
        at: at(n),
        change: n - 0.5,
        quantityAfter: n,
        reason: 'sale',
        location: n === 1 ? null : 'B-02',
      });
      await opened.inventory.put(of, [bolt, product({ sku: 'NUT-8', category: 'Nuts' })], delivery);
      expect(await opened.inventory.record(of, [movement(3, 'BOLT-8'), movement(1, 'NUT-8'), movement(2, 'BOLT-8')])).toBe(3);
      expect(await opened.inventory.record(of, [movement(3, 'BOLT-8'), movement(4, 'NUT-8')])).toBe(1);
      const period = { from: at(2), to: at(4) };
      const read = await all(opened.inventory.movements(of, period));
      expect(read).toEqual([movement(2, 'BOLT-8'), movement(3, 'BOLT-8')].map(({ id: _, ...rest }) => rest));
      expect((await movementsOf(of, { categories: ['Nuts'] })).map((m) => m.at)).toEqual([at(1), at(4)]);
      expect((await movementsOf(of, { skus: ['BOLT-8'], locations: ['B-02'] })).map((m) => m.at)).toEqual([at(2), at(3)]);
      expect(await movementsOf(of, { locations: ['Z'] })).toEqual([]);
      expect((await opened.inventory.find(of, ['BOLT-8'])).get('BOLT-8')?.quantity).toBe(12);
    });

    it('reads movements of one moment that fill more than a page', async () => {
      const of = organization();
      const many = Array.from({ length: 1_100 }, (_, i) => ({
        id: `${i}`,
        sku: 'BOLT-8',
        at: at(7),
        change: 1,
        quantityAfter: i,
        reason: 'count',
        location: null,
      }));
      for (let i = 0; i < many.length; i += 300) await opened.inventory.record(of, many.slice(i, i + 300));
      expect(new Set((await movementsOf(of)).map(({ quantityAfter }) => quantityAfter)).size).toBe(1_100);
    });

    it('keeps lists by their names', async () => {
      const of = organization();
      await opened.inventory.putList(of, 'critical_items', ['A', 'B']);
      await opened.inventory.putList(of, 'empty', []);
      await opened.inventory.putList(of, 'critical_items', ['C']);
      expect(await opened.inventory.list(of, 'critical_items')).toEqual(['C']);
      expect(await opened.inventory.list(of, 'empty')).toEqual([]);
    });

    it('keeps organizations apart', async () => {
      const [mine, yours] = [organization(), organization()];
      await opened.inventory.put(mine, [bolt], delivery);
      await opened.inventory.putList(mine, 'critical_items', ['BOLT-8']);
      await opened.inventory.put(yours, [product({ quantity: 7 })], delivery);
      await opened.inventory.put(yours, [product({ quantity: 8 })], { ...delivery, key: 'run-2' });
      expect(await opened.inventory.list(yours, 'critical_items')).toBeNull();
      expect(await opened.inventory.remove(yours, ['BOLT-8'])).toBe(1);
      expect(await all(opened.inventory.products(mine))).toEqual([bolt]);
      expect(await movementsOf(mine)).toEqual([]);
      expect(await movementsOf(yours)).toHaveLength(1);
    });

    it.each([hostileText, '$where', '{"$gt":""}', '__proto__', "'; DROP TABLE products; --", 'a.b', '%', '*'])(
      'takes %j for a text and nothing else',
      async (text) => {
        const of = organization();
        const hostile = product({ sku: text, name: text, category: text, location: text });
        await opened.inventory.put(of, [bolt, hostile], delivery);
        await opened.inventory.putList(of, text, [text]);
        expect(await opened.inventory.list(of, text)).toEqual([text]);
        expect(await opened.inventory.find(of, [text])).toEqual(new Map([[text, hostile]]));
        expect(await all(opened.inventory.products(of, { skus: [text], categories: [text], locations: [text] }))).toEqual([hostile]);
        expect(await opened.inventory.remove(of, [text])).toBe(1);
        expect(await all(opened.inventory.products(of))).toEqual([bolt]);
      },
    );
  });
};
