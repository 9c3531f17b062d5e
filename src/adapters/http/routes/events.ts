import { z } from 'zod';
import type { EventFilter, PublishedEvent } from '../../../application/api/types.js';
import { jobEventTypes } from '../../../domain/job/index.js';
import { HttpError } from '../problem.js';
import { type Answer, type Asked, route } from '../route.js';
import { event, jobName, page } from '../schemas.js';
import { inOrganization, named, text, wholeNumber } from './inputs.js';

/** What has happened and happens: as pages, or as a stream. */

const tag = 'events';
const scope = 'read';
const method = 'GET';
const eventStream = 'text/event-stream';

const eventType = z.enum(jobEventTypes, { error: `must be one of ${jobEventTypes.join(', ')}` });
const wanted = inOrganization.extend({
  type: z
    .union([eventType, z.array(eventType).max(30)], { error: 'must be types of events' })
    .optional()
    .describe('one or, given again, several'),
  after: text(40).optional().describe('what follows the event with this sequence; `now`: what comes from now on'),
  cursor: text(40).optional().describe('the same, as a page before gave it'),
  last: wholeNumber(1, 1_000).optional().describe('so many of the newest, of the newest 20,000 commits'),
  limit: wholeNumber(1, 1_000).optional().describe('of a page; default 100'),
});
const headers = z.object({
  'last-event-id': z.string().optional().describe('of a stream: go on after the event with this id'),
});
const description =
  `With \`Accept: ${eventStream}\` a stream that goes on with new events as they come, each with its sequence as its id, and a
comment every 15 seconds; without \`after\`, \`last\` or \`Last-Event-ID\` it begins now. Else a page of the log from its beginning;
\`nextCursor\` leads on from its last event, also where no event follows yet.`.replaceAll('\n', ' ');
const answers = {
  200: { description: 'a page of events, or a stream of them', schema: page(event) },
};

const all = route({
  method,
  path: '/api/v1/events',
  scope,
  tag,
  produces: eventStream,
  summary: 'The events of an organization, in the order of the log',
  description,
  headers,
  query: wanted.extend({ job: jobName.optional() }),
  answers,
  problems: [503],
  handle: async (asked) => answer(asked, asked.query, asked.query.job),
});

const ofJob = route({
  method,
  path: '/api/v1/jobs/{name}/events',
  scope,
  tag,
  produces: eventStream,
  summary: 'The events of a job, in the order of the log',
  description,
  params: named,
  headers,
  query: wanted,
  answers,
  problems: [503],
  handle: async (asked) => {
    await asked.jobs.getJob(asked.params.name);
    return answer(asked, asked.query, asked.params.name);
  },
});

type Wanted = z.output<typeof wanted>;

const usualLimit = 100;

const answer = async ({ jobs, headers, signal, takesStream }: Asked, query: Wanted, jobName: string | undefined): Promise<Answer> => {
  const { type, last, limit = usualLimit, cursor, after = cursor } = query;
  if (cursor !== undefined && query.after !== undefined) throw new HttpError(400, 'BAD_REQUEST', 'give either after or cursor');
  const filter: EventFilter = {
    ...(type !== undefined && { type }),
    ...(jobName !== undefined && { jobName }),
  };
  const start = after === undefined ? {} : { after };
  if (takesStream) {
    const lastSeen = headers['last-event-id'];
    const from =
      typeof lastSeen === 'string' && lastSeen !== '' ? { after: lastSeen } : last === undefined ? { after: after ?? 'now' } : { last };
    // What is wrong with it is told before the stream begins.
    await none(jobs.events({ ...filter, ...from, signal: AbortSignal.abort() }));
    return { status: 200, events: (ended) => jobs.events({ ...filter, ...from, follow: true, signal: ended }) };
  }
  const items: PublishedEvent[] = [];
  for await (const one of jobs.events({ ...filter, ...start, ...(last !== undefined && { last }), signal })) {
    items.push(one);
    if (items.length === (last ?? limit)) break;
  }
  return { status: 200, body: { items, nextCursor: items.at(-1)?.sequence ?? (after === 'now' ? null : (after ?? null)) } };
};

const none = async (events: AsyncIterableIterator<PublishedEvent>): Promise<void> => {
  await events.next();
};

export const eventRoutes = [all, ofJob];
