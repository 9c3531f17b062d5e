import { jitterOf } from '../domain/job/index.js';
import type { Committed } from './commits.js';
import type { Meter } from './ports/meter.js';

/** Tells meters what the commits of this node say. */
export class Metering {
  readonly #meters = new Set<Meter>();

  /** Returns a function that ends it. */
  attach(meter: Meter): () => void {
    this.#meters.add(meter);
    return () => void this.#meters.delete(meter);
  }

  committed(committed: Committed): void {
    if (committed.origin === 'here') for (const meter of this.#meters) tell(meter, committed);
  }
}

/** The definition of a job is gone with it. */
const deleted = 'deleted';

const tell = (meter: Meter, { commit, row: { state }, executions }: Committed): void => {
  const jobType = state.kind === 'job' ? state.definition.jobType : deleted;
  for (const event of commit.events)
    switch (event.type) {
      case 'ExecutionStarted': {
        const execution = executions.find(({ executionId }) => executionId === event.executionId);
        const isPlanned = event.attempt === 1 && execution?.trigger === 'schedule' && state.kind === 'job';
        const lateMs = isPlanned ? Math.max(0, event.startedAt - execution.scheduledFor - jitterOf(state)) : null;
        meter.attemptStarted(jobType, lateMs);
        break;
      }
      case 'ExecutionCompleted':
        meter.attemptEnded(jobType, event.durationMs, null);
        meter.executionEnded(jobType, 'completed');
        break;
      case 'ExecutionFailed':
        meter.attemptEnded(jobType, event.durationMs, event.cause);
        if (event.final) meter.executionEnded(jobType, 'failed');
        break;
      case 'ExecutionCancelled':
        meter.executionEnded(jobType, 'cancelled');
        break;
      case 'ExecutionRetryScheduled':
        meter.retried(jobType);
        break;
      case 'OccurrencesSkipped':
        meter.skipped(event.reason, event.count);
        break;
    }
};
