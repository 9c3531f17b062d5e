import { api, request } from './client.js';
import type { Backfilled, Execution, ExecutionDetails, Explanation, Job, JobDraft, Scheduled, Stats, Upcoming } from './wire.js';

export type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };

export type JobFilters = {
  readonly status?: readonly string[] | undefined;
  readonly type?: string | undefined;
  readonly tag?: string | undefined;
  readonly q?: string | undefined;
};

export const listJobs = (filters: JobFilters, limit: number, cursor: string | null, signal?: AbortSignal): Promise<Page<Job>> =>
  request('GET', api`/jobs`, { query: { ...filters, limit, cursor: cursor ?? undefined }, ...(signal && { signal }) });

export const getJob = (name: string, signal?: AbortSignal): Promise<Job> =>
  request('GET', api`/jobs/${name}`, { ...(signal && { signal }) });

export const jobAsOf = (name: string, asOf: string, signal: AbortSignal): Promise<Job> =>
  request('GET', api`/jobs/${name}`, { query: { asOf }, signal });

export const pauseJob = (name: string, note?: string, until?: string): Promise<Job> =>
  request('POST', api`/jobs/${name}/pause`, { body: { ...(note && { note }), ...(until && { until }) } });

export const resumeJob = (name: string, note?: string): Promise<Job> =>
  request('POST', api`/jobs/${name}/resume`, { body: { ...(note && { note }) } });

export const cancelJob = (name: string, note?: string): Promise<Job> =>
  request('POST', api`/jobs/${name}/cancel`, { body: { ...(note && { note }) } });

export const deleteJob = (name: string): Promise<void> => request('DELETE', api`/jobs/${name}`);

export const runJob = (name: string, parameters?: object): Promise<{ readonly executionId: string }> =>
  request('POST', api`/jobs/${name}/run`, { body: parameters === undefined ? {} : { parameters } });

/** A run for each occurrence from the one instant to the other, both in the past. */
export const backfillJob = (name: string, from: string, to: string): Promise<Backfilled> =>
  request('POST', api`/jobs/${name}/backfill`, { body: { from, to } });

/** Refused with 412 if there is a job of this name. The name goes with the rest, so that all that is wrong is told at once. */
export const createJob = (jobName: string, draft: JobDraft): Promise<Scheduled> =>
  request('POST', api`/jobs`, { body: { jobName, ...draft }, headers: { 'if-none-match': '*' } });

/** `version`: that which was edited; refused with 412 if the job has another by now. */
export const saveJob = (name: string, draft: JobDraft, version: number): Promise<Scheduled> =>
  request('PUT', api`/jobs/${name}`, { body: draft, headers: { 'if-match': `"${version}"` } });

export const jobHistory = async (name: string, limit: number, signal: AbortSignal): Promise<readonly Execution[]> =>
  (await request<Page<Execution>>('GET', api`/jobs/${name}/history`, { query: { limit }, signal })).items;

export const jobStats = (name: string, signal: AbortSignal): Promise<Stats> => request('GET', api`/jobs/${name}/stats`, { signal });

export const nextRuns = async (name: string, count: number, signal: AbortSignal): Promise<readonly Upcoming[]> =>
  (await request<Page<Upcoming>>('GET', api`/jobs/${name}/next`, { query: { count }, signal })).items;

export const explain = (name: string, at: string, signal: AbortSignal): Promise<Explanation> =>
  request('GET', api`/jobs/${name}/explain`, { query: { at }, signal });

export const getExecution = (id: string, signal?: AbortSignal): Promise<ExecutionDetails> =>
  request('GET', api`/executions/${id}`, { ...(signal && { signal }) });

export const cancelExecution = (id: string, note?: string): Promise<Execution> =>
  request('POST', api`/executions/${id}/cancel`, { body: { ...(note && { note }) } });
