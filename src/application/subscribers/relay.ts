import type { Millis } from '../../domain/instant.js';
import type { Background } from '../ports/clock.js';
import type { EventFeed } from '../ports/eventStore.js';
import type { Cursors, Leases } from '../ports/leases.js';
import type { Logger } from '../ports/logger.js';
import type { EventPublisher } from '../ports/publisher.js';
import { PartitionPublisher } from './partitionPublisher.js';
import { type Duty, PartitionRelay, type RelayStatus } from './partitionRelay.js';

type Dependencies = {
  readonly feed: EventFeed;
  readonly publisher: EventPublisher;
  readonly leases: Leases;
  readonly cursors: Cursors;
  readonly background: Background;
  readonly log: Logger;
};

/** Publishes the log to other bounded contexts, each partition on one node at a time. Nothing waits for it. */
export class Relay {
  readonly #partitions: readonly PartitionRelay[];

  constructor({ feed, publisher, leases, cursors, background, log }: Dependencies) {
    const duty: Duty = {
      lease: 'relay',
      onTrouble: (error, partition) => log.warn({ error, partition }, 'events cannot be published; trying again'),
      onRecovery: (partition) => log.info({ partition }, 'events are published again'),
    };
    this.#partitions = Array.from({ length: feed.partitions }, (_, partition) => {
      const events = new PartitionPublisher(partition, feed, publisher, cursors);
      return new PartitionRelay(events, duty, feed, leases, background);
    });
  }

  start(): void {
    for (const partition of this.#partitions) partition.start();
  }

  /** There are new commits: they are published at once instead of at the next look. */
  wake(partition: number): void {
    this.#partitions[partition]?.wake();
  }

  /** Publishes what the log has by now, within the limit, and hands over to other nodes. */
  async stop(limitMs: Millis): Promise<void> {
    await Promise.all(this.#partitions.map((partition) => partition.stop(limitMs)));
  }

  /** Rejects with `StoreUnavailable` where the log cannot be asked. */
  status(): Promise<readonly RelayStatus[]> {
    return Promise.all(this.#partitions.map((partition) => partition.status()));
  }
}
