import { api, request } from './client.js';
import type { Page } from './jobs.js';
import type { Forecast, JobDraft, Upcoming, WhatIf } from './wire.js';

/** The first occurrences after an instant, or after now. */
export const preview = async (schedule: JobDraft, count: number, signal: AbortSignal, after?: string): Promise<readonly Upcoming[]> =>
  (await request<Page<Upcoming>>('POST', api`/preview`, { body: { schedule, count, after }, signal })).items;

/** What saving this definition would change in the coming days. */
export const whatIf = (jobName: string, draft: JobDraft, days: number, signal: AbortSignal): Promise<WhatIf> =>
  request('POST', api`/what-if`, { query: { days }, body: { jobName, ...draft }, signal });

export const forecast = (days: number, signal: AbortSignal): Promise<Forecast> =>
  request('GET', api`/forecast`, { query: { days }, signal });
