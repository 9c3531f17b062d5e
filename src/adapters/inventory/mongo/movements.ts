import { type Db, type Document, type Filter, MongoBulkWriteError } from 'mongodb';
import type { InventoryReader, InventoryWriter, RecordedMovement, StockMovement } from '../../../application/ports/inventory.js';
import { answered, streamed } from './connect.js';
import type { Mapping } from './mapping.js';
import { instantAt, nested, numberAt, textAt } from './values.js';

const batchSize = 500;

export const movementQueries = (db: Db, mapping: Mapping): Pick<InventoryReader, 'movements'> & Pick<InventoryWriter, 'record'> => {
  const { collections, movements: names, products, owners } = mapping;

  const skusIn = async (organization: string, categories: readonly string[]): Promise<readonly unknown[]> =>
    db
      .collection<Document>(collections.products)
      .distinct(products.sku, { ...owners.filter(organization, products.organization), [products.category]: { $in: [...categories] } });

  const movementOf = (document: Document): StockMovement => ({
    sku: textAt(document, names.sku) ?? '',
    at: instantAt(document, names.at),
    change: numberAt(document, names.change) ?? 0,
    quantityAfter: numberAt(document, names.quantityAfter) ?? 0,
    reason: textAt(document, names.reason) ?? '',
    location: textAt(document, names.location),
  });

  return {
    movements: async function* (organization, { from, to }, { skus, categories, locations } = {}) {
      const ofCategories = categories && (await answered(() => skusIn(organization, categories)));
      const filters: readonly Filter<Document>[] = [
        owners.filter(organization, names.organization),
        { [names.at]: { $gte: new Date(from), $lt: new Date(to) } },
        ...(skus ? [{ [names.sku]: { $in: [...skus] } }] : []),
        ...(ofCategories ? [{ [names.sku]: { $in: [...ofCategories] } }] : []),
        ...(locations ? [{ [names.location]: { $in: [...locations] } }] : []),
      ];
      const found = db
        .collection<Document>(collections.movements)
        .find({ $and: [...filters] })
        .sort({ [names.at]: 1, _id: 1 })
        .batchSize(batchSize);
      for await (const document of streamed(found)) yield movementOf(document);
    },
    record: (organization, movements) => answered(() => recordMovements(db, mapping, organization, movements)),
  };
};

/** By ids that are derived from theirs, so that a repetition adds nothing. */
export const recordMovements = async (
  db: Db,
  { collections, movements: names, owners }: Mapping,
  organization: string,
  movements: readonly RecordedMovement[],
): Promise<number> => {
  if (movements.length === 0) return 0;
  const documents = movements.map(({ id, sku, at, change, quantityAfter, reason, location }) => ({
    _id: `${organization}/${id}`,
    ...nested({
      [names.organization]: owners.idOf(organization),
      [names.sku]: sku,
      [names.at]: new Date(at),
      [names.change]: change,
      [names.quantityAfter]: quantityAfter,
      [names.reason]: reason,
      [names.location]: location,
    }),
  }));
  try {
    return (await db.collection<{ _id: string }>(collections.movements).insertMany(documents, { ordered: false })).insertedCount;
  } catch (error) {
    if (error instanceof MongoBulkWriteError && [error.writeErrors].flat().every(({ code }) => code === duplicateKey))
      return error.insertedCount;
    throw error;
  }
};

const duplicateKey = 11_000;
