import { z } from 'zod';
import type { JobInput, JobQuery } from '../../../application/api/types.js';
import { SchedulerError } from '../../../domain/errors.js';
import { jobStatuses } from '../../../domain/job/index.js';
import { HttpError } from '../problem.js';
import { toldOf } from '../reading.js';
import { type Answer, type Asked, locationOf, route } from '../route.js';
import { job, jobDefinition, jobStatus, page, scheduled } from '../schemas.js';
import { inOrganization, instantText, jobInput, named, text, wholeNumber } from './inputs.js';
import { type Definition, inputOf, organizationMeant } from './jobInputs.js';

/** What is scheduled, and what it is. */

const conditions = z.object({
  'if-match': z.string().optional().describe('refuse unless the job is at this version, such as `"3"`; `*`: unless there is such a job'),
  'if-none-match': z.literal('*').optional().describe('refuse if there is such a job already'),
  'idempotency-key': z.string().optional().describe('said again with the same key, it has one effect and the same answer'),
});
const scheduledAnswers = {
  200: { description: 'there was such a job: it is as you say now', schema: scheduled },
  201: { description: 'the job was created', schema: scheduled },
};
const tag = 'jobs';

const put = route({
  method: 'PUT',
  path: '/api/v1/jobs/{name}',
  scope: 'admin',
  tag,
  summary: 'Schedule a job, or update it',
  description: 'The definition as a whole: a field left out gets its default. The same definition again changes nothing.',
  params: named,
  query: inOrganization,
  headers: conditions,
  body: jobInput,
  bodyDoc: jobDefinition,
  answers: scheduledAnswers,
  problems: [409, 412],
  handle: (asked) => schedule(asked, asked.params.name),
});

const post = route({
  method: 'POST',
  path: '/api/v1/jobs',
  scope: 'admin',
  tag,
  summary: 'Schedule a job, or update it, by the name in the body',
  query: inOrganization,
  headers: conditions,
  body: jobInput,
  bodyDoc: jobDefinition,
  answers: scheduledAnswers,
  problems: [409, 412],
  handle: (asked) => schedule(asked, undefined),
});

const schedule = async (asked: Asked<unknown, unknown, Definition>, name: string | undefined): Promise<Answer> => {
  const { body, headers, access, dependencies } = asked;
  const input = inputOf(body, name, headers['idempotency-key']);
  const organization = organizationMeant(asked, body);
  const jobs = dependencies.scheduler.onBehalfOf(access.name, organization);
  const expected = await expectedOf(headers['if-match'], headers['if-none-match'], () => jobs.getJob(String(input.jobName)));
  // Whatever else is wrong with it is named by whoever reads all jobs.
  const result = await jobs.scheduleJob(input as JobInput, expected);
  return {
    status: result.created ? 201 : 200,
    body: result,
    headers: { ...etag(result.version), ...locationOf(`/api/v1/jobs/${result.jobName}`, { access, organization }) },
  };
};

const expectedOf = async (
  match: string | undefined,
  noneMatch: string | undefined,
  current: () => Promise<{ readonly version: number }>,
): Promise<{ readonly expectedVersion?: number }> => {
  if (noneMatch !== undefined) {
    if (noneMatch.trim() !== '*' || match !== undefined)
      throw new HttpError(400, 'BAD_REQUEST', 'If-None-Match: write `*`, and no If-Match beside it');
    return { expectedVersion: 0 };
  }
  if (match === undefined) return {};
  if (match.trim() === '*') return { expectedVersion: await current().then(({ version }) => version, noVersion) };
  const [, version] = /^\s*(?:"(\d{1,15})"|\d{1,15})\s*$/.exec(match) ?? [];
  const bare = /^\s*\d{1,15}\s*$/.test(match) ? match.trim() : undefined;
  const given = version ?? bare;
  if (given === undefined || Number(given) === 0)
    throw new HttpError(400, 'BAD_REQUEST', 'If-Match: write one version as the ETag has it, such as `"3"`, or `*`');
  return { expectedVersion: Number(given) };
};

/** What cannot be a job is refused for its faults, whatever version is given. */
const noVersion = (error: unknown): number => {
  if (error instanceof SchedulerError && error.code === 'INVALID_JOB') return Number.MAX_SAFE_INTEGER;
  if (error instanceof SchedulerError && error.code === 'JOB_NOT_FOUND')
    throw new SchedulerError('VERSION_MISMATCH', 'If-Match: there is no job of this name, so that no version of it matches');
  throw error;
};

const etag = (version: number): { readonly etag: string } => ({ etag: `"${version}"` });

const listed = inOrganization.extend({
  status: z
    .union([jobStatus, z.array(jobStatus).max(20)], { error: `must be one or several of ${jobStatuses.join(', ')}` })
    .optional()
    .describe('one or, given again, several'),
  type: text(128).optional(),
  tag: text(64).optional(),
  q: text(256).optional().describe('part of the name, the type or the description'),
  limit: wholeNumber(1, 1_000).optional().describe('default 100'),
  cursor: text(128).optional(),
});
const usualLimit = 100;

const list = route({
  method: 'GET',
  path: '/api/v1/jobs',
  scope: 'read',
  tag,
  summary: 'The jobs of an organization, in the order of their names',
  query: listed,
  answers: { 200: { description: 'a page of them', schema: page(job) } },
  problems: [],
  handle: async ({ query, jobs }) => {
    const { status, type, tag, q, limit = usualLimit, cursor } = query;
    const wanted: JobQuery = {
      limit,
      ...(status !== undefined && { status }),
      ...(type !== undefined && { jobType: type }),
      ...(tag !== undefined && { tag }),
      ...(q !== undefined && { search: q }),
      ...(cursor !== undefined && { cursor }),
    };
    const found = await jobs.getScheduledJobs(wanted);
    return { status: 200, body: { items: found, nextCursor: found.nextCursor ?? null } };
  },
});

const get = route({
  method: 'GET',
  path: '/api/v1/jobs/{name}',
  scope: 'read',
  tag,
  summary: 'A job, as it is or as it was at an instant',
  params: named,
  query: inOrganization.extend({ asOf: instantText.optional() }),
  answers: { 200: { description: 'the job', schema: job } },
  problems: [],
  handle: async ({ params: { name }, query: { asOf }, jobs }) => {
    const found = await (asOf === undefined ? jobs.getJob(name) : jobs.jobAsOf(name, asOf).catch(toldOf('asOf', { argument: 'at' })));
    return { status: 200, body: found, headers: asOf === undefined ? etag(found.version) : {} };
  },
});

const remove = route({
  method: 'DELETE',
  path: '/api/v1/jobs/{name}',
  scope: 'admin',
  tag,
  summary: 'Delete a job and its history for good',
  params: named,
  query: inOrganization,
  answers: { 204: { description: 'nothing is left of it' } },
  problems: [],
  handle: async ({ params: { name }, jobs }) => {
    await jobs.deleteJob(name);
    return { status: 204 };
  },
});

export const jobRoutes = [put, post, list, get, remove];
