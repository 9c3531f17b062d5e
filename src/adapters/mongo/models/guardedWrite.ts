import type { Db, Document, Long } from 'mongodb';
import { durable } from '../connect.js';
import { duplicateKey, unavailable } from '../failures.js';

/** Documents of one command, so that it stays far below the 16 MiB that one may have. */
const mostDocuments = 500;
const mostCharacters = 2 * 1024 * 1024;
/** Others save the same rows at the same moment: each round at least one of us has gone forward. */
const mostRounds = 50;

type Guarded = Document & { readonly _id: string };
type Reply = { readonly writeErrors?: readonly { readonly code: number; readonly errmsg?: string }[] };

/**
 * Replaces documents by newer ones: only where the stored one has a lower number in the field `guard`, or there is none. On a server
 * that updates a document in one step this holds beside any number of others that do the same.
 */
export const putNewer = async (db: Db, collection: string, guard: string, documents: readonly Guarded[]): Promise<void> => {
  let left = documents;
  for (let round = 0; round < mostRounds; round++) {
    const reply = await update(
      db,
      collection,
      left.map((document) => ({ q: { _id: document._id, [guard]: { $lt: document[guard] } }, u: document, upsert: true })),
    );
    if (!reply.writeErrors?.length) return;
    const failure = reply.writeErrors.find(({ code }) => code !== duplicateKey);
    if (failure) throw unavailable(new Error(failure.errmsg));
    left = await stillNewer(db, collection, guard, left);
    if (left.length === 0) return;
  }
  throw unavailable(new Error(`documents of ${collection} change too fast to be replaced`));
};

/** Replaces documents, or creates them. */
export const put = async (db: Db, collection: string, documents: readonly Guarded[]): Promise<void> => {
  const updates = documents.map((document) => ({ q: { _id: document._id }, u: document, upsert: true }));
  const { writeErrors } = await update(db, collection, updates);
  // Two who create a document at once: the second finds it there when it tries again.
  if (writeErrors?.some(({ code }) => code === duplicateKey)) await update(db, collection, updates);
};

const update = async (db: Db, collection: string, updates: readonly Document[]): Promise<Reply> =>
  (await db.command({ update: collection, updates, ordered: false, writeConcern: durable })) as Reply;

/** An upsert that finds its key taken was beaten to it: by a newer document, or by an older one that it may now replace. */
const stillNewer = async (db: Db, collection: string, guard: string, documents: readonly Guarded[]): Promise<readonly Guarded[]> => {
  const ids = documents.map(({ _id }) => _id);
  const stored = await db
    .collection<Guarded>(collection)
    .find({ _id: { $in: ids } }, { projection: { [guard]: 1 } })
    .toArray();
  const numbers = new Map(stored.map((document) => [document._id, Number(document[guard])]));
  return documents.filter((document) => (numbers.get(document._id) ?? -1) < (document[guard] as Long).toNumber());
};

/** Cuts rows into what one command can take. `sizeOf` is the length of the text that makes up most of a row. */
export const portions = <T>(rows: readonly T[], sizeOf: (row: T) => number): readonly (readonly T[])[] => {
  const all: T[][] = [];
  let room = 0;
  for (const row of rows) {
    const size = sizeOf(row);
    const last = all.at(-1);
    if (last && last.length < mostDocuments && size <= room) last.push(row);
    else {
      all.push([row]);
      room = mostCharacters;
    }
    room -= size;
  }
  return all;
};
