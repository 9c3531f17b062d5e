import { BSON, Decimal128, Long, MongoClient, ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { type MongoInventoryOptions, openMongoInventory } from '../../../src/adapters/inventory/mongo/index.js';
import { InventoryUnavailable, type Product } from '../../../src/application/ports/inventory.js';
import { instant } from '../../../src/domain/instant.js';
import { describeDataTables } from '../../contracts/dataTables.js';
import { describeInventory } from '../../contracts/inventory.js';
import { describeJobMemory } from '../../contracts/jobMemory.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { newDatabase } from '../mongo/open.js';

const at = instant(Date.UTC(2026, 0, 1));
const ever = { from: instant(0), to: instant(4e12) };

describeOnMongo('the inventory', (server, kind) => {
  let client: MongoClient;
  beforeAll(async () => {
    client = await new MongoClient(server().uri).connect();
    return () => client.close();
  });
  const open = (given: Partial<MongoInventoryOptions> = {}) =>
    openMongoInventory({ mongodb: server().uri, database: newDatabase(), defaultOrganization: 'default', ...given });

  describeInventory(kind, open);
  describeJobMemory(kind, open);
  describeDataTables(
    kind,
    async () => ({
      ...(await open({ tables: ['audit_logs', 'missing'] })),
      logRow: (organization, when, text) => {
        const createdAt = typeof when === 'number' ? new Date(when) : when;
        return BSON.EJSON.stringify({ _id: new ObjectId(), ...(organization && { organization }), createdAt, text }, { relaxed: false });
      },
    }),
    510,
  );

  describe("an application's own collections", () => {
    const acme = new ObjectId();
    const fields = {
      products: {
        organization: 'tenant.id',
        sku: 'code',
        quantity: 'stock.onHand',
        reorderPoint: 'stock.minimum',
        location: 'stock.bin',
      },
      movements: { organization: 'tenant.id', at: 'when' },
      lists: { skus: 'items' },
    };
    const theirs = async (documents: readonly object[]) => {
      const database = newDatabase();
      const items = client.db(database).collection('items');
      if (documents.length > 0) await items.insertMany(documents.map((document) => ({ ...document })));
      const opened = await open({ database, collections: { products: 'items' }, fields, organizationAs: 'objectId' });
      return { ...opened, items, db: client.db(database) };
    };
    const read = async (products: AsyncIterable<Product>): Promise<readonly Product[]> => {
      const all: Product[] = [];
      for await (const product of products) all.push(product);
      return all;
    };

    it('are read as they are: numbers as texts or decimals, fields that are missing', async () => {
      // FerretDB 1 has no decimals.
      const minimum = kind === 'ferretdb' ? '20' : Decimal128.fromString('20');
      const made = ObjectId.createFromTime(at / 1_000);
      const { inventory, close } = await theirs([
        {
          _id: made,
          tenant: { id: acme },
          code: 'A',
          stock: { onHand: ' 12.5 ', minimum },
          unitCost: '0.35',
        },
        { tenant: { id: acme }, code: 'B', name: 'Bee', stock: { onHand: Long.fromNumber(7), bin: 3 }, updatedAt: new Date(at + 1) },
        { tenant: { id: acme }, code: 'NOT-COUNTED', name: 'Service' },
        { tenant: { id: acme }, stock: { onHand: 1 } },
        { tenant: { id: new ObjectId() }, code: 'C', stock: { onHand: 1 } },
      ]);
      const empty = { reorderPoint: null, category: null, location: null, unitCost: null };
      expect(await read(inventory.products(acme.toHexString()))).toEqual([
        { ...empty, sku: 'A', name: 'A', quantity: 12.5, reorderPoint: 20, unitCost: 0.35, updatedAt: at },
        { ...empty, sku: 'B', name: 'Bee', quantity: 7, location: '3', updatedAt: at + 1 },
      ]);
      await close();
    });

    it('are an error, not a guess, where they cannot be read', async () => {
      const { inventory, close, items } = await theirs([{ _id: 'doc-1' as never, code: 'A', stock: { onHand: 'a dozen' } }]);
      await expect(read(inventory.products('default'))).rejects.toThrow(
        'The document doc-1 has "a dozen" as stock.onHand, which is not a number',
      );
      await items.updateOne({}, { $set: { stock: { onHand: 1 }, updatedAt: 'lately' } });
      await expect(inventory.find('default', ['A'])).rejects.toThrow(InventoryUnavailable);
      await close();
    });

    it('keep what else is in their documents, and whose they are', async () => {
      const organization = acme.toHexString();
      const { inventory, items, db, close } = await theirs([
        { tenant: { id: acme, plan: 'gold' }, code: 123, stock: { onHand: '5', reserved: 2 }, photos: ['a.png'] },
      ]);
      const put = { name: 'N', reorderPoint: 1, category: 'c', location: 'l', unitCost: 2, updatedAt: at };
      const products = [
        { ...put, sku: '123', quantity: 9 },
        { ...put, sku: 'NEW', quantity: 1 },
      ];
      await inventory.put(organization, products, { reason: 'count', at, key: 'k' });
      await inventory.put(organization, products, { reason: 'count', at, key: 'k' });
      const shared = { name: 'N', category: 'c', unitCost: 2, updatedAt: new Date(at) };
      expect(await items.find({}, { projection: { _id: 0 }, sort: { code: 1 } }).toArray()).toEqual([
        {
          ...shared,
          tenant: { id: acme, plan: 'gold' },
          code: 123,
          stock: { onHand: 9, reserved: 2, minimum: 1, bin: 'l' },
          photos: ['a.png'],
        },
        { ...shared, tenant: { id: acme }, code: 'NEW', stock: { onHand: 1, minimum: 1, bin: 'l' } },
      ]);
      expect(
        await db
          .collection('stock_movements')
          .find({}, { projection: { _id: 0 } })
          .toArray(),
      ).toEqual([{ tenant: { id: acme }, sku: '123', when: new Date(at), change: 4, quantityAfter: 9, reason: 'count', location: 'l' }]);
      expect(await inventory.remove(organization, ['123'])).toBe(1);
      await close();
    });

    it('that name no organization belong to the default one', async () => {
      const { inventory, db, close } = await theirs([{ code: 'A', stock: { onHand: 1 } }]);
      await db.collection('product_lists').insertOne({ name: 'critical_items', items: ['A', 7] });
      expect((await read(inventory.products('default'))).map(({ sku }) => sku)).toEqual(['A']);
      expect(await inventory.list('default', 'critical_items')).toEqual(['A', '7']);
      expect(await read(inventory.products('other'))).toEqual([]);
      await inventory.putList('default', 'critical_items', ['A']);
      expect(await db.collection('product_lists').countDocuments()).toBe(1);
      await close();
    });

    it('hold movements of any age and making', async () => {
      const { inventory, db, close } = await theirs([]);
      await db.collection('stock_movements').insertOne({ sku: 5, when: new Date(at), change: '-2' });
      const movements = [];
      for await (const movement of inventory.movements('default', ever)) movements.push(movement);
      expect(movements).toEqual([{ sku: '5', at, change: -2, quantityAfter: 0, reason: '', location: null }]);
      await close();
    });
  });
});

describe('a server that is not there', () => {
  it('is told within seconds, as an inventory that is not available', async () => {
    const opening = openMongoInventory({ mongodb: 'mongodb://127.0.0.1:1/', defaultOrganization: 'default' });
    await expect(opening).rejects.toThrow(InventoryUnavailable);
    await expect(openMongoInventory({ mongodb: 'no uri', defaultOrganization: 'default' })).rejects.toThrow(InventoryUnavailable);
  });
});
