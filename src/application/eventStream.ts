import { jobEventTypes } from '../domain/job/index.js';
import { check, countOf, fieldsOf, invalidArgument, oneOrMore, together } from './api/arguments.js';
import type { EventFilter, PublishedEvent } from './api/types.js';
import type { Commits } from './commits.js';
import type { Commit, EventFeed, Position } from './ports/eventStore.js';
import { splitStream } from './streams.js';

const page = 500;
const mostLast = 1_000;
const mostLookedBack = 20_000;
const now = 'now';

/** Events for readers of the log, and for those who follow it. */
export class EventStream {
  readonly #followers = new Set<() => void>();
  #closed = false;

  constructor(
    private readonly feed: EventFeed,
    commits: Commits,
  ) {
    commits.on(() => {
      if (this.#followers.size > 0) for (const wake of [...this.#followers]) wake();
    });
  }

  /** The events of one organization in the order of the log; with `follow` it goes on until the signal aborts or the stream closes. */
  async *read(organization: string, given?: EventFilter): AsyncGenerator<PublishedEvent, void, undefined> {
    const filter = checked(fieldsOf('filter', given));
    const after = filter.after === now ? undefined : filter.after;
    const types = filter.type === undefined ? null : new Set(oneOrMore('type', filter.type));
    const cursors = await this.#cursorsOf(filter);
    const wanted = (event: PublishedEvent): boolean =>
      event.organization === organization &&
      (filter.jobName === undefined || event.jobName === filter.jobName) &&
      (types === null || types.has(event.type)) &&
      isAfter(event.sequence, after);
    if (filter.last !== undefined) yield* await this.#newest(filter.last, cursors, wanted);
    for (;;) {
      const changed = this.#nextChange(filter);
      for (let partition = 0; partition < this.feed.partitions; partition++) {
        const next = (): Promise<readonly Commit[]> => this.feed.after(partition, cursors[partition] ?? 0, page);
        for (let commits = await next(); commits.length > 0; commits = await next()) {
          for (const commit of commits) {
            if (filter.signal?.aborted) return;
            for (const event of publishedOf(commit)) if (wanted(event)) yield event;
          }
          cursors[partition] = commits.at(-1)?.position ?? 0;
        }
      }
      if (!filter.follow || !(await changed)) return;
    }
  }

  /** Where to begin in each partition. */
  async #cursorsOf({ after, last }: EventFilter): Promise<Position[]> {
    if (after !== now && last === undefined) return cursorsAfter(after, this.feed.partitions);
    return Promise.all(Array.from({ length: this.feed.partitions }, (_, partition) => this.feed.head(partition)));
  }

  /** Up to `count` events at or before the cursors: the log is looked through backwards, in ever longer parts. */
  async #newest(
    count: number,
    cursors: readonly Position[],
    wanted: (event: PublishedEvent) => boolean,
  ): Promise<readonly PublishedEvent[]> {
    let found: readonly PublishedEvent[] = [];
    for (let span = count; found.length < count; span *= 4) {
      const parts = await Promise.all(cursors.map((head, partition) => this.#span(partition, Math.max(0, head - span), head)));
      found = parts
        .flat()
        .flatMap(publishedOf)
        .filter(wanted)
        .sort((a, b) => a.at.getTime() - b.at.getTime());
      if (span >= mostLookedBack || cursors.every((head) => head <= span)) break;
    }
    return found.slice(-count);
  }

  async #span(partition: number, from: Position, to: Position): Promise<readonly Commit[]> {
    const commits: Commit[] = [];
    for (let position = from; position < to; ) {
      const next = await this.feed.after(partition, position, Math.min(page, to - position));
      commits.push(...next);
      position = next.at(-1)?.position ?? to;
    }
    return commits;
  }

  /** Ends every reader that follows. */
  close(): void {
    this.#closed = true;
    for (const wake of [...this.#followers]) wake();
  }

  /** True at the next commit, false when reading should end. */
  #nextChange({ follow, signal }: EventFilter): Promise<boolean> {
    if (!follow) return Promise.resolve(false);
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#followers.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve(!this.#closed && !signal?.aborted);
      };
      if (this.#closed || signal?.aborted) return resolve(false);
      this.#followers.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}

export const publishedOf = (commit: Commit): readonly PublishedEvent[] =>
  commit.events.map((data, index) => ({
    id: `${commit.commitId}.${index}`,
    type: data.type,
    ...splitStream(commit.stream),
    at: new Date(commit.at),
    sequence: `${commit.partition}:${commit.position}:${index}`,
    version: commit.version,
    data,
  }));

const isEventType = (given: unknown): boolean => jobEventTypes.some((type) => type === given);
const anEventType = `must be a type of event, such as ${jobEventTypes[0]}`;

const aSequence = 'must be a sequence such as 0:17:0';

const checked = (filter: EventFilter): EventFilter => {
  const { jobName, type, after, last, follow, signal } = filter;
  together(
    () => check(jobName === undefined || typeof jobName === 'string', 'jobName', 'must be a text'),
    () => check(type === undefined || oneOrMore('type', type).every(isEventType), 'type', anEventType),
    () => check(after === undefined || typeof after === 'string', 'after', aSequence),
    () => (last === undefined ? undefined : countOf('last', last, mostLast)),
    () => check(last === undefined || after === undefined, 'last', 'is not for use beside after'),
    () => check(follow === undefined || typeof follow === 'boolean', 'follow', 'must be true or false'),
    () => check(signal === undefined || signal instanceof AbortSignal, 'signal', 'must be an AbortSignal'),
  );
  return filter;
};

type Sequence = readonly [partition: number, position: Position, index: number];

const parse = (sequence: string): Sequence => {
  const match = /^(\d{1,3}):(\d{1,15}):(\d{1,6})$/.exec(sequence);
  if (!match) throw invalidArgument('after', aSequence);
  return [Number(match[1]), Number(match[2]), Number(match[3])];
};

/** Readers begin with the very commit named, because more of its events may follow. */
const cursorsAfter = (after: string | undefined, partitions: number): Position[] => {
  const cursors = Array.from({ length: partitions }, () => 0);
  if (after === undefined) return cursors;
  const [partition, position] = parse(after);
  return cursors.with(partition < partitions ? partition : 0, Math.max(0, position - 1));
};

const isAfter = (sequence: string, after: string | undefined): boolean => {
  if (after === undefined) return true;
  const [partition, position, index] = parse(sequence);
  const [p, n, i] = parse(after);
  return partition !== p || position > n || (position === n && index > i);
};
