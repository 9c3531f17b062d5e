import { type Filter, MongoServerError, type ObjectId } from 'mongodb';
import type { Collections, FileDocument } from './connect.js';

const page = 200;
const duplicateKey = 11_000;

export const newestFirst = { uploadDate: -1, _id: -1 } as const;

export const removeFiles = async (collections: Collections, filter: Filter<FileDocument>): Promise<void> => {
  for (;;) {
    const found = await collections.files.find(filter, { projection: { _id: 1 }, limit: page }).toArray();
    if (found.length === 0) return;
    for (const { _id } of found) await remove(collections, _id);
  }
};

/** Of files with one name the newest stays: whoever writes last sees all of them. */
export const removeOlder = async (collections: Collections, filename: string): Promise<void> => {
  const found = await collections.files.find({ filename: { $eq: filename } }, { projection: { _id: 1 }, sort: newestFirst }).toArray();
  for (const { _id } of found.slice(1)) await remove(collections, _id);
};

/** The file first, so that it is never there without its content; its id stays among the drafts until the chunks are gone too. */
const remove = async ({ files, chunks, drafts }: Collections, _id: ObjectId): Promise<void> => {
  await drafts.insertOne({ _id, since: _id.getTimestamp() }).catch((error) => {
    // Another node removes it as well.
    if (!(error instanceof MongoServerError && error.code === duplicateKey)) throw error;
  });
  await files.deleteOne({ _id });
  await chunks.deleteMany({ files_id: _id });
  await drafts.deleteOne({ _id });
};
