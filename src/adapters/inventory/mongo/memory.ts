import type { Db } from 'mongodb';
import type { JobMemory } from '../../../application/ports/jobMemory.js';
import { answered } from './connect.js';

/** As text: no key of it means anything to a server. */
type MemoryDocument = { readonly _id: string; readonly jobId: string; readonly value: string };

export const jobMemory = (db: Db, collection: string): JobMemory => {
  const memories = db.collection<MemoryDocument>(collection);
  const idOf = (organization: string, jobName: string): string => `${organization}/${jobName}`;
  return {
    recall: ({ organization, jobName, jobId }) =>
      answered(async () => {
        const found = await memories.findOne({ _id: { $eq: idOf(organization, jobName) } });
        return found?.jobId === jobId ? JSON.parse(found.value) : null;
      }),
    remember: ({ organization, jobName, jobId }, value) =>
      answered(async () => {
        const filter = { _id: { $eq: idOf(organization, jobName) } };
        await memories.updateOne(filter, { $set: { jobId, value: JSON.stringify(value) } }, { upsert: true });
      }),
    forget: (organization, jobName, jobId) =>
      answered(async () => {
        await memories.deleteOne({ _id: { $eq: idOf(organization, jobName) }, jobId: { $ne: jobId ?? '' } });
      }),
  };
};
