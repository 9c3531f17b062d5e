import { type Instant, instant, type Millis, plus } from '../../domain/instant.js';
import { type Job, type JobCommand, type JobDecider, type JobEvent, type JobState, type Priority, workAt } from '../../domain/job/index.js';
import type { StreamKey } from '../ports/eventStore.js';
import { TimeHeap } from './timeHeap.js';

/** A job as it is now, and how long a run of it takes. */
export type Simulated = { readonly stream: StreamKey; readonly job: Job; readonly durationMs: Millis; readonly decider: JobDecider };

export type Observer = {
  /** `active`: what runs, and what waits for a slot, once this has started. */
  started(stream: StreamKey, at: Instant, active: number): void;
  /** A run has to wait for a slot. */
  waited(stream: StreamKey, at: Instant, active: number): void;
  skipped(stream: StreamKey, count: number): void;
};

/** What comes is the end of a run, or a wake-up: of those of a job only the one that was planned last. */
type Entry = { readonly of: Track; readonly plan: number; readonly ends?: { readonly executionId: string; readonly attempt: number } };
type Track = { readonly stream: StreamKey; readonly decider: JobDecider; readonly durationMs: Millis; state: JobState; plan: number };

const ranks: { readonly [priority in Priority]: number } = { critical: 0, high: 1, normal: 2, low: 3 };

/**
 * The time to come, played with the very decisions that run jobs: every run succeeds and takes as long as runs of its job take on
 * average, and `slots` of them fit at once.
 */
export class Simulation {
  readonly #heap = new TimeHeap<Entry>();
  /** What found no slot, the first to get one in front. */
  readonly #waiting: Track[] = [];
  readonly #running = new Set<string>();
  #ids = 0;

  constructor(
    jobs: readonly Simulated[],
    private readonly begin: Instant,
    private readonly slots: number,
    private readonly observer: Observer,
  ) {
    for (const { stream, job, durationMs, decider } of jobs) {
      const track: Track = { stream, decider, durationMs, state: job, plan: 0 };
      for (const { phase, executionId, attempt, ...e } of job.executions)
        if (phase === 'running' && 'startedAt' in e) this.#runs(track, executionId, attempt, later(begin, plus(e.startedAt, durationMs)));
      this.#plan(track, begin);
    }
  }

  /** Plays what comes next. Returns when that was; null where nothing comes any more before the end. */
  step(until: Instant): Instant | null {
    const next = this.#heap.take(until);
    if (!next) return null;
    const { at, entry } = next;
    if (entry.ends) this.#end(entry.of, entry.ends, at);
    else if (entry.plan === entry.of.plan) this.#wake(entry.of, at);
    return at;
  }

  get #active(): number {
    return this.#running.size + this.#waiting.length;
  }

  #wake(track: Track, at: Instant): void {
    if (track.state.kind === 'absent') return;
    const due = workAt(track.state);
    if (due === null) return;
    if (due > at) return this.#plan(track, at);
    const free = this.slots - this.#running.size;
    const events = this.#decide(track, {
      type: 'Wake',
      now: at,
      node: 'forecast',
      watchedSince: this.begin,
      slots: free,
      newExecutionId: () => `forecast-${++this.#ids}`,
    });
    for (const event of events) this.#observe(track, event, at);
    if (events.length > 0) this.#plan(track, at);
    else if (free <= 0) this.#wait(track, at);
  }

  #observe(track: Track, event: JobEvent, at: Instant): void {
    switch (event.type) {
      case 'ExecutionStarted':
        this.#runs(track, event.executionId, event.attempt, plus(at, track.durationMs));
        return this.observer.started(track.stream, at, this.#active);
      case 'OccurrencesSkipped':
        if (event.reason === 'overlap') this.observer.skipped(track.stream, event.count);
        return;
      case 'ExecutionCancelRequested': {
        const running = track.state.kind === 'job' ? track.state.executions.find((e) => e.executionId === event.executionId) : undefined;
        if (running) this.#heap.add(at, { of: track, plan: 0, ends: { executionId: event.executionId, attempt: running.attempt } });
        return;
      }
    }
  }

  #runs(of: Track, executionId: string, attempt: number, until: Instant): void {
    this.#running.add(executionId);
    this.#heap.add(until, { of, plan: 0, ends: { executionId, attempt } });
  }

  #end(track: Track, { executionId, attempt }: { readonly executionId: string; readonly attempt: number }, at: Instant): void {
    // It was replaced by a newer one before its time.
    if (!this.#running.delete(executionId)) return;
    this.#decide(track, { type: 'CompleteAttempt', now: at, executionId, attempt, durationMs: track.durationMs });
    this.#plan(track, at);
    const next = this.#waiting.shift();
    if (next) this.#plan(next, at);
  }

  #decide(track: Track, command: JobCommand): readonly JobEvent[] {
    const decision = track.decider.decide(command, track.state);
    if (!decision.ok) return [];
    track.state = decision.events.reduce(track.decider.evolve, track.state);
    return decision.events;
  }

  #plan(track: Track, now: Instant): void {
    const at = track.state.kind === 'absent' ? null : workAt(track.state);
    if (at !== null) this.#heap.add(later(now, at), { of: track, plan: ++track.plan });
  }

  #wait(track: Track, at: Instant): void {
    if (this.#waiting.includes(track)) return;
    const rank = rankOf(track);
    const place = this.#waiting.findIndex((other) => rankOf(other) > rank);
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, track);
    this.observer.waited(track.stream, at, this.#active);
  }
}

const later = (a: Instant, b: Instant): Instant => instant(Math.max(a, b));
const rankOf = ({ state }: Track): number => (state.kind === 'absent' ? 0 : ranks[state.definition.priority]);
