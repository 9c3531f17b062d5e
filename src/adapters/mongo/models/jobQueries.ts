import type { Document, Filter } from 'mongodb';
import type { ReadModels, WorkItem } from '../../../application/ports/readModels.js';
import { instant } from '../../../domain/instant.js';
import type { Priority } from '../../../domain/job/index.js';
import type { Collections } from '../collections.js';
import { type JobDocument, jobOf } from './jobDocument.js';
import { jobLister, ofOrganization } from './jobLister.js';

type JobQueries = Pick<ReadModels, 'jobs' | 'listJobs' | 'countJobs' | 'work' | 'unclaimed' | 'running'>;

/** What has no date is not found by it. */
const anyTime = { $gte: new Date('0001-01-01T00:00:00Z') };
/** Keys of one query: so many sorted walks through an index the server merges without sorting. */
const keysAtOnce = 100;

const rowFields: Document = { json: 1, parameters: 1 };
const itemFields: Document = { handlerKey: 1, priority: 1, workAt: 1 };

export const jobQueries = ({ jobs }: Collections): JobQueries => {
  const items = async (filter: Filter<JobDocument>, sort: 'workAt' | 'dueAt', limit: number): Promise<readonly WorkItem[]> => {
    const found = await jobs.find(filter, { projection: itemFields, sort: { [sort]: 1 }, limit, batchSize: limit }).toArray();
    return found.flatMap(itemOf);
  };

  const work: ReadModels['work'] = async ({ handlerKeys, streams, priority, limit }) => {
    const byKey = chunks(handlerKeys).map((keys) => items({ handlerKey: { $in: keys }, priority, workAt: anyTime }, 'workAt', limit));
    const named = streams.length > 0 ? [items({ _id: { $in: [...streams] }, priority, workAt: anyTime }, 'workAt', limit)] : [];
    const found = (await Promise.all([...byKey, ...named])).flat();
    return [...new Map(found.map((item) => [item.stream, item])).values()].sort((a, b) => a.workAt - b.workAt).slice(0, limit);
  };

  const running: ReadModels['running'] = async (limit, after = '') => {
    const options = { projection: { _id: 1 }, sort: { _id: 1 }, limit, batchSize: limit } as const;
    const found = await jobs.find({ status: 'running', _id: { $gt: after } }, options).toArray();
    return found.map(({ _id }) => _id);
  };

  return {
    jobs: async (streams) => {
      const found = await jobs.find({ _id: { $in: [...streams] } }, { projection: rowFields }).toArray();
      return new Map(found.map((document) => [document._id, jobOf(document)]));
    },
    listJobs: jobLister(jobs),
    countJobs: (organization) => jobs.countDocuments({ ...ofOrganization(organization), deleted: false }),
    work,
    unclaimed: ({ handledKeys, dueBefore, limit }) =>
      items({ dueAt: { ...anyTime, $lt: new Date(dueBefore) }, handlerKey: { $nin: [...handledKeys] } }, 'dueAt', limit),
    running,
  };
};

const itemOf = ({ _id: stream, handlerKey, priority, workAt }: JobDocument): readonly WorkItem[] =>
  handlerKey && workAt ? [{ stream, handlerKey, priority: priority as Priority, workAt: instant(workAt.getTime()) }] : [];

const chunks = (keys: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(keys.length / keysAtOnce) }, (_, i) => keys.slice(i * keysAtOnce, (i + 1) * keysAtOnce));
