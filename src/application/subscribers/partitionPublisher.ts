import { publishedOf } from '../eventStream.js';
import type { Commit, EventFeed, Position } from '../ports/eventStore.js';
import type { Cursors } from '../ports/leases.js';
import type { EventPublisher, Outgoing, PublishedUpTo } from '../ports/publisher.js';
import { deletes } from '../projector.js';
import { splitStream } from '../streams.js';
import { outgoingOf, subjectOf, subjectsOfJob } from './cloudEvent.js';
import type { LogReader } from './partitionRelay.js';

const page = 500;
/** So many looks without news, and the stream is asked whether it still has all: a broker may lose its tail in a crash. */
const looksBeforeCheck = 15;

/** The event up to which everything is published, and the stream it was published to. */
type Place = {
  readonly position: Position;
  /** Index in that commit; infinite once all of it is published. */
  readonly index: number;
  readonly streamSequence: number;
  readonly lastSequence: string | null;
};

/** Brings the stream of a partition to the head of the log, a page at a time. What the stream ends with says where to go on. */
export class PartitionPublisher implements LogReader {
  #place: Place | null = null;
  #savedPosition: Position | null = null;
  #looksWithoutNews = 0;

  constructor(
    readonly partition: number,
    private readonly feed: EventFeed,
    private readonly publisher: EventPublisher,
    private readonly cursors: Cursors,
  ) {}

  /** `more` where further commits may follow, `fenced` where the stream is not where it was left. After a rejection call `forget`. */
  async next(): Promise<'more' | 'caughtUp' | 'fenced'> {
    const place = this.#place ?? (await this.#resume());
    const commits = await this.feed.after(this.partition, isWhole(place) ? place.position : place.position - 1, page);
    this.#looksWithoutNews = commits.length > 0 ? 0 : this.#looksWithoutNews + 1;
    const events = eventsAfter(commits, place);
    const streamSequence = await this.#publish(events, place.streamSequence);
    if (streamSequence === null || (this.#looksWithoutNews >= looksBeforeCheck && (await this.#hasMoved(place)))) {
      this.forget();
      return 'fenced';
    }
    await this.#purgeDeleted(commits);
    this.#place = {
      position: commits.at(-1)?.position ?? place.position,
      index: commits.length > 0 ? Number.POSITIVE_INFINITY : place.index,
      streamSequence,
      lastSequence: events.at(-1)?.sequence ?? place.lastSequence,
    };
    return commits.length < page ? 'caughtUp' : 'more';
  }

  /** The stream is asked again before anything else is published. */
  forget(): void {
    this.#place = null;
  }

  standBy(): void {
    this.forget();
  }

  /** What was published is acknowledged. */
  async drain(): Promise<void> {}

  /** Keeps the place for a relay that comes later. */
  async save(): Promise<void> {
    if (!this.#place || !isWhole(this.#place) || this.#place.position === this.#savedPosition) return;
    const { position, streamSequence, lastSequence } = this.#place;
    await this.cursors.save(cursorOf(this.partition), position, `${streamSequence} ${lastSequence}`);
    this.#savedPosition = position;
  }

  /** The last commit known to be published. */
  async position(): Promise<Position> {
    return this.#place?.position ?? (await this.cursors.load(cursorOf(this.partition)))?.position ?? 0;
  }

  async #publish(events: readonly Outgoing[], after: number): Promise<number | null> {
    if (events.length === 0) return after;
    const published = await this.publisher.publish(this.partition, events, after);
    return published.outcome === 'published' ? published.streamSequence : null;
  }

  async #hasMoved({ streamSequence }: Place): Promise<boolean> {
    this.#looksWithoutNews = 0;
    return (await this.publisher.standing(this.partition)).streamSequence !== streamSequence;
  }

  async #resume(): Promise<Place> {
    await this.publisher.prepare(this.partition);
    const standing = await this.publisher.standing(this.partition);
    const place = placeOf(standing);
    if (standing.last) {
      // A relay may have died after it published its last page and before it purged what the page had deleted.
      const published = await this.feed.after(this.partition, Math.max(0, place.position - page), page);
      this.#checkSameLog(standing.last, published, place.position);
      await this.#purgeDeleted(published.filter(({ position }) => position <= place.position));
    }
    return this.#pastWhatHasNoEvents(place);
  }

  /** Positions are used anew by a log that was restored from a backup, and by any other log: ids are not. */
  #checkSameLog(
    { id, sequence }: { readonly id: string; readonly sequence: string },
    commits: readonly Commit[],
    position: Position,
  ): void {
    const commit = commits.find((c) => c.position === position);
    if (commit && sequence.startsWith(`${this.partition}:`) && id.startsWith(`${commit.commitId}.`)) return;
    throw new Error(
      `The stream holds event ${id} at ${sequence}, which this log does not have: the stream belongs to another store, or the log was restored from a backup`,
    );
  }

  /** The cursor is a hint: it counts only where it tells of the very message that the stream ends with. */
  async #pastWhatHasNoEvents(place: Place): Promise<Place> {
    const cursor = await this.cursors.load(cursorOf(this.partition));
    if (!cursor || cursor.position < place.position) return place;
    const [streamSequence, lastSequence] = cursor.mark?.split(' ') ?? [];
    const isSame = Number(streamSequence) === place.streamSequence && [null, lastSequence].includes(place.lastSequence);
    return isSame ? { ...place, position: cursor.position, index: Number.POSITIVE_INFINITY } : place;
  }

  async #purgeDeleted(commits: readonly Commit[]): Promise<void> {
    const jobs = [...new Set(commits.filter(deletes).map(({ stream }) => stream))].map(splitStream);
    await Promise.all(
      jobs.map(({ organization, jobName }) =>
        this.publisher.purge(this.partition, subjectsOfJob(organization, jobName), subjectOf(organization, 'JobDeleted', jobName)),
      ),
    );
  }
}

const cursorOf = (partition: number): string => `relay/${partition}`;

const isWhole = ({ index }: Place): boolean => index === Number.POSITIVE_INFINITY;

/** Redacted commits have no events. */
const eventsAfter = (commits: readonly Commit[], { position, index }: Place): readonly Outgoing[] =>
  commits.flatMap((commit) => publishedOf(commit).slice(commit.position === position ? index + 1 : 0)).map(outgoingOf);

const placeOf = ({ streamSequence, last }: PublishedUpTo): Place => {
  if (!last) return { position: 0, index: Number.POSITIVE_INFINITY, streamSequence, lastSequence: null };
  const [, position, index] = last.sequence.split(':').map(Number);
  return { position: position ?? 0, index: index ?? 0, streamSequence, lastSequence: last.sequence };
};
