import type { Collection, Filter } from 'mongodb';
import type { JobFilter, ReadModels } from '../../../application/ports/readModels.js';
import { streamOf } from '../../../application/streams.js';
import type { Instant } from '../../../domain/instant.js';
import type { JobStatus } from '../../../domain/job/index.js';
import { type JobDocument, jobOf, searchable } from './jobDocument.js';

/** Comes after the slash that ends the name of an organization, and before whatever begins with a longer name. */
const afterSlash = '0';

/** Per status one walk through an index in the order of names; the walks are merged. What has another status is not looked at. */
export const jobLister = (jobs: Collection<JobDocument>): ReadModels['listJobs'] => {
  const page = (filter: Filter<JobDocument>, limit: number): Promise<readonly JobDocument[]> =>
    jobs.find(filter, { projection: { json: 1, parameters: 1 }, sort: { _id: 1 }, limit, batchSize: limit }).toArray();

  return async (filter) => {
    const conditions = conditionsOf(filter);
    const pages = await Promise.all(walks(filter.statuses, filter.now).map((walk) => page({ ...conditions, ...walk }, filter.limit)));
    const inOrder = pages.length === 1 ? pages.flat() : pages.flat().sort((a, b) => (a._id < b._id ? -1 : 1));
    return inOrder.slice(0, filter.limit).map(jobOf);
  };
};

const walks = (statuses: readonly JobStatus[] | undefined, now: Instant): readonly Filter<JobDocument>[] => {
  if (!statuses) return [{ deleted: false }];
  const wanted = new Set(statuses);
  const whole = [...wanted].filter((status) => status !== 'scheduled').map((status) => ({ status }));
  if (wanted.has('scheduled') && wanted.has('queued')) return [...whole, { status: 'scheduled' }];
  // What is scheduled is queued from the moment on at which it is due.
  if (wanted.has('scheduled')) return [...whole, { status: 'scheduled', dueAt: { $gt: new Date(now) } }];
  return wanted.has('queued') ? [...whole, { status: 'scheduled', dueAt: { $lte: new Date(now) } }] : whole;
};

/** By their names, those after one. */
export const ofOrganization = (organization: string, after = ''): Filter<JobDocument> => ({
  _id: { $gt: streamOf(organization, after), $lt: organization + afterSlash },
});

const conditionsOf = ({ organization, jobType, tag, search, after }: JobFilter): Filter<JobDocument> => ({
  ...ofOrganization(organization, after),
  ...(jobType !== undefined && { jobType: { $eq: jobType } }),
  ...(tag !== undefined && { tags: { $eq: tag } }),
  ...(search !== undefined && { search: { $regex: literally(searchable(search)) } }),
});

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
