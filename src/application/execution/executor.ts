import type { Millis } from '../../domain/instant.js';
import type { ExecutionError, FailureCause, Job } from '../../domain/job/index.js';
import type { Activity } from '../activity.js';
import type { CommandHandler } from '../commandHandler.js';
import type { Commits, Committed } from '../commits.js';
import type { JobHandlers } from '../handlers.js';
import type { Background, Clock } from '../ports/clock.js';
import type { Commit, StreamKey } from '../ports/eventStore.js';
import type { Logger } from '../ports/logger.js';
import type { Membership } from '../ports/membership.js';
import type { JobRow } from '../ports/readModels.js';
import type { Runner, RunRequest } from '../ports/runner.js';
import { splitStream } from '../streams.js';
import { type Settlement, settlementOf } from './outcome.js';
import type { Notes, Recorder } from './recorder.js';

/** After it was told to stop, an inline handler keeps its slot this long. */
const stuckAfterMs = 5_000;
const firstRetryMs = 100;
const longestRetryMs = 5_000;

/** An attempt whose claim is durable. */
export type Claim = { readonly stream: StreamKey; readonly executionId: string; readonly job: Job };

type Attempt = Claim & {
  readonly number: number;
  readonly startedAtMs: Millis;
  /** Made when the handler looks at its signal, or is told to stop. */
  abort: AbortController | null;
  /** Gives the slot back; once. */
  readonly release: () => void;
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
  readonly clock: Clock;
  readonly background: Background;
  readonly activity: Activity;
  readonly log: Logger;
};

/** Runs claimed attempts: call the handler, hold it to its time-out, record how it ended. */
export class Executor {
  readonly #attempts = new Map<string, Attempt>();
  #stuck = 0;
  /** Claims that are answered after the drain end where they begin. */
  #isDrained = false;
  #whenIdle: (() => void)[] = [];
  #onUnstuck: () => void = () => undefined;
  #slotFor: (claim: Claim) => (() => void) | null = () => () => undefined;

  constructor(private readonly dependencies: Dependencies) {
    dependencies.membership.onFenced((fenced) => fenced && this.#fence());
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

  /** Asked for a slot, and how to give it back, when a claim turns up of which nobody knew that it was made; null where none is free. */
  onRecovered(slotFor: (claim: Claim) => (() => void) | null): void {
    this.#slotFor = slotFor;
  }

  /** Handlers that were told to stop and did not. */
  get stuck(): number {
    return this.#stuck;
  }

  start(claim: Claim, release: () => void, hasSlot = true): void {
    const execution = claim.job.executions.find((e) => e.executionId === claim.executionId);
    if (execution?.phase !== 'running') return release();
    const { clock } = this.dependencies;
    const attempt: Attempt = {
      ...claim,
      number: execution.attempt,
      startedAtMs: clock.monotonic(),
      abort: null,
      release: onlyOnce(release),
      settled: false,
    };
    if (this.#isDrained) return this.#giveBack(attempt, 'shutdown', stopped);
    if (!hasSlot) return this.#giveBack(attempt, 'fenced', unanswered);
    this.#attempts.set(claim.executionId, attempt);
    void this.#run(attempt);
    if (execution.cancelRequested) this.#tellToStop(attempt, cancelled);
  }

  /** Ends an attempt before its handler is called: it does not count. */
  #giveBack(attempt: Attempt, cause: 'shutdown' | 'fenced', error: ExecutionError): void {
    attempt.release();
    attempt.settled = true;
    void this.#record(attempt, { type: 'FailAttempt', durationMs: 0, error, cause, retryable: true });
  }

  /** Waits for running attempts, at most `drainMs`; the rest are aborted, recorded as such, and retried elsewhere or later. */
  async drain(drainMs: Millis): Promise<void> {
    await this.#idleWithin(drainMs);
    this.#isDrained = true;
    await Promise.all([...this.#attempts.values()].map((attempt) => this.#giveUp(attempt, 'shutdown', stopped)));
    await this.#idleWithin(Math.min(drainMs, stuckAfterMs));
  }

  async #run(attempt: Attempt): Promise<void> {
    const { clock, activity, runner, recorder } = this.dependencies;
    const left = activity.enterHandler();
    const stopTimer = this.#holdToTimeout(attempt);
    let notes: Notes | undefined;
    const noted = (): Notes => (notes ??= recorder.open(attempt.executionId, attempt.stream, attempt.number > 1));
    try {
      const request = this.#requestOf(attempt, noted);
      const outcome = request ? await runner.run(request) : noHandler(attempt.job.definition.jobType);
      stopTimer();
      attempt.release();
      left();
      if (!attempt.settled) await this.#settle(attempt, settlementOf(outcome, elapsed(attempt, clock)));
    } finally {
      left();
      this.#forget(attempt);
    }
  }

  #requestOf(attempt: Attempt, noted: () => Notes): RunRequest | null {
    const { stream, job, executionId } = attempt;
    const { organization, jobName } = splitStream(stream);
    const { jobType, maxAttempts, isolation, parameters } = job.definition;
    const execution = job.executions.find((e) => e.executionId === executionId);
    const registered = this.dependencies.handlers.resolve(stream, jobType);
    if (!registered || !execution) return null;
    return {
      handler: registered.handler,
      isolation,
      parameters: execution.parameters ?? parameters,
      info: {
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
      },
      get signal() {
        return abortOf(attempt).signal;
      },
      onProgress: (fraction, message) => noted().progress(fraction, message),
      onLog: (level, message) => noted().line(level, message),
    };
  }

  #holdToTimeout(attempt: Attempt): () => void {
    const { clock } = this.dependencies;
    const { timeoutMs } = attempt.job.definition;
    const endAt = attempt.startedAtMs + timeoutMs;
    let stop = (): void => undefined;
    const arm = (): void => {
      const left = endAt - clock.monotonic();
      if (left <= 0) this.#onTimeout(attempt, timeoutMs);
      else stop = clock.after(Math.min(left, clock.longestSleepMs), arm);
    };
    arm();
    return () => stop();
  }

  #onTimeout(attempt: Attempt, timeoutMs: Millis): void {
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
      attempt.release();
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
    for (let wait = firstRetryMs; ; wait = Math.min(longestRetryMs, wait * 2)) {
      try {
        const { executionId, number } = attempt;
        const handled = await commands.handle(attempt.stream, { ...settlement, now: clock.now(), executionId, attempt: number });
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
  }

  /**
   * This node can no longer be sure that others think it alive: its attempts end here, before another node may start them again.
   * What becomes of them is recorded when the store answers.
   */
  #fence(): void {
    const error = {
      name: 'AbortError',
      message: 'this node lost its store, and stopped its work before others take it over',
      code: 'FENCED',
    };
    for (const attempt of [...this.#attempts.values()]) void this.#giveUp(attempt, 'fenced', error);
  }

  /** Cancelled, here or on another node: the handler is told at once. So it is where another node took the attempt for lost. */
  #onCommitted({ commit, row, origin }: Committed): void {
    if (origin === 'elsewhere') this.#onElsewhere(commit, row);
    for (const event of commit.events) {
      if (event.type !== 'ExecutionCancelRequested' && event.type !== 'ExecutionCancelled') continue;
      const attempt = this.#attempts.get(event.executionId);
      if (!attempt) continue;
      if (event.type === 'ExecutionCancelled') attempt.settled = true;
      this.#tellToStop(attempt, cancelled);
    }
  }

  /** Another node ended one of our attempts; or the log holds a claim of ours whose answer never reached us, so that it never ran. */
  #onElsewhere({ stream, events }: Commit, { state }: JobRow): void {
    for (const event of events) {
      if (event.type === 'ExecutionFailed') {
        const attempt = this.#attempts.get(event.executionId);
        if (attempt?.number !== event.attempt || attempt.settled) continue;
        attempt.settled = true;
        this.#tellToStop(attempt, { name: 'AbortError', message: 'another node ended this attempt', code: 'LOST' });
      } else if (event.type === 'ExecutionStarted' && event.node === this.dependencies.membership.self && state.kind === 'job') {
        if (!this.#attempts.has(event.executionId)) this.#recover({ stream, executionId: event.executionId, job: state });
      }
    }
  }

  /** The slot of such a claim was given to others when no answer came: it runs where one is free, and else its turn comes again. */
  #recover(claim: Claim): void {
    const release = this.#slotFor(claim);
    this.start(claim, release ?? (() => undefined), release !== null);
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
    return new Promise((resolve) => {
      const stop = this.dependencies.background.after(ms, resolve, 'keepAlive');
      this.#whenIdle.push(() => {
        stop();
        resolve();
      });
    });
  }
}

/** Milliseconds, to the microsecond. */
const elapsed = ({ startedAtMs }: Attempt, clock: Clock): Millis => Math.round((clock.monotonic() - startedAtMs) * 1_000) / 1_000;

const stopped: ExecutionError = { name: 'AbortError', message: 'the scheduler was stopped', code: 'SHUTDOWN' };
const unanswered: ExecutionError = {
  name: 'AbortError',
  message: 'the store did not answer the claim, and the node has no room for it any more',
  code: 'FENCED',
};
const cancelled: ExecutionError = { name: 'AbortError', message: 'the execution was cancelled', code: 'CANCELLED' };

type FailedBySystem = Omit<Extract<Settlement, { type: 'FailAttempt' }>, 'cause'> & { readonly cause: FailureCause };

const abortOf = (attempt: Attempt): AbortController => {
  attempt.abort ??= new AbortController();
  return attempt.abort;
};

const noHandler = (jobType: string) => ({
  kind: 'failed' as const,
  error: { name: 'NoHandler', message: `no handler for "${jobType}" in this process any more`, code: 'NO_HANDLER' },
  retryable: true,
});

const onlyOnce = (f: () => void): (() => void) => {
  let done = false;
  return () => {
    if (!done) f();
    done = true;
  };
};
