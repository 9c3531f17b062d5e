import { z } from 'zod';
import type { JobInput, ScheduleInput } from '../../../application/api/types.js';
import { route } from '../route.js';
import { forecast as forecastSchema, jobDefinition, upcoming, whatIf as whatIfSchema } from '../schemas.js';
import { inOrganization, instantText, jobInput, wholeNumber } from './inputs.js';
import { inputOf } from './jobInputs.js';

/** What would be. None of it changes anything. */

const tag = 'schedules';
const scope = 'read';

const preview = route({
  method: 'POST',
  path: '/api/v1/preview',
  scope,
  tag,
  summary: 'The coming occurrences of a schedule, before there is a job',
  query: inOrganization,
  body: z.strictObject({
    schedule: z.unknown(),
    after: instantText.optional().describe('default: now'),
    count: z.int({ error: 'must be a whole number' }).optional().describe('1 to 100; default 10'),
  }),
  answers: { 200: { description: 'the occurrences', schema: z.strictObject({ items: z.array(upcoming) }) } },
  problems: [],
  handle: async ({ body: { schedule, after, count }, dependencies: { scheduler } }) => {
    const options = { ...(after !== undefined && { after }), ...(count !== undefined && { count }) };
    return { status: 200, body: { items: scheduler.previewSchedule(schedule as ScheduleInput, options) } };
  },
});

const whatIf = route({
  method: 'POST',
  path: '/api/v1/what-if',
  scope,
  tag,
  summary: 'What a definition would change in the coming days',
  description: 'The body is that of `POST /jobs`. Answers with the problem that scheduling it would answer with.',
  query: inOrganization.extend({ days: wholeNumber(1, 366).optional().describe('default 7') }),
  body: jobInput,
  bodyDoc: jobDefinition,
  answers: { 200: { description: 'the difference', schema: whatIfSchema } },
  problems: [],
  handle: async ({ body, query: { days }, jobs }) => ({
    status: 200,
    body: await jobs.whatIf(inputOf(body, undefined, undefined) as JobInput, { ...(days !== undefined && { days }) }),
  }),
});

const forecast = route({
  method: 'GET',
  path: '/api/v1/forecast',
  atOnce: 2,
  scope,
  tag,
  summary: 'The coming days, played with recorded durations',
  query: inOrganization.extend({ days: wholeNumber(1, 31).optional().describe('default 7') }),
  answers: { 200: { description: 'what is to be expected', schema: forecastSchema } },
  problems: [],
  handle: async ({ query: { days }, jobs }) => ({ status: 200, body: await jobs.forecast({ ...(days !== undefined && { days }) }) }),
});

export const planRoutes = [preview, whatIf, forecast];
