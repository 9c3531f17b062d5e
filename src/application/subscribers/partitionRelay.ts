import type { Millis } from '../../domain/instant.js';
import type { Background } from '../ports/clock.js';
import type { EventFeed, Position } from '../ports/eventStore.js';
import type { Leases } from '../ports/leases.js';

/** How often a relay renews its lease, and looks for commits that nobody told it of. */
const pollMs: Millis = 1_000;
const shortestPauseMs: Millis = 100;
const longestPauseMs: Millis = 5_000;
/** So many failures in a row, and another node may try: perhaps it reaches the broker. */
const failuresBeforeHandOver = 6;
const handOverMs: Millis = 1_000;

export type RelayStatus = {
  readonly partition: number;
  /** Whether this node is the one that publishes. */
  readonly publishes: boolean;
  /** Commits of the log that are not in the stream yet, as far as this node knows. */
  readonly behind: number;
  /** What keeps it from publishing now. */
  readonly lastError: string | null;
};

/** What a relay brings to the head of the log of one partition. */
export interface LogReader {
  readonly partition: number;
  /** `more` where further commits may follow, `fenced` where somebody else has gone on in its place. */
  next(): Promise<'more' | 'caughtUp' | 'fenced'>;
  /** The last step failed, or was not its own to take: it looks anew where to go on. */
  forget(): void;
  /** Another node reads instead, from what was saved. */
  standBy(): void;
  /** Keeps the place for whoever comes later. */
  save(): Promise<void>;
  /** Before a stop, once it has caught up: resolves when what is under way has ended. */
  drain(): Promise<void>;
  position(): Promise<Position>;
}

/** The duty's name, which is that of its lease, and what is told of it. */
export type Duty = {
  readonly lease: string;
  readonly onTrouble: (error: unknown, partition: number) => void;
  readonly onRecovery: (partition: number) => void;
};

/** Holds the lease, goes on page after page, rests when it has caught up, and backs off while a server or the store is away. */
export class PartitionRelay {
  #running: Promise<void> | null = null;
  /** While draining, what the log has by now is published, or tried once more. */
  #phase: 'running' | 'draining' | 'over' = 'over';
  #publishes = false;
  #leaseIsFresh = false;
  #news = false;
  #failures = 0;
  #lastError: string | null = null;
  #endPause: () => void = () => undefined;

  constructor(
    private readonly events: LogReader,
    private readonly duty: Duty,
    private readonly feed: EventFeed,
    private readonly leases: Leases,
    private readonly background: Background,
  ) {}

  start(): void {
    this.#phase = 'running';
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  wake(): void {
    this.#news = true;
    // A relay that waits for the lease, or for the broker, is not hurried by every commit.
    if (this.#publishes && this.#failures === 0) this.#endPause();
  }

  async stop(limitMs: Millis): Promise<void> {
    if (!this.#running) return;
    this.#phase = 'draining';
    this.#endPause();
    await this.#within(limitMs, this.#running);
    this.#phase = 'over';
    await this.#within(handOverMs, this.#handOver());
  }

  async status(): Promise<RelayStatus> {
    const { partition } = this.events;
    const [head, position] = await Promise.all([this.feed.head(partition), this.events.position()]);
    return { partition, publishes: this.#publishes, behind: Math.max(0, head - position), lastError: this.#lastError };
  }

  async #run(): Promise<void> {
    while (this.#phase !== 'over') {
      const isLast = this.#phase === 'draining';
      this.#news = false;
      const outcome = await this.#step();
      if (outcome === 'more') continue;
      if (isLast) return this.events.drain();
      const hasNews = this.#phase === 'draining' || (outcome === 'caughtUp' && this.#news);
      if (!hasNews) await this.#pause(outcome === 'failed' ? this.#backOff() : pollMs);
    }
  }

  async #step(): Promise<'more' | 'caughtUp' | 'standby' | 'failed'> {
    try {
      if (!(await this.#holdsLease())) return 'standby';
      const outcome = await this.events.next();
      if (outcome === 'fenced') return this.#fenced();
      this.#succeeded();
      return outcome;
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #holdsLease(): Promise<boolean> {
    if (this.#leaseIsFresh) return true;
    this.#publishes = await this.leases.hold(this.#lease);
    if (!this.#publishes) {
      this.events.standBy();
      return false;
    }
    this.#leaseIsFresh = true;
    this.background.after(pollMs, () => {
      this.#leaseIsFresh = false;
    });
    await this.events.save();
    return true;
  }

  /** Once in a while that is another relay at the end of its lease; time and again it is one that is at work. */
  #fenced(): 'more' | 'failed' {
    if (this.#failures > 0) return this.#failed(new Error('the stream is not where it was left: another relay publishes to it'));
    this.#failures++;
    return 'more';
  }

  #succeeded(): void {
    this.#failures = 0;
    if (this.#lastError === null) return;
    this.#lastError = null;
    this.duty.onRecovery(this.events.partition);
  }

  #failed(error: unknown): 'failed' {
    this.events.forget();
    this.#failures++;
    const message = error instanceof Error ? error.message : String(error);
    if (message !== this.#lastError) this.duty.onTrouble(error, this.events.partition);
    this.#lastError = message;
    return 'failed';
  }

  #backOff(): Millis {
    if (this.#failures % failuresBeforeHandOver === 0) void this.#handOver();
    return Math.min(longestPauseMs, shortestPauseMs * 2 ** (this.#failures - 1));
  }

  async #handOver(): Promise<void> {
    const held = this.#publishes;
    this.#publishes = false;
    this.#leaseIsFresh = false;
    if (held)
      await this.events
        .save()
        .then(() => this.leases.release(this.#lease))
        .catch(() => undefined);
  }

  #pause(ms: Millis): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.background.after(ms, resolve);
      this.#endPause = () => {
        stop();
        resolve();
      };
    });
  }

  /** Waits for work that may hang, no longer than the limit. */
  #within(limitMs: Millis, work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.background.after(limitMs, resolve, 'keepAlive');
      void work.finally(() => {
        stop();
        resolve();
      });
    });
  }

  get #lease(): string {
    return `${this.duty.lease}/${this.events.partition}`;
  }
}
