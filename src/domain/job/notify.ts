/**
 * What people can be told of. `failed`: an execution has failed for good; `timeout`, `lost`: an attempt ended so, whether or not it is
 * tried again; `waiting`: a run waits for a node with its handler; `missed`: occurrences passed while no node was watching; `paused`: the
 * scheduler paused the job by itself, since its next time could not be calculated.
 */
export const noticeKinds = ['failed', 'timeout', 'lost', 'waiting', 'missed', 'paused'] as const;
export type NoticeKind = (typeof noticeKinds)[number];
/** Of those who ask for nothing else: what stays wrong until somebody does something. */
export const usualNoticeKinds: readonly NoticeKind[] = ['failed', 'paused'];

/** Whom `JobPaused` names where the scheduler did it by itself. */
export const bySystem = 'system';

/** Who hears of a job's troubles, and of which. */
export type NotifyRule = {
  /** None of them: nobody is told of anything. */
  readonly on: readonly NoticeKind[];
  /** Empty: whoever hears of the organization's jobs, or else of all. */
  readonly to: readonly string[];
  /** Failures are told of from this many in a row on. */
  readonly after: number;
  /** Whether they are told as well when the job completes again. */
  readonly recovered: boolean;
};
