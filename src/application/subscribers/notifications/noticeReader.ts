import type { ExecutionCompleted, ExecutionFailed, ExecutionQueued, Job, JobEvent, NotifyRule } from '../../../domain/job/index.js';
import type { Commits, Committed } from '../../commits.js';
import type { JobRows } from '../../jobRows.js';
import { Lru } from '../../lru.js';
import type { Clock } from '../../ports/clock.js';
import type { Commit, EventFeed, EventStore, Position, StreamKey, Version } from '../../ports/eventStore.js';
import type { Cursors } from '../../ports/leases.js';
import type { Notice } from '../../ports/notifier.js';
import type { JobRow } from '../../ports/readModels.js';
import { blankRow } from '../../projections/project.js';
import { replay } from '../../projections/replay.js';
import type { JobStats } from '../../projections/stats.js';
import { splitStream } from '../../streams.js';
import type { LogReader } from '../partitionRelay.js';
import { kindOf, matters, mayMatter, noticeOf, retryAtOf } from './notices.js';
import type { Outbox } from './outbox.js';
import { type NotificationSettings, ruleFor } from './rules.js';
import { Told } from './told.js';
import { WaitingRuns } from './waitingRuns.js';

const page = 500;
/** Looks, about one a second. */
const looksAtGap = 5;
const looksBetweenSaves = 10;
const remembered = 10_000;

export type NoticeDependencies = {
  readonly feed: EventFeed;
  readonly store: Pick<EventStore, 'read'>;
  readonly rows: JobRows;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly settings: NotificationSettings;
  /** Whether any live node can run it. */
  readonly hasHandler: (stream: StreamKey, jobType: string) => boolean;
  readonly outboxOf: (onSettled: () => void) => Outbox;
};

type Streak = JobStats['streak'];

/** Finds in the log of one partition what people should know, and hands it to the outbox. Its place is saved after deliveries. */
export class NoticeReader implements LogReader {
  #told: Told | null = null;
  /** While set, the log is read from here; else what this process hears is enough. */
  #readFrom: Position | null = null;
  #outbox: Outbox;
  #saved: Position | null = null;
  #savedMark: string | null = null;
  #looks = 0;
  #urgent = false;
  readonly #failures = new Lru<StreamKey, number>(remembered);
  readonly #waiting: WaitingRuns;

  constructor(
    readonly partition: number,
    private readonly dependencies: NoticeDependencies,
    commits: Commits,
    wake: () => void,
  ) {
    this.#outbox = this.#newOutbox();
    this.#waiting = new WaitingRuns(dependencies);
    commits.on((committed) => {
      if (committed.commit.partition !== partition || !this.#told) return;
      const isOfInterest = this.#concernsAnybody(committed);
      this.#told.note(committed, isOfInterest);
      if (isOfInterest) wake();
    });
  }

  #concernsAnybody({ commit, row }: Committed): boolean {
    if (!mayMatter(commit, row) || row.state.kind !== 'job') return false;
    const rule = ruleFor(this.dependencies.settings, splitStream(commit.stream).organization, row.state.definition.notify);
    if (!rule || rule.on.includes('waiting')) return rule !== null;
    return commit.events.some((event) => event.type !== 'ExecutionQueued' && matters(event, commit.events));
  }

  async next(): Promise<'more' | 'caughtUp'> {
    const told = this.#told ?? (await this.#resume());
    if (this.#readFrom === null && told.isIncomplete(looksAtGap)) this.#readAgain(told.seenTo);
    if (this.#readFrom !== null) return this.#read(this.#readFrom);
    for (let committed = told.next(); committed; committed = told.next()) {
      await this.#look(committed.commit, committed.row);
      told.done();
    }
    return 'caughtUp';
  }

  /** A step that failed is taken again as it was. */
  forget(): void {}

  standBy(): void {
    if (!this.#told) return;
    this.#told = null;
    this.#waiting.clear();
    this.#outbox.close();
    this.#outbox = this.#newOutbox();
  }

  async save(): Promise<void> {
    if (!this.#told || (!this.#urgent && ++this.#looks % looksBetweenSaves !== 0)) return;
    const position = this.#place();
    const mark = this.#outbox.kept(position);
    if (position === this.#saved && mark === this.#savedMark) return;
    this.#urgent = false;
    await this.dependencies.cursors.save(this.#name, position, mark);
    this.#saved = position;
    this.#savedMark = mark;
  }

  /** What is collected is sent now; what cannot be, the next start finds in the log again. */
  async drain(): Promise<void> {
    await this.#outbox.flush();
    this.#urgent = true;
  }

  async position(): Promise<Position> {
    return this.#told ? this.#place() : ((await this.dependencies.cursors.load(this.#name))?.position ?? 0);
  }

  close(): void {
    this.#waiting.clear();
    this.#outbox.close();
  }

  get #name(): string {
    return `notify/${this.partition}`;
  }

  #newOutbox(): Outbox {
    return this.dependencies.outboxOf(() => {
      this.#urgent = true;
      void this.save().catch(() => undefined);
    });
  }

  /** All up to here is seen to. */
  #place(): Position {
    const seen = this.#readFrom ?? this.#told?.seenTo ?? 0;
    const pending = [this.#outbox.oldest, this.#waiting.oldest].filter((p) => p !== null);
    return Math.min(seen, ...pending.map((position) => position - 1));
  }

  /** A store that has never been followed is followed from now on: nobody is told of the past. */
  async prepare(): Promise<void> {
    const { cursors, feed } = this.dependencies;
    if (!(await cursors.load(this.#name))) await cursors.save(this.#name, await feed.head(this.partition), null);
  }

  async #resume(): Promise<Told> {
    const cursor = await this.dependencies.cursors.load(this.#name);
    this.#outbox.restore(cursor?.mark ?? null);
    this.#saved = cursor?.position ?? null;
    this.#savedMark = cursor?.mark ?? null;
    return this.#readAgain(cursor?.position ?? 0);
  }

  #readAgain(from: Position): Told {
    this.#readFrom = from;
    this.#told = new Told(from);
    return this.#told;
  }

  async #read(from: Position): Promise<'more' | 'caughtUp'> {
    const commits = await this.dependencies.feed.after(this.partition, from, page);
    for (const commit of commits) {
      if (commit.events.some((event) => matters(event, commit.events))) await this.#look(commit, null);
      this.#readFrom = commit.position;
    }
    const upTo = commits.at(-1)?.position ?? from;
    if (commits.length === page) return 'more';
    // What was told since is in the page, or comes after it.
    this.#readFrom = null;
    this.#told?.skipTo(upTo);
    return 'more';
  }

  /** `row` as it was after the commit; null where the log was read later. */
  async #look(commit: Commit, row: JobRow | null): Promise<void> {
    const { rows, settings } = this.dependencies;
    const { state } = row ?? rows.known(commit.stream) ?? (await rows.load(commit.stream));
    if (state.kind !== 'job') return;
    const rule = ruleFor(settings, splitStream(commit.stream).organization, state.definition.notify);
    if (!rule) return;
    for (const [index, event] of commit.events.entries()) {
      if (!matters(event, commit.events)) continue;
      const notice = await this.#notice({ commit, index, job: state, rule, streak: row ? row.stats.streak : undefined }, event);
      if (notice) for (const recipient of rule.to) this.#outbox.add(recipient, notice, commit.position);
    }
  }

  async #notice(found: Found, event: JobEvent): Promise<Notice | null> {
    const { commit, index, job, rule } = found;
    switch (event.type) {
      case 'ExecutionFailed':
        return this.#failure(found, event);
      case 'ExecutionCompleted':
        return this.#recovery(found, event);
      case 'OccurrencesSkipped': {
        const { from, to, count, atLeast = false } = event;
        return rule.on.includes('missed') ? noticeOf(commit, index, 'missed', job, { missed: { from, to, count, atLeast } }) : null;
      }
      case 'JobCompleted':
        return rule.on.includes('missed') ? noticeOf(commit, index, 'missed', job) : null;
      case 'JobPaused': {
        const error = { name: 'Paused', message: event.note ?? 'its next time could not be calculated' };
        return rule.on.includes('paused') ? noticeOf(commit, index, 'paused', job, { error, nextRunAt: null }) : null;
      }
      case 'ExecutionQueued':
        if (rule.on.includes('waiting')) this.#watch(found, event);
        return null;
      default:
        return null;
    }
  }

  async #failure(found: Found, event: ExecutionFailed): Promise<Notice | null> {
    const { commit, index, job, rule } = found;
    const { executionId, attempt, cause, final, error } = event;
    const kind = kindOf(event, rule.on);
    const streak = final && (rule.after > 1 || found.streak) ? await this.#streak(found, commit.version) : null;
    const failuresInARow = streak?.outcome === 'failed' ? streak.count : null;
    if (failuresInARow !== null) this.#failures.set(commit.stream, failuresInARow);
    if (!kind || (kind === 'failed' && rule.after > 1 && (failuresInARow ?? 0) < rule.after)) return null;
    const retryAt = retryAtOf(commit, executionId);
    return noticeOf(commit, index, kind, job, {
      ...{ executionId, attempt, cause, failuresInARow, retryAt, at: event.finishedAt },
      error: { name: error.name, message: error.message },
    });
  }

  /** Only after a failure that was told of. */
  async #recovery(found: Found, { executionId, attempt, finishedAt }: ExecutionCompleted): Promise<Notice | null> {
    const { commit, index, job, rule } = found;
    if (!rule.recovered || !rule.on.includes('failed')) return null;
    const known = this.#failures.get(commit.stream);
    this.#failures.delete(commit.stream);
    const before = known ?? (await this.#failuresBefore(commit));
    if (before < rule.after) return null;
    return noticeOf(commit, index, 'recovered', job, { executionId, attempt, at: finishedAt, failuresInARow: before });
  }

  #watch({ commit, index, job }: Found, { executionId, queuedAt }: ExecutionQueued): void {
    const { jobType } = job.definition;
    if (this.dependencies.hasHandler(commit.stream, jobType)) return;
    this.#waiting.watch({ stream: commit.stream, executionId, position: commit.position, since: queuedAt, jobType }, (stillJob) => {
      const { settings } = this.dependencies;
      const rule = ruleFor(settings, splitStream(commit.stream).organization, stillJob.definition.notify);
      if (!rule?.on.includes('waiting')) return;
      const notice = noticeOf(commit, index, 'waiting', stillJob, { executionId });
      for (const recipient of rule.to) this.#outbox.addLate(recipient, notice, commit.position);
    });
  }

  async #streak({ commit, streak }: Found, version: Version): Promise<Streak> {
    return streak === undefined ? this.#streakAt(commit, version) : streak;
  }

  async #failuresBefore(commit: Commit): Promise<number> {
    const streak = await this.#streakAt(commit, commit.version - 1);
    return streak?.outcome === 'failed' ? streak.count : 0;
  }

  /** As the log has it at a version: for what nobody was there to see. */
  async #streakAt({ stream, at }: Commit, version: Version): Promise<Streak> {
    const commits = await this.dependencies.store.read(stream, 0);
    return replay(blankRow(stream, at), commits, (commit) => commit.version <= version).row.stats.streak;
  }
}

type Found = {
  readonly commit: Commit;
  readonly index: number;
  readonly job: Job;
  readonly rule: NotifyRule;
  /** Undefined where it is not known. */
  readonly streak: Streak | undefined;
};
