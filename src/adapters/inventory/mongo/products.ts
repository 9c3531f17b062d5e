import type { AnyBulkWriteOperation, Db, Document, Filter } from 'mongodb';
import type { InventoryReader, InventoryWriter, Product, ProductFilter, StockChange } from '../../../application/ports/inventory.js';
import { answered, streamed } from './connect.js';
import type { Mapping } from './mapping.js';
import { recordMovements } from './movements.js';
import { at, instantAt, nested, numberAt, textAt } from './values.js';

const batchSize = 500;

/**
 * Every value of a filter is proven a text by whoever asks, and is compared with `$eq` or `$in`: nothing in it is an operator. An index
 * on organization and SKU makes all of this quick; none is made in collections that belong to an application.
 */
export const productQueries = (
  db: Db,
  mapping: Mapping,
): Pick<InventoryReader, 'products' | 'find' | 'list'> & Pick<InventoryWriter, 'put' | 'remove' | 'putList'> => {
  const { collections, products: names, lists: listNames, owners } = mapping;
  const products = db.collection<Document>(collections.products);
  const lists = db.collection<Document>(collections.lists);
  const owned = (organization: string): Filter<Document> => owners.filter(organization, names.organization);

  const asked = (organization: string, { skus, categories, locations }: ProductFilter): Filter<Document> => ({
    ...owned(organization),
    ...(skus && { [names.sku]: { $in: skus.flatMap(storedSkus) } }),
    ...(categories && { [names.category]: { $in: [...categories] } }),
    ...(locations && { [names.location]: { $in: [...locations] } }),
  });

  const documentsOf = (organization: string, skus: readonly string[]): Promise<Document[]> =>
    products.find(asked(organization, { skus })).sort({ _id: 1 }).toArray();

  const fieldsOf = ({ name, quantity, reorderPoint, category, location, unitCost, updatedAt }: Product): Document => ({
    [names.name]: name,
    [names.quantity]: quantity,
    [names.reorderPoint]: reorderPoint,
    [names.category]: category,
    [names.location]: location,
    [names.unitCost]: unitCost,
    [names.updatedAt]: new Date(updatedAt),
  });

  const productOf = (document: Document): readonly Product[] => {
    const sku = textAt(document, names.sku);
    const quantity = numberAt(document, names.quantity);
    // What has no SKU or is not counted is no stock.
    if (sku === null || quantity === null) return [];
    return [
      {
        sku,
        name: textAt(document, names.name) ?? sku,
        quantity,
        reorderPoint: numberAt(document, names.reorderPoint),
        category: textAt(document, names.category),
        location: textAt(document, names.location),
        unitCost: numberAt(document, names.unitCost),
        updatedAt: instantAt(document, names.updatedAt),
      },
    ];
  };

  return {
    products: async function* (organization, filter = {}) {
      const cursor = products
        .find(asked(organization, filter))
        .sort({ [names.sku]: 1, _id: 1 })
        .batchSize(batchSize);
      for await (const document of streamed(cursor)) yield* productOf(document);
    },
    find: (organization, skus) =>
      answered(async () => new Map((await documentsOf(organization, skus)).flatMap(productOf).map((product) => [product.sku, product]))),
    list: (organization, name) =>
      answered(async () => {
        const list = await lists.findOne({ ...owners.filter(organization, listNames.organization), [listNames.name]: { $eq: name } });
        const skus = list && at(list, listNames.skus);
        return Array.isArray(skus) ? skus.map(String) : null;
      }),
    put: (organization, given, change) =>
      answered(async () => {
        const known = new Map(
          (
            await documentsOf(
              organization,
              given.map(({ sku }) => sku),
            )
          ).map((d) => [textAt(d, names.sku), d]),
        );
        // Before the products: a repetition of what was broken off in between still sees what they were.
        await recordMovements(
          db,
          mapping,
          organization,
          given.flatMap((product) => movementOf(product, known, change)),
        );
        const writes = given.map((product): AnyBulkWriteOperation<Document> => {
          const { sku } = product;
          const document = known.get(sku);
          const fields = fieldsOf(product);
          if (document) return { updateOne: { filter: { _id: { $eq: document._id } }, update: { $set: fields } } };
          const named = { [names.organization]: owners.idOf(organization), [names.sku]: sku };
          return { insertOne: { document: nested({ ...named, ...fields }) } };
        });
        if (writes.length > 0) await products.bulkWrite(writes, { ordered: false });
      }),
    remove: (organization, skus) => answered(async () => (await products.deleteMany(asked(organization, { skus }))).deletedCount),
    putList: (organization, name, skus) =>
      answered(async () => {
        const mine = { ...owners.filter(organization, listNames.organization), [listNames.name]: { $eq: name } };
        const { matchedCount } = await lists.updateOne(mine, { $set: { [listNames.skus]: [...skus] } });
        const named = { [listNames.organization]: owners.idOf(organization), [listNames.name]: name };
        if (matchedCount === 0) await lists.insertOne(nested({ ...named, [listNames.skus]: [...skus] }));
      }),
  };

  function movementOf(product: Product, known: ReadonlyMap<string | null, Document>, { reason, at, key }: StockChange) {
    const document = known.get(product.sku);
    const before = document ? numberAt(document, names.quantity) : null;
    const { sku, quantity, location } = product;
    if (before === null || before === quantity) return [];
    return [{ id: `${key}/${sku}/${quantity}`, sku, at, change: quantity - before, quantityAfter: quantity, reason, location }];
  }
};

/** Some applications keep an SKU of digits as a number. */
const storedSkus = (sku: string): readonly (string | number)[] => (/^(0|[1-9]\d{0,14})$/.test(sku) ? [sku, Number(sku)] : [sku]);
