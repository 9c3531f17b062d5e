import type { JobEventType } from '../../domain/job/index.js';

/** Turns an event of one version into the next. Pure; an event that was ever published keeps its golden file and its upcaster. */
export type Upcaster = (older: { readonly type: JobEventType }) => { readonly type: JobEventType };

/** Per type, the steps from version 1 to 2, from 2 to 3 and so on: a type without steps is at version 1. */
const upcasters: { readonly [T in JobEventType]: readonly Upcaster[] } = {
  JobScheduled: [],
  JobRescheduled: [],
  JobPaused: [],
  JobResumed: [],
  JobCancelled: [],
  JobCompleted: [],
  JobDeleted: [],
  ExecutionQueued: [],
  ExecutionStarted: [],
  ExecutionCompleted: [],
  ExecutionFailed: [],
  ExecutionRetryScheduled: [],
  ExecutionCancelRequested: [],
  ExecutionCancelled: [],
  OccurrencesSkipped: [],
  JobCompacted: [],
};

const byType: ReadonlyMap<string, readonly Upcaster[]> = new Map(Object.entries(upcasters));

/** Undefined for a type that this release does not know. */
export const upcastersOf = (type: string): readonly Upcaster[] | undefined => byType.get(type);
export const currentVersion = (type: JobEventType): number => upcasters[type].length + 1;
