import type { Db, Document, Long } from 'mongodb';
import { Lru } from '../../../application/lru.js';
import { type durable, ordered } from '../connect.js';
import { confirmed, duplicateKey, type Unconfirmed, unavailable } from '../failures.js';

/** Others save the same rows at the same moment: each round at least one of us has gone forward. */
const mostRounds = 50;
const rememberedKeys = 50_000;

type Concern = typeof durable | typeof ordered;
type Guarded = Document & { readonly _id: string };
type WriteError = { readonly index: number; readonly code: number; readonly errmsg?: string };

/**
 * Puts documents into a collection: only where the stored one has a lower number in the field `guard`, or there is none. On a server
 * that updates a document in one step this holds beside any number of others that do the same.
 */
export const guardedWrite = (db: Db, collection: string, guard: string, concern: Concern = ordered) => {
  /** Keys that are stored already. All others are inserted, which is far less work than to look for them first. */
  const stored = new Lru<string, true>(rememberedKeys);

  /** Returns those whose key is taken. */
  const insert = async (documents: readonly Guarded[]): Promise<readonly Guarded[]> => {
    if (documents.length === 0) return [];
    const errors = await run(db, { insert: collection, documents, ordered: false, writeConcern: concern });
    return errors.flatMap(({ index }) => documents[index] ?? []);
  };

  /** Returns those that may still be newer than what is stored. */
  const replace = async (documents: readonly Guarded[]): Promise<readonly Guarded[]> => {
    const updates = documents.map((document) => ({
      q: { _id: document._id, [guard]: { $lt: document[guard] } },
      u: document,
      upsert: true,
    }));
    const errors = await run(db, { update: collection, updates, ordered: false, writeConcern: concern });
    return errors.length > 0 ? stillNewer(db, collection, guard, documents) : [];
  };

  return async (documents: readonly Guarded[]): Promise<void> => {
    const known = documents.filter(({ _id }) => stored.get(_id));
    let left = [...known, ...(await insert(documents.filter(({ _id }) => !stored.get(_id))))];
    for (const { _id } of documents) stored.set(_id, true);
    for (let round = 0; left.length > 0; round++) {
      if (round === mostRounds) throw unavailable(new Error(`documents of ${collection} change too fast to be replaced`));
      left = [...(await replace(left))];
    }
  };
};

/** Replaces documents, or creates them. */
export const put = async (db: Db, collection: string, documents: readonly Guarded[]): Promise<void> => {
  const updates = documents.map((document) => ({ q: { _id: document._id }, u: document, upsert: true }));
  const command = { update: collection, updates, ordered: false, writeConcern: ordered };
  // Two who create a document at once: the second finds it there when it tries again.
  if ((await run(db, command)).length > 0) await run(db, command);
};

/** Returns what failed because a key is taken. */
const run = async (db: Db, command: Document): Promise<readonly WriteError[]> => {
  const { writeErrors = [] } = confirmed((await db.command(command)) as { readonly writeErrors?: readonly WriteError[] } & Unconfirmed);
  const failure = writeErrors.find(({ code }) => code !== duplicateKey);
  if (failure) throw unavailable(new Error(failure.errmsg));
  return writeErrors;
};

/** An upsert that finds its key taken was beaten to it: by a newer document, or by an older one that it may now replace. */
const stillNewer = async (db: Db, collection: string, guard: string, documents: readonly Guarded[]): Promise<readonly Guarded[]> => {
  const ids = documents.map(({ _id }) => _id);
  const found = await db
    .collection<Guarded>(collection)
    .find({ _id: { $in: ids } }, { projection: { [guard]: 1 } })
    .toArray();
  const numbers = new Map(found.map((document) => [document._id, Number(document[guard])]));
  return documents.filter((document) => (numbers.get(document._id) ?? -1) < (document[guard] as Long).toNumber());
};
