import type { InstantInput, JobsApi, ScheduleInput } from '../../application/api/types.js';
import type { Health, NodeView } from '../../application/health.js';
import type { ApiKeys } from '../../application/ports/apiKeys.js';
import type { Background, Clock } from '../../application/ports/clock.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Meter } from '../../application/ports/meter.js';

/** One coming occurrence of a schedule. */
type Upcoming = {
  readonly occurrence: Date;
  readonly startAt: Date;
  readonly wallTime: string;
  readonly shifted?: true;
  readonly firstOfTwo?: true;
};

/** What the API uses of a scheduler. */
export type HttpScheduler = {
  /** `organization` null: the scheduler's own, and jobs may name another. */
  onBehalfOf(actor: string | undefined, organization?: string | null): JobsApi;
  measure(meter: Meter): () => void;
  publicationBacklog(): Promise<number | null>;
  health(): Promise<Health>;
  nodes(): Promise<readonly NodeView[]>;
  previewSchedule(schedule: ScheduleInput, options?: { readonly after?: InstantInput; readonly count?: number }): readonly Upcoming[];
};

export type HttpDependencies = {
  readonly scheduler: HttpScheduler;
  readonly keys: ApiKeys;
  readonly version: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly background: Background;
  readonly log: Logger;
  /** Directory of the built console. */
  readonly consoleDirectory: string;
};
