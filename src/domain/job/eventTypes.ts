import type { JobEventType } from './events.js';

const known: { readonly [type in JobEventType]: true } = {
  JobScheduled: true,
  JobRescheduled: true,
  JobPaused: true,
  JobResumed: true,
  JobCancelled: true,
  JobCompleted: true,
  JobDeleted: true,
  ExecutionQueued: true,
  ExecutionStarted: true,
  ExecutionCompleted: true,
  ExecutionFailed: true,
  ExecutionRetryScheduled: true,
  ExecutionCancelRequested: true,
  ExecutionCancelled: true,
  OccurrencesSkipped: true,
  JobCompacted: true,
};

/** Every type of event there is. */
export const jobEventTypes = Object.keys(known) as readonly JobEventType[];
