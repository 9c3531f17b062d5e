import { type Instant, instant } from '../../domain/instant.js';
import type { JobEvent } from '../../domain/job/index.js';
import { CalculatorFailure, type Calendar } from '../../domain/schedule/calendar.js';
import { jitterOffset } from '../../domain/schedule/jitter.js';
import { boundsOf, type Schedule } from '../../domain/schedule/schedule.js';
import type { Commit, Version } from '../ports/eventStore.js';

export type Unaccounted = { readonly version: Version; readonly detail: string };
export type Fates = { readonly found: number; readonly unaccounted: readonly Unaccounted[] };

/** A commit is this much younger at most than the moment its events were decided at. */
const decisionMs = 60_000;
/** Skipped occurrences are counted exactly up to here. */
const mostCounted = 1_000;

/**
 * Whether every occurrence that a job's schedules named has a fate in its log: queued, or skipped with a reason. Derived from the events
 * and the calendar alone, so that a rule which decides wrongly is found out. What is due and only waits is not missing: the log still
 * names it as the next. A custom schedule is followed as far as its calculator is at hand.
 */
export const fatesOf = (commits: readonly Commit[], calendar: Calendar, organization: string, now: Instant): Fates => {
  const book = new Book(calendar, organization);
  const from = newestSnapshot(commits);
  if (from) book.begin(from);
  for (const commit of commits)
    if (!from || commit.version >= from.belowVersion) for (const index of commit.events.keys()) book.enter(commit, index);
  book.close(now, commits.at(-1)?.version ?? 0);
  return book;
};

type Compacted = Extract<JobEvent, { type: 'JobCompacted' }>;

const newestSnapshot = (commits: readonly Commit[]): Compacted | undefined => {
  for (let i = commits.length - 1; i >= 0; i--)
    for (const event of commits[i]?.events ?? []) {
      if (event.type === 'JobCompacted') return event;
      if (event.type === 'JobDeleted') return undefined;
    }
  return undefined;
};

/** A schedule that is being followed, and how far. */
type Rule = {
  readonly jobId: string;
  schedule: Schedule;
  /** Every occurrence up to here has a fate, or was never promised. */
  coveredTo: number;
  lastHandled: number;
  /** Runs that count towards `maxRuns`: started, or waiting to. */
  runs: number;
  /** Executions that have not started, and whether they count towards `maxRuns`. */
  readonly waiting: Map<string, { readonly scheduledFor: Instant; counts: boolean }>;
  /** What the log names as the next occurrence. */
  next: Instant | null;
  ended: boolean;
  /** Whether the calendar can still say what was to come. */
  isKnown: boolean;
};

class Book implements Fates {
  found = 0;
  readonly unaccounted: Unaccounted[] = [];
  #rule: Rule | null = null;

  constructor(
    private readonly calendar: Calendar,
    private readonly organization: string,
  ) {}

  /** Goes on from a snapshot, which stands in for what was before it. */
  begin({ state, createdAt }: Compacted): void {
    if (state.kind !== 'job') return;
    const { jobId, definition, nextRunAt, lastHandled, executions, runsStarted, ended } = state;
    const notStarted = executions.filter((e) => e.attempt === 0 && isPlanned(e.trigger));
    const waiting = new Map(notStarted.map((e) => [e.executionId, { scheduledFor: e.scheduledFor, counts: !e.former }]));
    this.#rule = {
      jobId,
      schedule: definition.schedule,
      coveredTo: nextRunAt === null ? (lastHandled ?? createdAt) : nextRunAt - 1,
      lastHandled: lastHandled ?? 0,
      runs: runsStarted + notStarted.filter((e) => !e.former).length,
      waiting,
      next: nextRunAt,
      ended: ended !== null,
      isKnown: true,
    };
  }

  enter({ at, version, events }: Commit, index: number): void {
    const event = events[index];
    if (!event) return;
    if (event.type === 'JobScheduled') return this.#begin(event, at);
    const rule = this.#rule;
    if (!rule) return;
    switch (event.type) {
      case 'JobRescheduled':
        return this.#replace(rule, event, at, version);
      case 'JobResumed':
        rule.next = event.nextRunAt;
        return;
      case 'JobCancelled':
        // Jitter or not: what was planned before goes with its schedule, and has to be recorded as gone.
        this.#owesNothing(rule, at - decisionMs, version);
        Object.assign(rule, { ended: true, next: null });
        return;
      case 'JobCompleted':
        // Whatever was still to come is lost now, however far off.
        if (event.reason === 'exhausted') this.#owesNothing(rule, Number.POSITIVE_INFINITY, version);
        rule.ended = true;
        return;
      case 'JobDeleted':
        this.#rule = null;
        return;
      case 'ExecutionQueued':
        if (isPlanned(event.trigger)) {
          this.#handled(rule, event.scheduledFor, event.scheduledFor, version);
          rule.runs++;
          rule.waiting.set(event.executionId, { scheduledFor: event.scheduledFor, counts: true });
        }
        rule.next = event.nextRunAt;
        return;
      case 'ExecutionStarted':
        rule.waiting.delete(event.executionId);
        return;
      case 'ExecutionCancelled':
        if (rule.waiting.get(event.executionId)?.counts) rule.runs--;
        rule.next = event.nextRunAt ?? rule.next;
        return;
      case 'OccurrencesSkipped':
        if (this.#isDrop(rule, event, events[index - 1])) rule.lastHandled = Math.max(rule.lastHandled, event.to);
        else {
          this.#handled(rule, event.from, event.to, version);
          this.#checkCount(rule, event, version);
        }
        rule.next = event.nextRunAt;
    }
  }

  /** What is due by now must have a fate, or be what the log names as the next. */
  close(now: Instant, version: Version): void {
    const rule = this.#rule;
    if (!rule || rule.ended) return;
    const last = now - jitterOffset(boundsOf(rule.schedule).jitterMs, rule.jobId);
    if (!this.#isNext(rule.next, rule, version)) this.#owesNothing(rule, last, version);
  }

  /** Whether the log names what is owed as the next occurrence: it only waits. */
  #isNext(next: Instant | null, rule: Rule, version: Version): boolean {
    const owed = this.#owed(rule, version);
    return owed !== null && next !== null && next <= owed;
  }

  #begin({ jobId, definition, nextRunAt: next }: Extract<JobEvent, { type: 'JobScheduled' }>, at: Instant): void {
    const { schedule } = definition;
    const coveredTo = promisedAfter(schedule, at, next);
    this.#rule = { jobId, schedule, coveredTo, lastHandled: 0, runs: 0, waiting: new Map(), next, ended: false, isKnown: true };
  }

  #replace(rule: Rule, event: Extract<JobEvent, { type: 'JobRescheduled' }>, at: Instant, version: Version): void {
    const isOther = event.changed.includes('schedule');
    if (isOther && !this.#isNext(event.nextRunAt, rule, version)) this.#owesNothing(rule, at - decisionMs, version);
    if (isOther || event.changed.includes('active')) {
      const { schedule } = event.definition;
      const since = Math.max(at, rule.lastHandled);
      const coveredTo = isOther ? promisedAfter(schedule, since, event.nextRunAt) : since;
      Object.assign(rule, { schedule, coveredTo, ended: false, isKnown: true });
      if (isOther) {
        rule.runs = 0;
        for (const execution of rule.waiting.values()) execution.counts = false;
      }
    }
    rule.next = event.nextRunAt;
  }

  /** An execution that waited, perhaps since an earlier schedule, is given another fate. */
  #isDrop({ waiting }: Rule, { from, to }: Extract<JobEvent, { type: 'OccurrencesSkipped' }>, before: JobEvent | undefined): boolean {
    if (before?.type !== 'ExecutionCancelled') return false;
    const dropped = waiting.get(before.executionId);
    return dropped !== undefined && dropped.scheduledFor === from && from === to;
  }

  #handled(rule: Rule, from: Instant, to: Instant, version: Version): void {
    const owed = this.#owed(rule, version);
    if (owed !== null && from > owed) this.#report(rule, owed, from - 1, version);
    rule.coveredTo = Math.max(rule.coveredTo, to);
    rule.lastHandled = Math.max(rule.lastHandled, to);
    this.found++;
  }

  /** Reports occurrences up to an instant. */
  #owesNothing(rule: Rule, last: number, version: Version): void {
    if (rule.ended) return;
    const owed = this.#owed(rule, version);
    if (owed !== null && owed <= last) this.#report(rule, owed, last, version);
  }

  #report(rule: Rule, first: Instant, until: number, version: Version): void {
    const { count, last } = this.#walk(rule, first, until, mostCounted, version);
    const many = count === 1 ? 'an occurrence has no fate' : `${count}${count === mostCounted ? ' or more' : ''} occurrences have no fate`;
    this.unaccounted.push({ version, detail: `${many}: ${iso(first)}${count === 1 ? '' : ` to ${iso(last)}`}` });
  }

  #checkCount(rule: Rule, { from, to, count, atLeast }: Extract<JobEvent, { type: 'OccurrencesSkipped' }>, version: Version): void {
    // A calculator that failed while its job was given up: what it would have named is not known.
    if (atLeast && count < mostCounted) rule.isKnown = false;
    if (!rule.isKnown || (from === to && count === 1)) return;
    const walked = this.#walk(rule, from, to, mostCounted + 1, version);
    const isRight = atLeast ? walked.count > mostCounted : walked.count === count;
    if (rule.isKnown && !isRight)
      this.unaccounted.push({
        version,
        detail: `${count} occurrences are recorded as skipped from ${iso(from)} to ${iso(to)}, but the schedule names ${walked.count}`,
      });
  }

  /** The next occurrence without a fate, by the calendar and nothing else. */
  #owed(rule: Rule, version: Version): Instant | null {
    const { maxRuns } = boundsOf(rule.schedule);
    if (maxRuns !== undefined && rule.runs >= maxRuns) return null;
    return this.#following(rule, rule.coveredTo, version);
  }

  #walk(rule: Rule, first: Instant, until: number, most: number, version: Version): { readonly count: number; readonly last: Instant } {
    let last = first;
    for (let count = 1; ; count++) {
      const next = count < most ? this.#following(rule, last, version) : null;
      if (next === null || next > until) return { count, last };
      last = next;
    }
  }

  #following(rule: Rule, after: number, version: Version): Instant | null {
    if (!rule.isKnown) return null;
    try {
      return this.calendar.next(rule.schedule, instant(after), { jobId: rule.jobId, organization: this.organization });
    } catch (error) {
      rule.isKnown = false;
      if (!(error instanceof CalculatorFailure))
        this.unaccounted.push({
          version,
          detail: `the schedule cannot be followed: ${error instanceof Error ? error.message : 'it is none'}`,
        });
      return null;
    }
  }
}

const isPlanned = (trigger: string): boolean => trigger === 'schedule' || trigger === 'catchUp';

/** After which instant occurrences are promised: a one-time job may be set for a moment that has just passed. */
const promisedAfter = (schedule: Schedule, since: number, next: Instant | null): number =>
  schedule.kind === 'once' ? schedule.runAt - 1 : Math.min(since, next === null ? since : next - 1);

const iso = (at: number): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
};
