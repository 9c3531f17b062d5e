import type { JobInfo, PublishedEvent } from '../../application/api/types.js';
import { EventLines } from './eventLines.js';
import { narrateCommit } from './format/narrate.js';
import type { Invocation } from './invocation.js';

/** What has happened since the service began. */
export type Tally = { readonly completed: number; readonly failed: number; readonly cancelled: number; readonly retries: number };

/** Prints what happens while the service runs, commit by commit. */
export class ServeLog {
  readonly #lines: EventLines;
  readonly #running = new Set<string>();
  #tally: Tally = { completed: 0, failed: 0, cancelled: 0, retries: 0 };
  #waiting: PublishedEvent[] = [];
  #open = false;

  constructor(private readonly invocation: Pick<Invocation, 'terminal' | 'json' | 'organization' | 'store'>) {
    const { organization, store } = invocation;
    this.#lines = new EventLines(invocation.terminal, { organization, nodes: store.kind === 'shared' });
  }

  get tally(): Tally {
    return this.#tally;
  }

  get running(): number {
    return this.#running.size;
  }

  learnJob(job: JobInfo): void {
    this.#lines.learnJob(job);
  }

  readonly onEvent = (event: PublishedEvent): void => {
    this.#lines.learn(event);
    this.#count(event);
    // The events of one commit are announced in one go and told together.
    if (this.#waiting.push(event) === 1) queueMicrotask(() => this.#tell());
  };

  /** Until then events are kept: the banner comes first. */
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
      for (const commit of commitsOf(events))
        terminal.print(...narrateCommit(commit, (event) => this.#lines.known(event)).map((told) => this.#lines.line(told)));
  }

  #count({ data }: PublishedEvent): void {
    const { completed, failed, cancelled, retries } = this.#tally;
    switch (data.type) {
      case 'ExecutionStarted':
        this.#running.add(data.executionId);
        break;
      case 'ExecutionCompleted':
        this.#running.delete(data.executionId);
        this.#tally = { ...this.#tally, completed: completed + 1 };
        break;
      case 'ExecutionFailed':
        this.#running.delete(data.executionId);
        if (data.final) this.#tally = { ...this.#tally, failed: failed + 1 };
        break;
      case 'ExecutionCancelled':
        this.#running.delete(data.executionId);
        this.#tally = { ...this.#tally, cancelled: cancelled + 1 };
        break;
      case 'ExecutionRetryScheduled':
        this.#tally = { ...this.#tally, retries: retries + 1 };
        break;
    }
  }
}

/** Events of one job that were appended together stand together. */
const commitsOf = (events: readonly PublishedEvent[]): readonly (readonly PublishedEvent[])[] => {
  const commits: PublishedEvent[][] = [];
  for (const event of events) {
    const last = commits.at(-1);
    const before = last?.at(-1);
    const together = before?.organization === event.organization && before.jobName === event.jobName && before.version === event.version;
    if (last && together) last.push(event);
    else commits.push([event]);
  }
  return commits;
};
