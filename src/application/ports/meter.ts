import type { Millis } from '../../domain/instant.js';
import type { FailureCause, SkipReason } from '../../domain/job/index.js';

/** Counts what this node does, for whoever watches it from outside. Called for what is durable; it must not throw. */
export interface Meter {
  /** `lateMs`: after the time it was planned for, its jitter taken off; null for a run that was not planned. */
  attemptStarted(jobType: string, lateMs: Millis | null): void;
  attemptEnded(jobType: string, durationMs: Millis, cause: FailureCause | null): void;
  executionEnded(jobType: string, outcome: 'completed' | 'failed' | 'cancelled'): void;
  retried(jobType: string): void;
  skipped(reason: SkipReason, count: number): void;
}
