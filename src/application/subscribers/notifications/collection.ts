import type { Position } from '../../ports/eventStore.js';
import type { Notice, NoticeMessage } from '../../ports/notifier.js';

/** Notices told in full; the others are counted. */
const mostNotices = 20;
const mostJobs = 10_000;

/** Notices for one recipient that wait to be sent together. However many come, it stays small. */
export class Collection {
  readonly #notices: [Notice, ...Notice[]];
  readonly #counts: { [kind in Notice['kind']]?: number } = {};
  readonly #jobs = new Set<string>();
  #total = 0;
  #first: Position;
  #last: Position;

  constructor(notice: Notice, position: Position) {
    this.#notices = [notice];
    this.#first = position;
    this.#last = position;
    this.#count(notice);
  }

  /** Of the commits that they come from. */
  get first(): Position {
    return this.#first;
  }

  get last(): Position {
    return this.#last;
  }

  add(notice: Notice, position: Position): void {
    if (this.#notices.length < mostNotices) this.#notices.push(notice);
    this.#first = Math.min(this.#first, position);
    this.#last = Math.max(this.#last, position);
    this.#count(notice);
  }

  message(): NoticeMessage {
    const key = `${this.#notices[0].id}-${this.#total}`;
    return { key, notices: this.#notices, total: this.#total, counts: this.#counts, jobs: this.#jobs.size };
  }

  #count({ kind, organization, jobName }: Notice): void {
    this.#total++;
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    if (this.#jobs.size < mostJobs) this.#jobs.add(`${organization}/${jobName}`);
  }
}
