import { type JobCommand, type JobEvent, type JobRejection, type JobState, jobDecider } from '../domain/job/index.js';
import type { Calendar } from '../domain/schedule/calendar.js';
import type { Activity } from './activity.js';
import type { Commits, Committed } from './commits.js';
import type { JobRows } from './jobRows.js';
import type { Clock } from './ports/clock.js';
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
import { project } from './projections/project.js';
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

type Waiting = {
  readonly command: JobCommand;
  readonly resolve: (handled: Handled) => void;
  readonly reject: (error: unknown) => void;
};

type Dependencies = {
  readonly store: EventStore;
  readonly rows: JobRows;
  readonly projector: Projector;
  readonly commits: Commits;
  readonly membership: Membership;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly activity: Activity;
};

/**
 * Load, fold, decide, append; on a conflict decide afresh from what the other writer left. Commands for one job that arrive while
 * its append is under way are decided in order on the resulting state and appended as one commit.
 */
export class CommandHandler {
  readonly #lanes = new Map<StreamKey, Waiting[]>();
  /** Ids of commits that are being appended. */
  readonly #appending = new Set<string>();

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
        lane.push(waiting);
        return;
      }
      const opened = [waiting];
      this.#lanes.set(stream, opened);
      this.dependencies.activity.began();
      void this.#drain(stream, opened);
    });
  }

  async #drain(stream: StreamKey, lane: Waiting[]): Promise<void> {
    const { projector, rows } = this.dependencies;
    while (lane.length > 0) {
      try {
        if (projector.isFull) await projector.room();
        await this.#commitNext(rows.known(stream) ?? (await rows.load(stream)), lane);
      } catch (error) {
        rows.forget(stream);
        for (const { reject } of lane.splice(0)) reject(error);
      }
    }
    this.#lanes.delete(stream);
    this.dependencies.activity.ended();
  }

  /** Decides as many of the waiting commands as one commit holds, appends, and answers them. */
  async #commitNext(known: JobRow, lane: Waiting[]): Promise<void> {
    const { rows, membership } = this.dependencies;
    let row = known;
    let fresh = membership.exclusive;
    for (let conflicts = 0; conflicts < maxConflicts; ) {
      const { events, states, answers } = this.#decide(row, lane);
      const settled = events.length > 0 && answers.every((a) => a.ok);
      if (!fresh && !settled) {
        // A refusal must not rest on a row that another node has left behind.
        row = await this.#caughtUp(row);
        fresh = true;
        continue;
      }
      if (events.length === 0) {
        rows.remember(row);
        return answer(lane, answers, { row, commit: null });
      }
      const committed = await this.#append(row, events, states);
      if (committed) return answer(lane, answers, committed);
      row = await this.#caughtUp(row);
      fresh = true;
      conflicts++;
    }
    answer(lane, [{ ok: false, rejection: { code: 'CONTENDED' } }], { row, commit: null });
  }

  /** The row as the log has it. Commits that turn up are projected: their writer may be gone, or be this node, whose answer got lost. */
  async #caughtUp(row: JobRow): Promise<JobRow> {
    const { rows, projector } = this.dependencies;
    const { row: current, executions, commits } = await rows.caughtUp(row);
    for (const commit of commits) projector.take(commit, current, [...executions.values()]);
    return current;
  }

  #decide(row: JobRow, lane: readonly Waiting[]) {
    const decider = jobDecider({ calendar: this.dependencies.calendar, organization: splitStream(row.stream).organization });
    const events: JobEvent[] = [];
    const answers: Answer[] = [];
    const states: JobState[] = [];
    let state = row.state;
    for (const { command } of lane) {
      // A deletion stands alone in its commit: everything before it is redacted, and nothing else may share its fate.
      if (command.type === 'DeleteJob' && events.length > 0) break;
      const decision = decider.decide(command, state);
      if (!decision.ok) {
        answers.push(decision);
        continue;
      }
      if (events.length > 0 && events.length + decision.events.length > maxEvents) break;
      for (const event of decision.events) {
        state = decider.evolve(state, event);
        states.push(state);
        events.push(event);
      }
      answers.push({ ok: true, events: decision.events, state });
      if (command.type === 'DeleteJob') break;
    }
    return { events, states, answers };
  }

  /** The commit, projected and announced; null on a conflict. */
  async #append(row: JobRow, events: readonly JobEvent[], states: readonly JobState[]): Promise<Committed | null> {
    const { store, clock, ids } = this.dependencies;
    const request: AppendRequest = { stream: row.stream, expectedVersion: row.version, commitId: ids.next(), at: clock.now(), events };
    this.#appending.add(request.commitId);
    try {
      // An answer that got lost is asked for again: with the same id an append has one effect.
      const result = await store.append(request).catch((error) => {
        if (error instanceof StoreUnavailable) return store.append(request);
        throw error;
      });
      return result.outcome === 'conflict' ? null : this.#committed(row, request, result, states);
    } finally {
      this.#appending.delete(request.commitId);
    }
  }

  #committed(row: JobRow, request: AppendRequest, result: Appended, states: readonly JobState[]): Committed {
    const { rows, projector, commits } = this.dependencies;
    const { commitId, stream, at, events } = request;
    const { version, partition, position } = result;
    const commit: Commit = { commitId, stream, version, partition, position, at, events };
    const projected = project(row, commit, states);
    rows.remember(projected.row);
    projector.take(commit, projected.row, projected.executions);
    const committed: Committed = { commit, ...projected, origin: 'here' };
    commits.tell(committed);
    return committed;
  }
}

type Appended = Exclude<AppendResult, { outcome: 'conflict' }>;

type Answer = Omit<Extract<Handled, { ok: true }>, 'row' | 'commit'> | Extract<Handled, { ok: false }>;

const answer = (
  lane: Waiting[],
  answers: readonly Answer[],
  { row, commit }: Pick<Committed, 'row'> & { readonly commit: Commit | null },
): void => {
  const answered = lane.splice(0, answers.length);
  answered.forEach(({ resolve }, i) => {
    const handled = answers[i];
    if (handled) resolve(handled.ok ? { ...handled, row, commit } : handled);
  });
};
