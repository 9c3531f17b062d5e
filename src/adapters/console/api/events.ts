import { api, request } from './client.js';
import type { Page } from './jobs.js';
import type { LogEvent } from './wire.js';

type EventQuery = { readonly type?: readonly string[]; readonly cursor?: string; readonly limit?: number };

export const listEvents = (query: EventQuery, signal: AbortSignal): Promise<Page<LogEvent>> =>
  request('GET', api`/events`, { query, signal });
