import type { Dispatcher } from './dispatch/dispatcher.js';
import type { Limits } from './dispatch/limits.js';
import type { Executor } from './execution/executor.js';
import type { Background } from './ports/clock.js';
import type { EventFeed } from './ports/eventStore.js';
import type { Membership } from './ports/membership.js';

/** What keeps this node from doing its work. */
export type Unready = 'NOT_STARTED' | 'STOPPED' | 'STORE_UNAVAILABLE' | 'FENCED' | 'HANDLERS_STUCK';

export type Health = {
  /** Whether this node takes work and can record it. */
  readonly ready: boolean;
  readonly reasons: readonly Unready[];
  readonly node: string | null;
  /** Attempts that may run at once, that run, and whose handlers were told to stop and did not. */
  readonly concurrency: number;
  readonly running: number;
  readonly stuck: number;
  /** Due work that waits here for a slot. */
  readonly waiting: number;
};

/** A node that takes part, and the names of the handlers it has. */
export type NodeView = { readonly node: string; readonly self: boolean; readonly handlers: readonly string[] };

type Dependencies = {
  readonly feed: EventFeed;
  readonly membership: Membership;
  readonly executor: Executor;
  readonly dispatcher: Dispatcher;
  readonly limits: Limits;
  readonly background: Background;
};

/** A store that takes longer is as good as away. */
const storeMs = 2_000;

/** How this node is, as far as it can tell itself. */
export class HealthCheck {
  #fenced = false;
  /** One look at the store is for all that ask meanwhile. */
  #looking: Promise<boolean> | null = null;

  constructor(private readonly dependencies: Dependencies) {
    dependencies.membership.onFenced((fenced) => {
      this.#fenced = fenced;
    });
  }

  async check(isRunning: boolean): Promise<Health> {
    const { executor, dispatcher, limits, membership } = this.dependencies;
    const answers = await this.#storeAnswers();
    const reasons: readonly (Unready | false)[] = [
      !isRunning && 'NOT_STARTED',
      !answers && 'STORE_UNAVAILABLE',
      this.#fenced && 'FENCED',
      executor.stuck >= limits.concurrency && 'HANDLERS_STUCK',
    ];
    const found = reasons.filter((reason) => reason !== false);
    return {
      ready: found.length === 0,
      reasons: found,
      node: membership.self,
      concurrency: limits.concurrency,
      running: executor.running,
      stuck: executor.stuck,
      waiting: dispatcher.slots.ready,
    };
  }

  nodes(): readonly NodeView[] {
    const { membership } = this.dependencies;
    return membership.nodes().map(({ node, handlerKeys }) => ({
      node,
      self: node === membership.self,
      // Each handler has a second key, under which jobs of type `custom` find it.
      handlers: handlerKeys.filter((key) => !key.startsWith('custom:')).toSorted(),
    }));
  }

  #storeAnswers(): Promise<boolean> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  #look(): Promise<boolean> {
    const { feed, background } = this.dependencies;
    return new Promise((resolve) => {
      const stop = background.after(storeMs, () => resolve(false), 'keepAlive');
      feed
        .head(0)
        .then(
          () => resolve(true),
          () => resolve(false),
        )
        .finally(stop);
    });
  }
}
