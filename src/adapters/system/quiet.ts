// From node:timers, so that a test framework which replaces the global functions does not stop this clock.
import { setImmediate, setTimeout } from 'node:timers';
import type { Activity } from '../../application/activity.js';
import type { Millis } from '../../domain/instant.js';

/** One turn of the event loop runs all microtasks; a few more in a row show that nobody had only stepped aside. */
const quietTurns = 3;
/** What a handler gets for real I/O of its own before virtual time goes on without it: turns, then pauses of a millisecond. */
const handlerTurns = 20;
const handlerPauses = 15;
/** Files, look-ups and the like that are seen to be under way are waited for longer. */
const longestRequestMs = 1_000;
/** How often the same unsettled handlers get that; after it they are taken to wait for virtual time. */
const waitsForTheSame = 3;
/** So long the event loop is spun, for speed; then it is looked at once a millisecond. */
const spinMs = 20;
const giveUpAfterMs = 30_000;

/** Waits, in real time, until the attached schedulers have nothing under way that ends by itself. */
export class Quiet {
  readonly #activities = new Set<Activity>();
  readonly #giveUpMs: Millis;
  #waited = { handlers: 0, times: 0 };

  constructor(giveUpMs: Millis = giveUpAfterMs) {
    this.#giveUpMs = giveUpMs;
  }

  attach(activity: Activity): () => void {
    this.#activities.add(activity);
    return () => void this.#activities.delete(activity);
  }

  async settle(): Promise<void> {
    do await this.#operationsEnd();
    while (await this.#handlersMove());
  }

  async #operationsEnd(): Promise<void> {
    const startedAt = performance.now();
    for (let quiet = 0; quiet < quietTurns; ) {
      const elapsed = performance.now() - startedAt;
      await (elapsed < spinMs ? turn() : pause());
      const operations = this.#operations();
      quiet = operations > 0 ? 0 : quiet + 1;
      if (elapsed > this.#giveUpMs && operations > 0) throw stillBusy(operations, elapsed);
    }
  }

  /** Waits a moment for handlers; false where there are none, or where they do nothing by themselves. */
  async #handlersMove(): Promise<boolean> {
    const handlers = this.#handlers();
    if (handlers !== this.#waited.handlers) this.#waited = { handlers, times: 0 };
    if (handlers === 0 || this.#waited.times >= waitsForTheSame) return false;
    const startedAt = performance.now();
    for (let i = 0; i < handlerTurns + handlerPauses; i++) {
      await (i < handlerTurns ? turn() : pause());
      if (requestUnderWay() && performance.now() - startedAt < longestRequestMs) i = Math.min(i, handlerTurns);
      if (this.#operations() > 0 || this.#handlers() !== handlers) return true;
    }
    this.#waited.times++;
    return false;
  }

  #operations(): number {
    return this.#sum((activity) => activity.operations);
  }

  #handlers(): number {
    return this.#sum((activity) => activity.handlers);
  }

  #sum(of: (activity: Activity) => number): number {
    let sum = 0;
    for (const activity of this.#activities) sum += of(activity);
    return sum;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 1));

/** Requests end by themselves; sockets, pipes and timers are just there. */
const requestUnderWay = (): boolean => process.getActiveResourcesInfo().some((name) => /req|connectwrap|writewrap/i.test(name));

const stillBusy = (operations: number, ms: Millis): Error =>
  new Error(
    `time cannot move on: the scheduler has been busy for ${Math.round(ms)} ms of real time, with ${operations} operations under way`,
  );
