import type { JobInfo, PublishedEvent } from '../../application/api/types.js';
import { attemptsKnown } from './attemptsKnown.js';
import { eventLine } from './eventLine.js';
import { narrateCommit } from './format/narrate.js';
import type { Invocation } from './invocation.js';

/** What has happened since the service began. */
export type Tally = { completed: number; failed: number; cancelled: number; retries: number; running: number };

/** Prints what happens while the service runs, commit by commit. */
export class ServeLog {
  readonly tally: Tally = { completed: 0, failed: 0, cancelled: 0, retries: 0, running: 0 };
  readonly #known = attemptsKnown();
  readonly #running = new Set<string>();
  #waiting: PublishedEvent[] = [];
  /** Until the banner is printed, events are kept. */
  #open = false;

  constructor(private readonly invocation: Pick<Invocation, 'terminal' | 'json' | 'organization'>) {}

  learnJob(job: JobInfo): void {
    this.#known.learnJob(job);
  }

  readonly onEvent = (event: PublishedEvent): void => {
    this.#known.learn(event);
    this.#count(event);
    // The events of one commit are announced in one go and told together.
    if (this.#waiting.push(event) === 1) queueMicrotask(() => this.#tell());
  };

  open(): void {
    this.#open = true;
    this.#tell();
  }

  #tell(): void {
    if (!this.#open || this.#waiting.length === 0) return;
    const { terminal, json } = this.invocation;
    const events = this.#waiting;
    this.#waiting = [];
    if (json) for (const event of events) terminal.printJsonLine(event);
    else
      for (const told of commits(events).flatMap((commit) => narrateCommit(commit, (event) => this.#known.of(event))))
        terminal.print(eventLine(told, terminal, this.invocation));
  }

  #count({ data }: PublishedEvent): void {
    const { tally } = this;
    if (data.type === 'ExecutionStarted') this.#running.add(data.executionId);
    if (data.type === 'ExecutionCompleted') tally.completed++;
    if (data.type === 'ExecutionFailed' && data.final) tally.failed++;
    if (data.type === 'ExecutionCancelled') tally.cancelled++;
    if (data.type === 'ExecutionRetryScheduled') tally.retries++;
    if (data.type === 'ExecutionCompleted' || data.type === 'ExecutionFailed' || data.type === 'ExecutionCancelled')
      this.#running.delete(data.executionId);
    tally.running = this.#running.size;
  }
}

/** Events of one job that were appended together stand together. */
const commits = (events: readonly PublishedEvent[]): readonly (readonly PublishedEvent[])[] => {
  const grouped: PublishedEvent[][] = [];
  for (const event of events) {
    const last = grouped.at(-1);
    const before = last?.at(-1);
    if (
      last &&
      before &&
      before.organization === event.organization &&
      before.jobName === event.jobName &&
      before.version === event.version
    )
      last.push(event);
    else grouped.push([event]);
  }
  return grouped;
};
