import type { Millis } from '../../domain/instant.js';
import type { ExecutionError, FailureCause, Job } from '../../domain/job/index.js';
import type { RunningExecution } from '../../domain/job/state.js';
import type { Json } from '../../domain/json.js';
import type { Activity } from '../activity.js';
import type { CommandHandler } from '../commandHandler.js';
import type { Commits, Committed } from '../commits.js';
import type { JobHandlers } from '../handlers.js';
import type { Artifact, ArtifactStore } from '../ports/artifacts.js';
import type { Background, Clock } from '../ports/clock.js';
import type { Commit, StreamKey } from '../ports/eventStore.js';
import type { Lineage, Maker } from '../ports/lineage.js';
import type { Logger } from '../ports/logger.js';
import type { Membership } from '../ports/membership.js';
import type { ArtifactContent, RunInfo, Runner, RunOutcome, RunRequest } from '../ports/runner.js';
import type { LogLevel } from '../ports/runRecords.js';
import { splitStream } from '../streams.js';
import { Deadlines } from './deadlines.js';
import { type Settlement, settlementOf } from './outcome.js';
import type { Notes, Recorder } from './recorder.js';
import { saveArtifact } from './saveArtifact.js';

/** After it was told to stop, an inline handler keeps its slot this long. */
const stuckAfterMs = 5_000;
/** At a stop, the store has so long to take the ends of attempts: a node that has left is found to have lost them. */
const lastRecordsMs = 10_000;
const firstRetryMs = 100;
const longestRetryMs = 5_000;

/** An attempt whose claim is durable. */
export type Claim = { readonly stream: StreamKey; readonly executionId: string; readonly job: Job };

type Attempt = Claim & {
  readonly number: number;
  readonly startedAtMs: Millis;
  readonly endAtMs: Millis;
  /** Made when the handler looks at its signal, or is told to stop. */
  abort: AbortController | null;
  /** What the handler said; made when it says something. */
  notes: Notes | null;
  /** Gives the slot back; null once it is given back. */
  release: (() => void) | null;
  /** True once the log has, or is being told, how the attempt ended: what the handler returns later counts for nothing. */
  settled: boolean;
};

type Dependencies = {
  readonly commands: CommandHandler;
  readonly commits: Commits;
  readonly membership: Membership;
  readonly handlers: JobHandlers;
  readonly runner: Runner;
  readonly recorder: Recorder;
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
  readonly background: Background;
  readonly activity: Activity;
  readonly log: Logger;
  /** Null where nobody asks which run makes a job. */
  readonly lineage: Lineage | null;
};

/** Runs claimed attempts: call the handler, hold it to its time-out, record how it ended. */
export class Executor {
  readonly #attempts = new Map<string, Attempt>();
  readonly #deadlines: Deadlines<Attempt>;
  #stuck = 0;
  /** False once the store has had its time to take what is left. */
  #records = true;
  /** While fenced or over, what has been claimed is given back. */
  #phase: 'open' | 'fenced' | 'over' = 'open';
  #whenIdle: (() => void)[] = [];
  #onUnstuck: () => void = () => undefined;

  constructor(private readonly dependencies: Dependencies) {
    this.#deadlines = new Deadlines(dependencies.clock, (attempt) => this.#onTimeout(attempt));
    dependencies.membership.onFenced((fenced) => this.#onFenced(fenced));
    dependencies.commits.on((committed) => this.#onCommitted(committed));
  }

  /** Attempts under way. */
  get running(): number {
    return this.#attempts.size;
  }

  /** Calls back when a handler that was stuck has returned after all. */
  onUnstuck(listener: () => void): void {
    this.#onUnstuck = listener;
  }

  /** Handlers that were told to stop and did not. */
  get stuck(): number {
    return this.#stuck;
  }

  /** Whether this process knows of the execution: it runs here, or its end is being recorded. */
  has(executionId: string): boolean {
    return this.#attempts.has(executionId) || [...this.#stuckOnes].some((attempt) => attempt.executionId === executionId);
  }

  /** Runs what was claimed, if this node still holds it. */
  start(claim: Claim, release: () => void): void {
    const execution = this.#claimed(claim);
    if (!execution) return release();
    const attempt = this.#attemptOf(claim, execution, release);
    // Claimed at the last moment: others may take this node for dead by now, or it is about to leave.
    if (this.#phase === 'over') return void this.#giveBack(attempt, 'shutdown', stopped);
    if (this.#phase === 'fenced') return void this.#giveBack(attempt, 'fenced', fenced);
    this.#run(attempt);
    if (execution.cancelRequested) this.#tellToStop(attempt, cancelled);
  }

  /** Ends what was claimed and never began, for want of room; it is tried again at once, wherever there is some. */
  decline(claim: Claim): void {
    const execution = this.#claimed(claim);
    if (execution) void this.#giveBack(this.#attemptOf(claim, execution, null), 'fenced', noRoom);
  }

  /** The execution, if this node still holds it. */
  #claimed({ job, executionId }: Claim): RunningExecution | null {
    const execution = job.executions.find((e) => e.executionId === executionId);
    return execution?.phase === 'running' && execution.node === this.dependencies.membership.self ? execution : null;
  }

  #attemptOf(claim: Claim, { attempt: number }: RunningExecution, release: (() => void) | null): Attempt {
    const startedAtMs = this.dependencies.clock.monotonic();
    const endAtMs = startedAtMs + claim.job.definition.timeoutMs;
    const attempt: Attempt = { number, startedAtMs, endAtMs, abort: null, notes: null, release, settled: false, ...claim };
    this.#attempts.set(claim.executionId, attempt);
    return attempt;
  }

  /**
   * Waits for running attempts, at most `drainMs`; the rest are aborted, recorded as such, and retried elsewhere or later. Where the store
   * does not take their ends they are left to the other nodes, or to the next start.
   */
  async drain(drainMs: Millis): Promise<void> {
    await this.#idleWithin(drainMs);
    this.#phase = 'over';
    const recorded = Promise.all([...this.#attempts.values()].map((attempt) => this.#giveUp(attempt, 'shutdown', stopped)));
    await this.#within(lastRecordsMs, recorded);
    await this.#idleWithin(Math.min(drainMs, stuckAfterMs));
    this.#records = false;
  }

  /** Ends an attempt that never began. */
  async #giveBack(attempt: Attempt, cause: FailureCause, error: ExecutionError): Promise<void> {
    await this.#giveUp(attempt, cause, error);
    releaseSlot(attempt);
    this.#forget(attempt);
  }

  #run(attempt: Attempt): void {
    const { activity, runner, lineage } = this.dependencies;
    activity.handlerBegan();
    this.#deadlines.add(attempt);
    const request = this.#requestOf(attempt);
    if (!request) return this.#onReturned(attempt, noHandler(attempt.job.definition.jobType));
    const running = lineage ? lineage.within(makerOf(attempt), () => runner.run(request)) : runner.run(request);
    void running.then((outcome) => this.#onReturned(attempt, outcome));
  }

  /** The handler is done; unless the attempt was given up meanwhile, this is how it ended. */
  #onReturned(attempt: Attempt, outcome: RunOutcome): void {
    const { activity, clock } = this.dependencies;
    this.#deadlines.delete(attempt);
    releaseSlot(attempt);
    activity.handlerEnded();
    if (attempt.settled) this.#forget(attempt);
    else void this.#settle(attempt, settlementOf(outcome, elapsed(attempt, clock))).then(() => this.#forget(attempt));
  }

  #requestOf(attempt: Attempt): RunRequest | null {
    const { stream, job, executionId } = attempt;
    const { organization, jobName } = splitStream(stream);
    const { jobType, maxAttempts, isolation, parameters } = job.definition;
    const execution = job.executions.find((e) => e.executionId === executionId);
    const registered = this.dependencies.handlers.resolve(stream, jobType);
    if (!registered || !execution) return null;
    const { handler } = registered;
    return new Request(attempt, this.dependencies, handler, isolation, execution.parameters ?? parameters, {
      jobName,
      jobId: job.jobId,
      jobType,
      organization,
      executionId,
      attempt: attempt.number,
      maxAttempts,
      scheduledFor: execution.scheduledFor,
      fencingToken: execution.phase === 'running' ? execution.fencingToken : job.fencingToken,
      idempotencyKey: executionId,
    });
  }

  #onTimeout(attempt: Attempt): void {
    const { timeoutMs } = attempt.job.definition;
    const error = { name: 'TimeoutError', message: `no end within the time-out of ${timeoutMs} ms`, code: 'TIMEOUT' };
    void this.#giveUp(attempt, 'timeout', error);
  }

  /** Records the end of an attempt whose handler still runs, and tells the handler to stop. */
  async #giveUp(attempt: Attempt, cause: FailureCause, error: ExecutionError): Promise<void> {
    if (attempt.settled) return;
    attempt.settled = true;
    this.#tellToStop(attempt, error);
    const durationMs = elapsed(attempt, this.dependencies.clock);
    await this.#record(attempt, { type: 'FailAttempt', durationMs, error, cause, retryable: true });
  }

  /** A handler that does not listen loses its slot after a while, and counts as stuck until it returns. */
  #tellToStop(attempt: Attempt, reason: ExecutionError): void {
    const abort = abortOf(attempt);
    if (abort.signal.aborted) return;
    abort.abort(Object.assign(new Error(reason.message), { name: reason.name, code: reason.code }));
    this.dependencies.clock.after(stuckAfterMs, () => {
      if (this.#attempts.get(attempt.executionId) !== attempt) return;
      this.#stuck++;
      this.dependencies.log.warn({ stream: attempt.stream, executionId: attempt.executionId }, 'a handler ignores its abort signal');
      releaseSlot(attempt);
      this.#attempts.delete(attempt.executionId);
      this.#stuckOnes.add(attempt);
      if (!attempt.settled) void this.#giveUp(attempt, 'error', reason);
    });
  }

  readonly #stuckOnes = new Set<Attempt>();

  #settle(attempt: Attempt, settlement: Settlement): Promise<void> {
    attempt.settled = true;
    return this.#record(attempt, settlement);
  }

  /** The result is kept and offered again until the store takes it: nothing that ran is forgotten while this process lives. */
  async #record(attempt: Attempt, settlement: Settlement | FailedBySystem): Promise<void> {
    const { commands, clock, log } = this.dependencies;
    for (let wait = firstRetryMs; this.#records; wait = Math.min(longestRetryMs, wait * 2)) {
      try {
        const { executionId, number } = attempt;
        const handled = await commands.handle(attempt.stream, { now: clock.now(), executionId, attempt: number, ...settlement });
        if (handled.ok) return;
        if (handled.rejection.code !== 'CONTENDED') {
          log.info({ stream: attempt.stream, executionId, attempt: number, code: handled.rejection.code }, 'a late result was refused');
          return;
        }
      } catch (error) {
        log.warn({ error, stream: attempt.stream, executionId: attempt.executionId }, 'an end could not be recorded; trying again');
      }
      await new Promise<void>((resolve) => this.dependencies.background.after(wait, resolve, 'keepAlive'));
    }
    log.warn(
      { stream: attempt.stream, executionId: attempt.executionId },
      'an end was not recorded before the stop; the attempt counts as lost',
    );
  }

  /**
   * This node can no longer be sure that others think it alive: its attempts end here, before another node may start them again.
   * What becomes of them is recorded when the store answers.
   */
  #onFenced(isFenced: boolean): void {
    if (this.#phase === 'over') return;
    this.#phase = isFenced ? 'fenced' : 'open';
    if (isFenced) for (const attempt of [...this.#attempts.values()]) void this.#giveUp(attempt, 'fenced', fenced);
  }

  /** Cancelled, here or on another node: the handler is told at once. So it is where another node took the attempt for lost. */
  #onCommitted({ commit, origin }: Committed): void {
    if (origin === 'elsewhere') this.#onElsewhere(commit);
    for (const event of commit.events) {
      if (event.type !== 'ExecutionCancelRequested' && event.type !== 'ExecutionCancelled') continue;
      const attempt = this.#attempts.get(event.executionId);
      if (!attempt) continue;
      if (event.type === 'ExecutionCancelled') attempt.settled = true;
      this.#tellToStop(attempt, cancelled);
    }
  }

  /** Another node ended one of our attempts. */
  #onElsewhere({ events }: Commit): void {
    for (const event of events) {
      const attempt = event.type === 'ExecutionFailed' ? this.#attempts.get(event.executionId) : undefined;
      if (event.type !== 'ExecutionFailed' || attempt?.number !== event.attempt || attempt.settled) continue;
      attempt.settled = true;
      this.#tellToStop(attempt, { name: 'AbortError', message: 'another node ended this attempt', code: 'LOST' });
    }
  }

  #forget(attempt: Attempt): void {
    if (this.#stuckOnes.delete(attempt)) {
      this.#stuck--;
      this.#onUnstuck();
    }
    if (this.#attempts.get(attempt.executionId) === attempt) this.#attempts.delete(attempt.executionId);
    if (this.#attempts.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #idleWithin(ms: Millis): Promise<void> {
    if (this.#attempts.size === 0 || ms <= 0) return Promise.resolve();
    return this.#within(ms, new Promise<void>((resolve) => this.#whenIdle.push(resolve)));
  }

  #within(ms: Millis, done: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.dependencies.background.after(ms, resolve, 'keepAlive');
      void done.then(() => {
        stop();
        resolve();
      });
    });
  }
}

/** Milliseconds, to the microsecond. */
const elapsed = ({ startedAtMs }: Attempt, clock: Clock): Millis => Math.round((clock.monotonic() - startedAtMs) * 1_000) / 1_000;

const stopped: ExecutionError = { name: 'AbortError', message: 'the scheduler was stopped', code: 'SHUTDOWN' };
const fenced: ExecutionError = {
  name: 'AbortError',
  message: 'this node lost its store, and stopped its work before others take it over',
  code: 'FENCED',
};
const noRoom: ExecutionError = {
  name: 'AbortError',
  message: 'the answer to the claim got lost, and the node had no room left when it found the claim in the log',
  code: 'NO_ROOM',
};
const cancelled: ExecutionError = { name: 'AbortError', message: 'the execution was cancelled', code: 'CANCELLED' };

type FailedBySystem = Omit<Extract<Settlement, { type: 'FailAttempt' }>, 'cause'> & { readonly cause: FailureCause };

const abortOf = (attempt: Attempt): AbortController => {
  attempt.abort ??= new AbortController();
  return attempt.abort;
};

const makerOf = ({ executionId, job }: Attempt): Maker => ({ executionId, depth: job.depth ?? 0 });

const noHandler = (jobType: string) => ({
  kind: 'failed' as const,
  error: { name: 'NoHandler', message: `no handler for "${jobType}" in this process any more`, code: 'NO_HANDLER' },
  retryable: true,
});

const releaseSlot = (attempt: Attempt): void => {
  const { release } = attempt;
  attempt.release = null;
  release?.();
};

/** A class, because a getter in a literal costs more than the rest of a short run. */
class Request implements RunRequest {
  constructor(
    private readonly of: Attempt,
    private readonly services: Pick<Dependencies, 'recorder' | 'artifacts' | 'activity'>,
    readonly handler: RunRequest['handler'],
    readonly isolation: RunRequest['isolation'],
    readonly parameters: Json,
    readonly info: RunInfo,
  ) {}

  get signal(): AbortSignal {
    return abortOf(this.of).signal;
  }

  onProgress(fraction: number, message?: string): void {
    this.#notes.progress(fraction, message);
  }

  onLog(level: LogLevel, message: string): void {
    this.#notes.line(level, message);
  }

  onArtifact(content: ArtifactContent): Promise<Artifact> {
    const { activity, artifacts } = this.services;
    const owner = { ...splitStream(this.of.stream), executionId: this.of.executionId };
    return activity.during(saveArtifact(artifacts, owner, content, this.signal));
  }

  get #notes(): Notes {
    const { executionId, stream, number } = this.of;
    this.of.notes ??= this.services.recorder.open(executionId, stream, number > 1);
    return this.of.notes;
  }
}
