import type { EventStream } from '../eventStream.js';
import type { Listeners } from '../listeners.js';
import { type CommandDependencies, JobCommands } from './jobCommands.js';
import { JobPlans, type PlanDependencies } from './jobPlans.js';
import { JobQueries, type QueryDependencies } from './jobQueries.js';
import { presentExecution } from './present.js';
import type { JobMap, JobsApi } from './types.js';

export type OrganizationDependencies = CommandDependencies &
  QueryDependencies &
  PlanDependencies & { readonly eventStream: EventStream; readonly listeners: Listeners };

/** The API of one organization; `forAll` where its jobs may name others, as the root instance's may. */
export const organizationJobs = <M extends JobMap>(
  dependencies: OrganizationDependencies,
  organization: string,
  forAll: boolean,
): JobsApi<M> => {
  const commands = new JobCommands(dependencies, organization, forAll);
  const queries = new JobQueries(dependencies, organization);
  const plans = new JobPlans(dependencies, organization, forAll);
  return {
    scheduleJob: (job, options) => commands.scheduleJob(job, options),
    scheduleJobs: (jobs) => commands.scheduleJobs(jobs),
    runNow: (jobName, parameters, options) => commands.runNow(jobName, parameters, options),
    jobHistory: (jobName, limit) => queries.history(jobName, limit),
    getScheduledJobs: (query) => queries.list(query),
    getJob: (jobName) => queries.job(jobName),
    getExecution: (executionId) => queries.execution(executionId),
    openArtifact: (artifactId) => queries.artifact(artifactId),
    toggleJob: async (jobName, enabled, options) => {
      await commands.toggle(jobName, enabled, options);
      return queries.job(jobName);
    },
    cancelJob: async (jobName, options) => {
      await commands.cancel(jobName, options);
      return queries.job(jobName);
    },
    cancelExecution: async (executionId, options) =>
      presentExecution(await commands.cancelExecution(await queries.executionRow(executionId), options)),
    deleteJob: (jobName) => commands.delete(jobName),
    getJobStats: (jobName) => queries.stats(jobName),
    historyPage: (jobName, query) => queries.historyPage(jobName, query),
    comingRuns: (jobName, query) => plans.comingRuns(jobName, query),
    whatIf: (job, horizon) => plans.whatIf(job, horizon),
    forecast: (horizon) => plans.forecast(horizon),
    explain: (jobName, at) => queries.explain(jobName, at),
    jobAsOf: (jobName, at) => queries.asOf(jobName, at),
    backfill: (jobName, from, to) => commands.backfill(jobName, from, to),
    events: (filter) => dependencies.eventStream.read(organization, filter),
    on: (type, listener) => dependencies.listeners.on(organization, type, listener),
  };
};
