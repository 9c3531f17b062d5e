import type { JobMap, JobsApi } from '../application/api/types.js';
import type { Listeners } from '../application/listeners.js';

/** The API of one organization, before the store is open: every call waits for `ready`. */
export const lazyJobs = <M extends JobMap>(
  ready: () => Promise<JobsApi<M>>,
  listeners: Listeners,
  organizationOf: () => string,
): JobsApi<M> => ({
  scheduleJob: async (...call) => (await ready()).scheduleJob(...call),
  scheduleJobs: async (jobs) => (await ready()).scheduleJobs(jobs),
  runNow: async (...call) => (await ready()).runNow(...call),
  jobHistory: async (...call) => (await ready()).jobHistory(...call),
  getScheduledJobs: async (...call) => (await ready()).getScheduledJobs(...call),
  getJob: async (...call) => (await ready()).getJob(...call),
  getExecution: async (...call) => (await ready()).getExecution(...call),
  openArtifact: async (...call) => (await ready()).openArtifact(...call),
  toggleJob: async (...call) => (await ready()).toggleJob(...call),
  cancelJob: async (...call) => (await ready()).cancelJob(...call),
  cancelExecution: async (...call) => (await ready()).cancelExecution(...call),
  deleteJob: async (...call) => (await ready()).deleteJob(...call),
  getJobStats: async (...call) => (await ready()).getJobStats(...call),
  historyPage: async (...call) => (await ready()).historyPage(...call),
  comingRuns: async (...call) => (await ready()).comingRuns(...call),
  whatIf: async (...call) => (await ready()).whatIf(...call),
  forecast: async (...call) => (await ready()).forecast(...call),
  explain: async (...call) => (await ready()).explain(...call),
  jobAsOf: async (...call) => (await ready()).jobAsOf(...call),
  backfill: async (...call) => (await ready()).backfill(...call),
  async *events(filter) {
    yield* (await ready()).events(filter);
  },
  on: (type, listener) => listeners.on(organizationOf(), type, listener),
});
