import { type JobCommand, type JobEvent, type JobRejection, type JobState, jobDecider } from '../domain/job/index.js';
import type { Calendar } from '../domain/schedule/calendar.js';
import type { Activity } from './activity.js';
import type { Commits, Committed } from './commits.js';
import type { JobRows } from './jobRows.js';
import type { Background, Clock } from './ports/clock.js';
import {
  type AppendRequest,
  type AppendResult,
  type Commit,
  type EventStore,
  StoreUnavailable,
  type StreamKey,
} from './ports/eventStore.js';
import type { Ids } from './ports/ids.js';
import type { Membership } from './ports/membership.js';
import type { JobRow } from './ports/readModels.js';
import { blankRow, project } from './projections/project.js';
import type { Projector } from './projector.js';
import { splitStream } from './streams.js';

/** `state` is the job's right after this command, `row` after the commit that this command became part of. */
export type Handled =
  | {
      readonly ok: true;
      readonly events: readonly JobEvent[];
      readonly state: JobState;
      readonly row: JobRow;
      readonly commit: Commit | null;
    }
  | { readonly ok: false; readonly rejection: JobRejection | { readonly code: 'CONTENDED' } };

const maxConflicts = 10;
const maxEvents = 100;
/** So long after a look for a commit without an answer failed comes the next one. */
const lookAgainAfterMs = 1_000;

type Waiting = {
  readonly command: JobCommand;
  readonly resolve: (handled: Handled) => void;
  readonly reject: (error: unknown) => void;
};

/** The commands of one job that wait, the first in front; gone when there are none. */
type Lane = { readonly stream: StreamKey; readonly waiting: Waiting[] };

type Dependencies = {
  readonly store: EventStore;
  readonly rows: JobRows;
  readonly projector: Projector;
  readonly commits: Commits;
  readonly membership: Membership;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly background: Background;
  readonly ids: Ids;
  readonly activity: Activity;
};

/**
 * Load, fold, decide, append; on a conflict decide afresh from what the other writer left. Commands for one job that arrive while
 * its append is under way are decided in order on the resulting state and appended as one commit.
 *
 * Every start and every end of an execution comes through here: what can be done at once is done at once, and only waiting for the
 * store costs a promise.
 */
export class CommandHandler {
  readonly #lanes = new Map<StreamKey, Lane>();
  /** Ids of commits that are being appended. */
  readonly #appending = new Set<string>();
  #isStopped = false;
  /** Whether the job that was last scheduled without being in memory was a new one: most come in a row. */
  #expectsNew = false;

  constructor(private readonly dependencies: Dependencies) {}

  /** Whether a commit found in the log is one whose append is under way here: it is told of when that is answered. */
  isAppending(commitId: string): boolean {
    return this.#appending.has(commitId);
  }

  /** Rejects with `StoreUnavailable` where the outcome is not known; everything else is an answer. */
  handle(stream: StreamKey, command: JobCommand): Promise<Handled> {
    return new Promise((resolve, reject) => {
      const waiting = { command, resolve, reject };
      const lane = this.#lanes.get(stream);
      if (lane) {
        lane.waiting.push(waiting);
        return;
      }
      const opened = { stream, waiting: [waiting] };
      this.#lanes.set(stream, opened);
      this.dependencies.activity.began();
      this.#next(opened);
    });
  }

  /** What has no answer by now is left to the next start. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Goes on with what waits in a lane, or closes it. */
  #next(lane: Lane): void {
    if (lane.waiting.length === 0) {
      this.#lanes.delete(lane.stream);
      this.dependencies.activity.ended();
      return;
    }
    const { projector, rows } = this.dependencies;
    const known = projector.isFull ? undefined : rows.known(lane.stream);
    if (known) this.#commit(lane, known);
    else if (this.#expectsNew && !projector.isFull && this.#schedules(lane))
      this.#commit(lane, blankRow(lane.stream, this.dependencies.clock.now()), 'guessed');
    else this.#load(lane);
  }

  #load(lane: Lane): void {
    void this.#loaded(lane.stream).then(
      (row) => {
        if (this.#schedules(lane)) this.#expectsNew = row.version === 0;
        this.#commit(lane, row);
      },
      (error) => this.#fail(lane, error),
    );
  }

  get #isExclusive(): boolean {
    return this.dependencies.membership.exclusive;
  }

  /** Where others write too a wrong guess costs everyone: there is none. */
  #schedules({ waiting }: Lane): boolean {
    return this.#isExclusive && waiting[0]?.command.type === 'ScheduleJob';
  }

  async #loaded(stream: StreamKey): Promise<JobRow> {
    const { projector, rows } = this.dependencies;
    if (projector.isFull) await projector.room();
    return rows.known(stream) ?? (await rows.load(stream));
  }

  #commit(lane: Lane, row: JobRow, basis: Basis = this.#isExclusive ? 'current' : 'maybeOld'): void {
    try {
      this.#attempt(lane, row, basis, 0);
    } catch (error) {
      this.#fail(lane, error);
    }
  }

  /** Nobody knows what the store has now: all that wait are told so. */
  #fail(lane: Lane, error: unknown): void {
    this.dependencies.rows.forget(lane.stream);
    for (const { reject } of lane.waiting.splice(0)) reject(error);
    this.#next(lane);
  }

  /** Decides as many of the waiting commands as one commit holds, appends, and answers them. */
  #attempt(lane: Lane, row: JobRow, basis: Basis, conflicts: number): void {
    const { events, states, answers } = this.#decide(row, lane.waiting);
    const settled = events.length > 0 && answers.every((a) => a.ok);
    // A refusal must not rest on a guess, or on a row that another node has left behind.
    if (basis !== 'current' && !settled) return this.#again(lane, row, basis, conflicts);
    if (events.length === 0) {
      this.dependencies.rows.remember(row);
      return this.#answer(lane, answers, row, null);
    }
    const { clock, ids } = this.dependencies;
    const request: AppendRequest = { stream: row.stream, expectedVersion: row.version, commitId: ids.next(), at: clock.now(), events };
    this.#append({ lane, row, basis, conflicts, request, states, answers });
  }

  #append(appending: Appending): void {
    const { store } = this.dependencies;
    const { request } = appending;
    const appended = (result: AppendResult): void => this.#appended(appending, result);
    const failed = (error: unknown): void => {
      if (this.dependencies.membership.exclusive) return this.#look(appending, error);
      this.#appending.delete(request.commitId);
      this.#fail(appending.lane, error);
    };
    this.#appending.add(request.commitId);
    store.append(request).then(appended, (error) => {
      // An answer that got lost is asked for again: with the same id an append has one effect.
      if (error instanceof StoreUnavailable) store.append(request).then(appended, failed);
      else failed(error);
    });
  }

  /**
   * An append without an answer may be in the log. Where nodes share a log each of them follows it and finds the commit; nobody follows
   * a log of our own, so nothing is decided on this stream before it is known.
   */
  #look(appending: Appending, error: unknown): void {
    const { lane, row, request, states } = appending;
    const { store, rows, background, activity } = this.dependencies;
    rows.forget(row.stream);
    for (const { reject } of lane.waiting.splice(0)) reject(error);
    const found = (commits: readonly Commit[]): void => {
      const commit = commits.find(({ commitId }) => commitId === request.commitId);
      if (commit) this.#tell(row, commit, states, 'elsewhere');
      this.#appending.delete(request.commitId);
      this.#next(lane);
    };
    const failed = (failure: unknown): void => {
      if (this.#isStopped) return this.#fail(lane, failure);
      activity.ended();
      background.after(lookAgainAfterMs, () => {
        activity.began();
        this.#look(appending, failure);
      });
    };
    store.read(row.stream, row.version).then(found).catch(failed);
  }

  #appended({ lane, row, basis, conflicts, request, states, answers }: Appending, result: AppendResult): void {
    try {
      if (result.outcome === 'conflict') return this.#again(lane, row, basis, conflicts + 1);
      const committed = this.#committed(row, request, result, states);
      this.#answer(lane, answers, committed.row, committed.commit);
    } catch (error) {
      this.#fail(lane, error);
    } finally {
      this.#appending.delete(request.commitId);
    }
  }

  /** Decides afresh on the row as the log has it. */
  #again(lane: Lane, row: JobRow, basis: Basis, conflicts: number): void {
    if (basis === 'guessed') return this.#load(lane);
    if (conflicts >= maxConflicts) return this.#answer(lane, [{ ok: false, rejection: { code: 'CONTENDED' } }], row, null);
    this.#caughtUp(row)
      .then((current) => this.#attempt(lane, current, 'current', conflicts))
      .catch((error) => this.#fail(lane, error));
  }

  /**
   * The row as the log has it. What turns up in a log of our own was committed by this process, whose answer got lost: it has to be
   * saved. Where others write too, whoever commits saves, and the repairer does where that one has died.
   */
  async #caughtUp(row: JobRow): Promise<JobRow> {
    const { rows, projector } = this.dependencies;
    const { row: current, executions, commits } = await rows.caughtUp(row);
    if (this.#isExclusive) for (const commit of commits) projector.take(commit, current, [...executions.values()]);
    return current;
  }

  #decide(row: JobRow, waiting: readonly Waiting[]) {
    const decider = jobDecider({ calendar: this.dependencies.calendar, organization: splitStream(row.stream).organization });
    let events: readonly JobEvent[] = [];
    let states: readonly JobState[] = [];
    const answers: Answer[] = [];
    let state = row.state;
    for (const { command } of waiting) {
      // A deletion stands alone in its commit: everything before it is redacted, and nothing else may share its fate.
      if (command.type === 'DeleteJob' && events.length > 0) break;
      const decision = decider.decide(command, state);
      if (!decision.ok) {
        answers.push(decision);
        continue;
      }
      if (events.length > 0 && events.length + decision.events.length > maxEvents) break;
      const after = decision.states ?? fold(decider.evolve, state, decision.events);
      state = after.at(-1) ?? state;
      events = events.length === 0 ? decision.events : events.concat(decision.events);
      states = states.length === 0 ? after : states.concat(after);
      answers.push({ ok: true, events: decision.events, state });
      if (command.type === 'DeleteJob') break;
    }
    return { events, states, answers };
  }

  #committed(row: JobRow, request: AppendRequest, result: Appended, states: readonly JobState[]): Committed {
    const { commitId, stream, at, events } = request;
    const { version, partition, position } = result;
    return this.#tell(row, { commitId, stream, version, partition, position, at, events }, states, 'here');
  }

  #tell(row: JobRow, commit: Commit, states: readonly JobState[], origin: Committed['origin']): Committed {
    const { rows, projector, commits } = this.dependencies;
    const projected = project(row, commit, states);
    rows.remember(projected.row);
    projector.take(commit, projected.row, projected.executions);
    const committed: Committed = { commit, row: projected.row, executions: projected.executions, origin };
    commits.tell(committed);
    return committed;
  }

  #answer(lane: Lane, answers: readonly Answer[], row: JobRow, commit: Commit | null): void {
    for (const [i, { resolve }] of lane.waiting.splice(0, answers.length).entries()) {
      const answer = answers[i];
      if (answer) resolve(answer.ok ? { ok: true, events: answer.events, state: answer.state, row, commit } : answer);
    }
    this.#next(lane);
  }
}

/** How a row is known on which is decided: `guessed` rows are blank, because nobody has looked; the log refuses what rests on a wrong one. */
type Basis = 'guessed' | 'maybeOld' | 'current';

/** What was decided on a row, on its way into the log. */
type Appending = {
  readonly lane: Lane;
  readonly row: JobRow;
  readonly basis: Basis;
  readonly conflicts: number;
  readonly request: AppendRequest;
  readonly states: readonly JobState[];
  readonly answers: readonly Answer[];
};

type Appended = Exclude<AppendResult, { outcome: 'conflict' }>;

type Answer = Omit<Extract<Handled, { ok: true }>, 'row' | 'commit'> | Extract<Handled, { ok: false }>;

const fold = (evolve: (state: JobState, event: JobEvent) => JobState, from: JobState, events: readonly JobEvent[]): readonly JobState[] => {
  let state = from;
  return events.map((event) => {
    state = evolve(state, event);
    return state;
  });
};
