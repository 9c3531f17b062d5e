import type { Background, Stop } from '../../application/ports/clock.js';
import type { Millis } from '../../domain/instant.js';
import { Thread } from './thread.js';

const maxIdle = 4;
const keepIdleMs: Millis = 5_000;

type Options = { readonly background: Background; readonly memoryMb: number };

/** Starting a thread costs tens of milliseconds: a few are kept for a while after their last run. How many run is not its business. */
export class ThreadPool {
  readonly #threads = new Set<Thread>();
  /** Idle threads, the one used last at the end, each with what stops its timer. */
  readonly #idle = new Map<Thread, Stop>();
  #closed = false;

  constructor(private readonly options: Options) {}

  take(): { readonly thread: Thread; readonly fresh: boolean } {
    if (this.#closed) throw new Error('the runner is closed');
    for (const [thread, stop] of [...this.#idle].reverse()) {
      stop();
      this.#idle.delete(thread);
      if (thread.alive) return { thread, fresh: false };
    }
    const thread: Thread = new Thread(this.options.memoryMb, this.options.background, () => this.#forget(thread));
    this.#threads.add(thread);
    return { thread, fresh: true };
  }

  giveBack(thread: Thread): void {
    if (!thread.alive) return;
    if (this.#idle.size >= maxIdle) return void this.discard(thread);
    this.#idle.set(
      thread,
      this.options.background.after(keepIdleMs, () => void this.discard(thread)),
    );
  }

  async discard(thread: Thread): Promise<void> {
    this.#forget(thread);
    await thread.terminate();
  }

  /** Ends every thread; what still runs in one has failed. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#threads].map((thread) => this.discard(thread)));
  }

  #forget(thread: Thread): void {
    this.#idle.get(thread)?.();
    this.#idle.delete(thread);
    this.#threads.delete(thread);
  }
}
