import type { Instant, Millis } from '../../../domain/instant.js';
import { type Recipient, shownRecipient } from '../../../domain/recipient.js';
import type { Background, Clock, Stop } from '../../ports/clock.js';
import type { Position } from '../../ports/eventStore.js';
import type { Logger } from '../../ports/logger.js';
import { type Notice, type Notifier, NotifierFailed } from '../../ports/notifier.js';
import { Collection } from './collection.js';

/** While an outage lasts, messages become rarer. */
const longestWindowMs: Millis = 3_600_000;
const sendLimitMs: Millis = 60_000;
const firstRetryMs: Millis = 5_000;
const longestRetryMs: Millis = 600_000;
/** With these pauses that is 80 minutes. */
const mostAttempts = 15;

export type ChannelDependencies = {
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly background: Background;
  readonly log: Logger;
  readonly windowMs: Millis;
  /** Pause before the second attempt to send; default 5 s. It doubles from then on. */
  readonly retryMs?: Millis;
  /** Something was delivered or given up: there is a place to be saved. */
  readonly onSettled: () => void;
};

/**
 * The way to one recipient. The first notice goes at once; what follows within a window is collected and goes together at its end.
 * Nothing waits for it. What cannot be delivered is tried again, and after a limit given up and logged.
 */
export class Channel {
  #collected: Collection | null = null;
  #sending: Collection | null = null;
  #attempts = 0;
  #windowMs: Millis;
  #windowEndsAt: Instant | null = null;
  #timer: Stop | null = null;
  /** After a window in which nothing came: what comes now still counts as the same trouble. */
  #calm: Stop | null = null;
  #closed = false;
  #delivered: Position;
  #newest: Position = 0;
  /** Of the commit that is the newest. */
  readonly #newestIds = new Set<string>();
  #abort = new AbortController();
  #idle: (() => void)[] = [];

  constructor(
    readonly recipient: Recipient,
    private readonly dependencies: ChannelDependencies,
    /** What an earlier life has seen to: the last commit, and the end of the window it opened. */
    earlier: { readonly delivered: Position; readonly windowEndsAt: Instant | null } = { delivered: 0, windowEndsAt: null },
  ) {
    this.#windowMs = dependencies.windowMs;
    this.#delivered = earlier.delivered;
    const left = earlier.windowEndsAt === null ? 0 : Math.min(longestWindowMs, earlier.windowEndsAt - dependencies.clock.now());
    if (left > 0) this.#openWindow(left);
  }

  /** Every notice up to this commit was delivered or given up. */
  get delivered(): Position {
    return this.#delivered;
  }

  /** The first commit with a notice that is neither; null where all are. */
  get oldest(): Position | null {
    const first = Math.min(this.#sending?.first ?? Number.POSITIVE_INFINITY, this.#collected?.first ?? Number.POSITIVE_INFINITY);
    return first === Number.POSITIVE_INFINITY ? null : first;
  }

  get windowEndsAt(): Instant | null {
    return this.#windowEndsAt;
  }

  get isQuiet(): boolean {
    return !this.#collected && !this.#sending && this.#windowEndsAt === null;
  }

  /** Whether it is here already, or was delivered, given that notices are asked for in the order of the log. Remembers it. */
  knows({ id }: Notice, position: Position): boolean {
    if (position <= this.#delivered || position < this.#newest) return true;
    if (position > this.#newest) this.#newestIds.clear();
    this.#newest = position;
    if (this.#newestIds.has(id)) return true;
    this.#newestIds.add(id);
    return false;
  }

  add(notice: Notice, position: Position): void {
    if (this.#collected) this.#collected.add(notice, position);
    else this.#collected = new Collection(notice, position);
    if (this.#sending || this.#windowEndsAt !== null) return;
    if (this.#calm) this.#windowMs = longer(this.#windowMs);
    this.#begin();
  }

  /** Sends what there is, whatever the window; resolves once that was tried. */
  flush(): Promise<void> {
    if (this.#closed || (!this.#sending && !this.#collected)) return Promise.resolve();
    if (!this.#sending) this.#begin();
    else if (this.#timer) this.#try();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Sends nothing any more; what is under way is broken off. */
  close(): void {
    this.#closed = true;
    this.#timer?.();
    this.#calm?.();
    this.#abort.abort(new Error('the scheduler was stopped'));
    this.#isIdle();
  }

  #begin(): void {
    this.#timer?.();
    this.#timer = null;
    this.#calm?.();
    this.#calm = null;
    this.#windowEndsAt = null;
    this.#sending = this.#collected;
    this.#collected = null;
    this.#attempts = 0;
    this.#try();
  }

  #try(): void {
    const { notifier, background } = this.dependencies;
    const message = this.#sending?.message();
    if (!message || this.#closed) return;
    this.#timer?.();
    this.#timer = null;
    this.#attempts++;
    const limit = new AbortController();
    const stop = background.after(sendLimitMs, () => limit.abort(new Error(`it took more than ${sendLimitMs} ms`)));
    void notifier
      .send(this.recipient, message, AbortSignal.any([limit.signal, this.#abort.signal]))
      .then(
        () => this.#settled(),
        (error) => this.#failed(error),
      )
      .finally(() => {
        stop();
        this.#isIdle();
      });
  }

  #settled(): void {
    if (this.#closed) return;
    this.#delivered = Math.max(this.#delivered, this.#sending?.last ?? 0);
    this.#sending = null;
    this.#openWindow(this.#windowMs);
    this.dependencies.onSettled();
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    const { background, log, retryMs = firstRetryMs } = this.dependencies;
    const recipient = shownRecipient(this.recipient);
    const permanent = error instanceof NotifierFailed && error.permanent;
    if (!permanent && this.#attempts < mostAttempts) {
      if (this.#attempts === 1) log.warn({ error, recipient }, 'a notification could not be delivered; trying again');
      this.#timer = background.after(Math.min(longestRetryMs, retryMs * 2 ** (this.#attempts - 1)), () => this.#try());
      return;
    }
    const { total = 0, notices = [] } = this.#sending?.message() ?? {};
    const events = notices.map(({ id, kind, organization, jobName }) => `${kind} ${organization}/${jobName} ${id}`);
    log.error({ error, recipient, total, events }, 'a notification was lost');
    this.#settled();
  }

  #openWindow(ms: Millis): void {
    const { clock, background } = this.dependencies;
    this.#windowEndsAt = (clock.now() + ms) as Instant;
    this.#timer = background.after(ms, () => {
      this.#windowEndsAt = null;
      this.#timer = null;
      if (this.#collected) {
        this.#windowMs = longer(this.#windowMs);
        this.#begin();
      } else this.#watchCalm();
    });
  }

  #watchCalm(): void {
    this.#calm = this.dependencies.background.after(this.#windowMs, () => {
      this.#calm = null;
      this.#windowMs = this.dependencies.windowMs;
    });
  }

  #isIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const longer = (windowMs: Millis): Millis => Math.max(windowMs, Math.min(longestWindowMs, windowMs * 2));
