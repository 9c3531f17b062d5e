import type { Instant } from '../../domain/instant.js';
import { expiresAt, handlerKeyOf, type JobStatus, nextStartAt, type Priority, statusOf, workAt } from '../../domain/job/index.js';
import type { JobRow } from '../ports/readModels.js';
import { splitStream } from '../streams.js';

/** The columns by which stores find a job: what a row says about when it wants a node, and about its status. */
export type WakeIndex = {
  readonly organization: string;
  readonly jobName: string;
  readonly handlerKey: string;
  readonly priority: Priority;
  readonly workAt: Instant | null;
  /** The occurrence that has no fate yet, with jitter; null while paused or ended. */
  readonly dueAt: Instant | null;
  readonly expiresAt: Instant | null;
  /** The status as long as nothing falls due: `scheduled` also stands for `queued` from `dueAt` on. */
  readonly phase: JobStatus;
};

const beforeTime = Number.NEGATIVE_INFINITY as Instant;

/** Null for a tombstone: it is in no index. */
export const wakeIndexOf = ({ stream, state }: JobRow): WakeIndex | null => {
  if (state.kind === 'absent') return null;
  const { organization, jobName } = splitStream(stream);
  return {
    organization,
    jobName,
    handlerKey: handlerKeyOf(state.definition.jobType, jobName),
    priority: state.definition.priority,
    workAt: workAt(state),
    dueAt: state.paused || state.ended ? null : nextStartAt(state),
    expiresAt: expiresAt(state),
    phase: statusOf(state, beforeTime),
  };
};
