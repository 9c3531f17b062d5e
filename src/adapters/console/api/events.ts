import { api, request } from './client.js';
import type { Page } from './jobs.js';
import type { LogEvent } from './wire.js';

/** The newest events of these types, oldest first; looked for among the newest of the log. */
export const lastEvents = async (types: readonly LogEvent['type'][], last: number, signal: AbortSignal): Promise<readonly LogEvent[]> =>
  (await request<Page<LogEvent>>('GET', api`/events`, { query: { type: types, last }, signal })).items;

/** The events of a job from its beginning. A page that is not full is the last. */
export const jobEvents = (name: string, cursor: string | null, limit: number, signal: AbortSignal): Promise<Page<LogEvent>> =>
  request('GET', api`/jobs/${name}/events`, { query: { limit, cursor: cursor ?? undefined }, signal });
