import { api, request } from './client.js';
import type { JobDraft, Page } from './jobs.js';
import type { Upcoming } from './wire.js';

export const preview = async (schedule: JobDraft, count: number, signal: AbortSignal): Promise<readonly Upcoming[]> =>
  (await request<Page<Upcoming>>('POST', api`/preview`, { body: { schedule, count }, signal })).items;
