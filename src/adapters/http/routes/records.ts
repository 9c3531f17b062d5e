import { z } from 'zod';
import type { ArtifactInfo } from '../../../application/api/types.js';
import { route } from '../route.js';
import { comingRun, execution, executionDetails, explanation, page, stats } from '../schemas.js';
import { inOrganization, instantText, named, note, text, wholeNumber } from './inputs.js';

/** What became of a job's runs, and what is to come of it. */

const tag = 'jobs';
const scope = 'read';
const method = 'GET';

const history = route({
  method,
  path: '/api/v1/jobs/{name}/history',
  scope,
  tag,
  summary: 'Its executions, newest first',
  description: 'A page is longer by runs that were queued together.',
  params: named,
  query: inOrganization.extend({
    limit: wholeNumber(1, 1_000).optional().describe('default 20'),
    cursor: text(20).optional(),
  }),
  answers: { 200: { description: 'a page of them', schema: page(execution) } },
  problems: [],
  handle: async ({ params: { name }, query: { limit, cursor }, jobs }) => {
    const found = await jobs.historyPage(name, { ...(limit !== undefined && { limit }), ...(cursor !== undefined && { cursor }) });
    return { status: 200, body: { items: found, nextCursor: found.nextCursor ?? null } };
  },
});

const statistics = route({
  method,
  path: '/api/v1/jobs/{name}/stats',
  scope,
  tag,
  summary: 'Its statistics, over its whole life',
  params: named,
  query: inOrganization,
  answers: { 200: { description: 'the statistics', schema: stats } },
  problems: [],
  handle: async ({ params: { name }, jobs }) => ({ status: 200, body: await jobs.getJobStats(name) }),
});

const next = route({
  method,
  path: '/api/v1/jobs/{name}/next',
  scope,
  tag,
  summary: 'What it will start next',
  description: 'Nothing while it is paused without an end.',
  params: named,
  query: inOrganization.extend({
    after: instantText.optional(),
    count: wholeNumber(1, 100).optional().describe('default 10'),
  }),
  answers: { 200: { description: 'the coming runs', schema: z.strictObject({ items: z.array(comingRun) }) } },
  problems: [],
  handle: async ({ params: { name }, query: { after, count }, jobs }) => ({
    status: 200,
    body: { items: await jobs.comingRuns(name, { ...(after !== undefined && { after }), ...(count !== undefined && { count }) }) },
  }),
});

const explain = route({
  method,
  path: '/api/v1/jobs/{name}/explain',
  scope,
  tag,
  summary: 'Why it ran at an instant, or why not',
  params: named,
  query: inOrganization.extend({ at: instantText }),
  answers: { 200: { description: 'what became of the occurrence', schema: explanation } },
  problems: [],
  handle: async ({ params: { name }, query: { at }, jobs }) => ({ status: 200, body: await jobs.explain(name, at) }),
});

const byId = z.strictObject({ id: text(2_048) });

const get = route({
  method,
  path: '/api/v1/executions/{id}',
  scope,
  tag: 'executions',
  summary: 'An execution, with its attempts, progress, log and files',
  params: byId,
  query: inOrganization,
  answers: { 200: { description: 'the execution', schema: executionDetails } },
  problems: [],
  handle: async ({ params: { id }, jobs }) => ({ status: 200, body: await jobs.getExecution(id) }),
});

const cancel = route({
  method: 'POST',
  path: '/api/v1/executions/{id}/cancel',
  scope: 'operate',
  tag: 'executions',
  summary: 'Ask an execution to stop, and wait until it has',
  description:
    'One that is over stays as it is. A handler that does not listen within ten seconds is answered with 504; it is stopped later.',
  params: byId,
  query: inOrganization,
  body: z.strictObject({ note }),
  bodyOptional: true,
  answers: { 200: { description: 'the execution', schema: execution } },
  problems: [504],
  handle: async ({ params: { id }, body: { note }, jobs }) => ({
    status: 200,
    body: await jobs.cancelExecution(id, { ...(note !== undefined && { note }) }),
  }),
});

const artifact = route({
  method,
  path: '/api/v1/artifacts/{id}',
  scope,
  tag: 'executions',
  file: true,
  summary: 'A file that a run has made',
  params: byId,
  query: inOrganization,
  answers: { 200: { description: 'the file, with its SHA-256 in Repr-Digest' } },
  problems: [],
  handle: async ({ params: { id }, jobs }) => {
    const { content, ...info } = await jobs.openArtifact(id);
    return { status: 200, content, headers: fileHeaders(info) };
  },
});

/** Saved, and never shown: what a run has written is no page of this service. */
const fileHeaders = ({ name, mediaType, bytes, sha256, createdAt }: ArtifactInfo) => ({
  'content-type': mediaType,
  'content-length': String(bytes),
  'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
  'content-security-policy': "sandbox; default-src 'none'",
  'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
  'last-modified': createdAt.toUTCString(),
});

export const recordRoutes = [history, statistics, next, explain, get, cancel, artifact];
