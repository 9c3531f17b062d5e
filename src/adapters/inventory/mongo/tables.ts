import { type AnyBulkWriteOperation, BSON, type Db, type Document, type Filter } from 'mongodb';
import { type DataTables, type OldRows, TableRefused } from '../../../application/ports/dataTables.js';
import { tableRules } from '../tableRules.js';
import { answered, streamed } from './connect.js';
import type { Mapping } from './mapping.js';
import { at } from './values.js';

const pageSize = 500;

/** Collections as tables. Only dates of BSON are instants here; rows travel as canonical extended JSON, which keeps every type. */
export const dataTables = (db: Db, { products, owners }: Mapping, defaultOrganization: string, allowed: readonly string[]): DataTables => {
  const rules = { allowed, cleanable: allowed };
  const { allow, allowCleaning } = tableRules(rules);
  const owned = (organization: string): Filter<Document> => owners.filter(organization, products.organization);

  const exists = async (table: string): Promise<boolean> =>
    allowed.includes(table) && (await db.listCollections({ name: table }, { nameOnly: true }).toArray()).length > 0;
  const existing = async (table: string): Promise<string> => {
    if (await exists(allow(table))) return table;
    throw new TableRefused(`there is no collection "${table}" in the database ${db.databaseName}`);
  };

  const old = ({ organization, dateField, before }: OldRows): Filter<Document> => {
    if (!/^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*$/.test(dateField)) throw new TableRefused(`"${dateField}" is not the name of a field`);
    return { $and: [owned(organization), { [dateField]: { $lt: new Date(before), $type: 'date' } }] };
  };

  const rowOf = (json: string, number: number, organization: string): Document => {
    const row: unknown = parsed(json, number);
    if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new TableRefused(`row ${number} is no object`);
    const owner = at(row, products.organization) ?? defaultOrganization;
    if (String(owner) !== String(owners.idOf(organization))) throw new TableRefused(`row ${number} belongs to another organization`);
    return row;
  };

  return {
    ...rules,
    exists: (table) => answered(() => exists(table)),
    count: (rows) => answered(async () => db.collection(await existing(allowCleaning(rows).table)).countDocuments(old(rows))),
    deleteOldest: (rows, limit) =>
      answered(async () => {
        const collection = db.collection(await existing(allowCleaning(rows).table));
        const found = await collection
          .find(old(rows), { projection: { _id: 1 } })
          .sort({ [rows.dateField]: 1 })
          .limit(limit)
          .toArray();
        if (found.length === 0) return 0;
        // What has been made younger in the meantime stays.
        return (await collection.deleteMany({ $and: [{ _id: { $in: found.map(({ _id }) => _id) } }, old(rows)] })).deletedCount;
      }),
    dump: async function* (organization, table) {
      const collection = db.collection(await answered(() => existing(table)));
      for await (const row of streamed(collection.find(owned(organization)).batchSize(pageSize)))
        yield BSON.EJSON.stringify(row, { relaxed: false });
    },
    restore: (organization, table, rows) =>
      answered(async () => {
        const collection = db.collection(allow(table));
        if (await collection.findOne(owned(organization)))
          throw new TableRefused(`collection "${table}" has documents of this organization; only an empty one is restored`);
        const added: unknown[] = [];
        try {
          for await (const page of pagesOf(rows)) {
            const documents = page.map((row, index) => rowOf(row, added.length + index + 1, organization));
            added.push(...documents.map(({ _id }) => _id));
            await collection.bulkWrite(documents.map((document): AnyBulkWriteOperation => ({ insertOne: { document } })));
          }
        } catch (error) {
          // Of this organization there were none: what of these ids is there now has come from here.
          for (let from = 0; from < added.length; from += pageSize)
            await collection.deleteMany({ $and: [{ _id: { $in: added.slice(from, from + pageSize) as never[] } }, owned(organization)] });
          throw error;
        }
        return added.length;
      }),
  };
};

const parsed = (json: string, number: number): unknown => {
  try {
    return BSON.EJSON.parse(json, { relaxed: false });
  } catch (error) {
    throw new TableRefused(`row ${number} is no extended JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
};

async function* pagesOf(rows: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let page: string[] = [];
  for await (const row of rows) {
    if (page.push(row) < pageSize) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
