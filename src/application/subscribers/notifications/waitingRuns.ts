import type { Instant, Millis } from '../../../domain/instant.js';
import type { Job } from '../../../domain/job/index.js';
import type { JobRows } from '../../jobRows.js';
import type { Clock, Stop } from '../../ports/clock.js';
import type { Position, StreamKey } from '../../ports/eventStore.js';

/** So long a run may wait for a node with its handler before people hear of it. */
const patienceMs: Millis = 60_000;
const mostWatched = 1_000;

type Run = {
  readonly stream: StreamKey;
  readonly executionId: string;
  readonly position: Position;
  readonly since: Instant;
  readonly jobType: string;
};

type Watched = { readonly position: Position; stop: Stop };

type Dependencies = {
  readonly rows: JobRows;
  readonly clock: Clock;
  readonly hasHandler: (stream: StreamKey, jobType: string) => boolean;
};

/** Runs for which no node has a handler, looked at again after a minute. */
export class WaitingRuns {
  readonly #watched = new Map<string, Watched>();

  constructor(private readonly dependencies: Dependencies) {}

  get oldest(): Position | null {
    return this.#watched.size === 0 ? null : Math.min(...[...this.#watched.values()].map(({ position }) => position));
  }

  /** Calls back once, if it still waits then. Of very many, some are as good as all. */
  watch(run: Run, onStillWaiting: (job: Job) => void): void {
    if (this.#watched.size >= mostWatched || this.#watched.has(run.executionId)) return;
    const entry: Watched = { position: run.position, stop: () => undefined };
    this.#watched.set(run.executionId, entry);
    this.#arm(run, entry, onStillWaiting);
  }

  clear(): void {
    for (const { stop } of this.#watched.values()) stop();
    this.#watched.clear();
  }

  #arm(run: Run, entry: Watched, onStillWaiting: (job: Job) => void): void {
    const { clock } = this.dependencies;
    const left = run.since + patienceMs - clock.now();
    const wait = Math.min(clock.longestSleepMs, Math.max(0, left));
    entry.stop = clock.after(wait, () => {
      if (left > wait) this.#arm(run, entry, onStillWaiting);
      else void this.#check(run, onStillWaiting);
    });
  }

  async #check({ stream, executionId, jobType }: Run, onStillWaiting: (job: Job) => void): Promise<void> {
    const { rows, hasHandler } = this.dependencies;
    const row = await (rows.known(stream) ?? rows.load(stream).catch(() => null));
    if (!this.#watched.has(executionId)) return;
    const job = row?.state.kind === 'job' ? row.state : null;
    const waits = job?.executions.some((execution) => execution.executionId === executionId && execution.phase === 'queued');
    if (job && waits && !hasHandler(stream, jobType)) onStillWaiting(job);
    this.#watched.delete(executionId);
  }
}
