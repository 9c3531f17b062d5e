import { api, request } from './client.js';
import type { Page } from './jobs.js';
import type { Access, Node } from './wire.js';

export const getAccess = (signal: AbortSignal): Promise<Access> => request('GET', api`/access`, { signal });

export const listNodes = async (signal: AbortSignal): Promise<readonly Node[]> =>
  (await request<Page<Node>>('GET', api`/nodes`, { signal })).items;
