import type { Instant } from '../../domain/instant.js';
import type { ExecutionError, FailureCause, NoticeKind } from '../../domain/job/index.js';
import type { Recipient } from '../../domain/recipient.js';

/** One thing that people should know of a job. */
export type Notice = {
  /** That of the event it tells of: the same however often it is sent. */
  readonly id: string;
  readonly kind: NoticeKind | 'recovered';
  readonly organization: string;
  readonly jobName: string;
  readonly jobType: string;
  readonly at: Instant;
  readonly executionId: string | null;
  readonly attempt: number | null;
  readonly maxAttempts: number;
  readonly cause: FailureCause | null;
  readonly error: Pick<ExecutionError, 'name' | 'message'> | null;
  /** Failed executions in a row, this one included; for `recovered` those before it. Null where it is not known. */
  readonly failuresInARow: number | null;
  readonly retryAt: Instant | null;
  readonly nextRunAt: Instant | null;
  /** Occurrences that will not run. */
  readonly missed: { readonly from: Instant; readonly to: Instant; readonly count: number; readonly atLeast: boolean } | null;
};

/** What one recipient is told at once: one notice, or those of a while. */
export type NoticeMessage = {
  /** The same whenever the same message is sent again. */
  readonly key: string;
  /** The first of them, in their order; never empty. */
  readonly notices: readonly [Notice, ...Notice[]];
  readonly total: number;
  readonly counts: { readonly [kind in Notice['kind']]?: number };
  /** How many jobs they are of. */
  readonly jobs: number;
};

export interface Notifier {
  /** Resolves once the message is in others' hands. Rejects with `NotifierFailed`. */
  send(to: Recipient, message: NoticeMessage, signal: AbortSignal): Promise<void>;
}

/** As far as is known it did not arrive. `permanent`: trying again is of no use. */
export class NotifierFailed extends Error {
  constructor(
    message: string,
    readonly permanent: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'NotifierFailed';
  }
}
