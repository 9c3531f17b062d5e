import type { JobInfo, PublishedEvent } from '../../application/api/types.js';
import type { Known, Told } from './format/narrate.js';
import { printable } from './format/printable.js';
import { readable, timeOfDay } from './format/time.js';
import { cut, widthOf } from './format/width.js';
import type { Terminal } from './terminal.js';

type Style = {
  /** Jobs of another organization are shown with its name. */
  readonly organization: string;
  /** For reading the log: with the sequence, and the date on a terminal too. */
  readonly log?: boolean;
  /** Where several nodes work: which of them started a run. */
  readonly nodes?: boolean;
};
type Named = Pick<PublishedEvent, 'organization' | 'jobName'>;

const leastText = 20;

/**
 * Prints events as lines: `12:03:20Z  heartbeat  completed in 12 ms  {"rss":1}`, with the date where they go to a file.
 * Knows from the jobs and events seen so far how many attempts a run has, and how long the names are.
 */
export class EventLines {
  readonly #maxAttempts = new Map<string, number>();
  #nameColumn = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly style: Style,
  ) {}

  learnJob(job: JobInfo): void {
    this.#maxAttempts.set(keyOf(job), job.maxAttempts);
    this.#widen(job);
  }

  learn(event: PublishedEvent): void {
    const { data } = event;
    if (data.type === 'JobScheduled' || data.type === 'JobRescheduled') this.#maxAttempts.set(keyOf(event), data.definition.maxAttempts);
    if (data.type === 'JobDeleted') this.#maxAttempts.delete(keyOf(event));
    this.#widen(event);
  }

  known(event: PublishedEvent): Known {
    return { maxAttempts: this.#maxAttempts.get(keyOf(event)), namesNode: this.style.nodes === true };
  }

  line({ event, line }: Told): string {
    const { paint, columns } = this.terminal;
    const { log = false } = this.style;
    const time = columns === undefined ? event.at.toISOString() : log ? readable(event.at) : timeOfDay(event.at);
    const start = log ? `${event.sequence.padEnd(8)}  ${time}` : time;
    const whole = this.#nameOf(event);
    const name = columns === undefined ? whole : cut(whole, this.#longestName);
    const gap = ' '.repeat(Math.max(0, this.#nameColumn - widthOf(name)) + 2);
    const room =
      columns === undefined ? Number.POSITIVE_INFINITY : Math.max(leastText, columns - start.length - 2 - widthOf(name) - gap.length);
    const text = cut(line.text, room);
    const detail = line.detail === undefined ? '' : cut(line.detail, room - widthOf(text) - 2);
    return `${paint('quiet', start)}  ${paint('strong', name)}${gap}${paint(line.tone, text)}${detail === '' ? '' : `  ${paint('quiet', detail)}`}`;
  }

  get #longestName(): number {
    return Math.min(28, Math.max(12, Math.floor((this.terminal.columns ?? 120) / 4)));
  }

  #widen(job: Named): void {
    this.#nameColumn = Math.min(this.#longestName, Math.max(this.#nameColumn, widthOf(this.#nameOf(job))));
  }

  #nameOf({ organization, jobName }: Named): string {
    return printable(organization === this.style.organization ? jobName : `${organization}/${jobName}`);
  }
}

const keyOf = ({ organization, jobName }: Named): string => `${organization}/${jobName}`;
