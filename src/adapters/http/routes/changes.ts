import { z } from 'zod';
import { runOf } from '../../../application/api/present.js';
import type { JobsApi, RunResult } from '../../../application/api/types.js';
import { SchedulerError } from '../../../domain/errors.js';
import { locationOf, route } from '../route.js';
import { backfilled, job, run as runSchema } from '../schemas.js';
import { inOrganization, named, note, text } from './inputs.js';

/** What is asked of a job that there is. */

const tag = 'jobs';
const scope = 'operate';
const method = 'POST';
const noted = z.strictObject({ note });

const pause = route({
  method,
  path: '/api/v1/jobs/{name}/pause',
  scope,
  tag,
  summary: 'Start no more runs until it is resumed',
  params: named,
  query: inOrganization,
  body: z.strictObject({ note, until: text(40).optional().describe('resume by itself at this instant') }),
  bodyOptional: true,
  answers: { 200: { description: 'the job', schema: job } },
  problems: [],
  handle: async ({ params: { name }, body: { note, until }, jobs }) => ({
    status: 200,
    body: await jobs.toggleJob(name, false, { ...(note !== undefined && { note }), ...(until !== undefined && { until }) }),
  }),
});

const resume = route({
  method,
  path: '/api/v1/jobs/{name}/resume',
  scope,
  tag,
  summary: 'Let a paused job run again',
  params: named,
  query: inOrganization,
  body: noted,
  bodyOptional: true,
  answers: { 200: { description: 'the job', schema: job } },
  problems: [],
  handle: async ({ params: { name }, body: { note }, jobs }) => ({
    status: 200,
    body: await jobs.toggleJob(name, true, { ...(note !== undefined && { note }) }),
  }),
});

const cancel = route({
  method,
  path: '/api/v1/jobs/{name}/cancel',
  scope,
  tag,
  summary: 'End a job: stop what runs, drop what was to come, keep its history',
  params: named,
  query: inOrganization,
  body: noted,
  bodyOptional: true,
  answers: { 200: { description: 'the job', schema: job } },
  problems: [],
  handle: async ({ params: { name }, body: { note }, jobs }) => ({
    status: 200,
    body: await jobs.cancelJob(name, { ...(note !== undefined && { note }) }),
  }),
});

const longestWaitMs = 50_000;
const waiting = {
  wait: z.boolean({ error: 'must be true or false' }).default(false),
  waitMs: z
    .int({ error: 'must be a whole number of milliseconds' })
    .min(0, 'must be at least 0')
    .max(longestWaitMs, `must be at most ${longestWaitMs}`)
    .default(30_000)
    .describe('how long to wait, in milliseconds'),
};

const run = route({
  method,
  path: '/api/v1/jobs/{name}/run',
  scope,
  tag,
  summary: 'Run a job now',
  description: 'Answers as soon as the run is queued; with `wait` when it is over, or has not ended in time and goes on.',
  params: named,
  query: inOrganization,
  // Whatever they are: the scheduler reads them as they were sent.
  body: z.strictObject({ parameters: z.custom<Parameters>().optional(), ...waiting }),
  bodyDoc: z.strictObject({ parameters: z.record(z.string(), z.unknown()).optional().describe('over the stored ones'), ...waiting }),
  bodyOptional: true,
  answers: {
    200: { description: 'with `wait`: how it ended', schema: runSchema },
    202: { description: 'it is queued, or still under way; Location names the execution', schema: runSchema },
  },
  problems: [409, 410],
  handle: async ({ params: { name }, body: { parameters, wait, waitMs }, jobs, ...asked }) => {
    const result = await (wait ? runWithin(waitMs, name, parameters, jobs) : jobs.runNow(name, parameters, { wait: false }));
    const isOver = result.status === 'completed' || result.status === 'failed' || result.status === 'cancelled';
    return { status: isOver ? 200 : 202, body: result, headers: locationOf(`/api/v1/executions/${result.executionId}`, asked) };
  },
});

/** How the run ended, or how far it is when the time is over. */
const runWithin = async (waitMs: number, name: string, parameters: Parameters | undefined, jobs: JobsApi): Promise<RunResult> => {
  let queued = '';
  const onQueued = (executionId: string): void => {
    queued = executionId;
  };
  try {
    return await jobs.runNow(name, parameters, { waitMs, onQueued });
  } catch (error) {
    if (!(error instanceof SchedulerError) || error.code !== 'WAIT_TIMEOUT') throw error;
    return runOf(await jobs.getExecution(queued));
  }
};

type Parameters = { readonly [name: string]: unknown };

const backfill = route({
  method,
  path: '/api/v1/jobs/{name}/backfill',
  scope,
  tag,
  summary: 'Run a job for occurrences of the past, whatever became of them',
  params: named,
  query: inOrganization,
  body: z.strictObject({ from: text(40), to: text(40) }),
  answers: { 202: { description: 'these runs are queued', schema: backfilled } },
  problems: [409],
  handle: async ({ params: { name }, body: { from, to }, jobs }) => ({ status: 202, body: await jobs.backfill(name, from, to) }),
});

export const changeRoutes = [run, pause, resume, cancel, backfill];
