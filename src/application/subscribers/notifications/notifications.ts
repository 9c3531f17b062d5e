import type { Millis } from '../../../domain/instant.js';
import { handlerKeyOf } from '../../../domain/job/index.js';
import type { Commits } from '../../commits.js';
import type { JobHandlers } from '../../handlers.js';
import type { JobRows } from '../../jobRows.js';
import type { Background, Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { Notifier } from '../../ports/notifier.js';
import type { Storage } from '../../ports/storage.js';
import { splitStream } from '../../streams.js';
import { type Duty, PartitionRelay } from '../partitionRelay.js';
import { NoticeReader } from './noticeReader.js';
import { Outbox } from './outbox.js';
import type { NotificationSettings } from './rules.js';

type Dependencies = {
  readonly storage: Storage;
  readonly rows: JobRows;
  readonly commits: Commits;
  readonly handlers: JobHandlers;
  readonly notifier: Notifier;
  readonly settings: NotificationSettings;
  readonly clock: Clock;
  readonly background: Background;
  readonly log: Logger;
};

/**
 * Tells people of failures and of what else they asked to know, from the log: at least once, on one node at a time, and after a crash
 * from where it was. Nothing waits for it, and it costs a look at the types of each commit's events.
 */
export class Notifications {
  readonly #partitions: readonly { readonly reader: NoticeReader; readonly relay: PartitionRelay }[];

  constructor({ storage, rows, commits, handlers, notifier, settings, clock, background, log }: Dependencies) {
    const { feed, store, cursors, leases, membership } = storage;
    const duty: Duty = {
      lease: 'notify',
      onTrouble: (error, partition) => log.warn({ error, partition }, 'the log could not be read for notifications; trying again'),
      onRecovery: (partition) => log.info({ partition }, 'the log is read for notifications again'),
    };
    const hasHandler = (stream: string, jobType: string): boolean => {
      const key = handlerKeyOf(jobType, splitStream(stream).jobName);
      return handlers.resolve(stream, jobType) !== null || membership.nodes().some((node) => node.handlerKeys.includes(key));
    };
    const outboxOf = (onSettled: () => void) => new Outbox({ notifier, clock, background, log, windowMs: settings.windowMs, onSettled });
    const dependencies = { feed, store, rows, cursors, clock, settings, hasHandler, outboxOf };
    this.#partitions = Array.from({ length: feed.partitions }, (_, partition) => {
      const reader = new NoticeReader(partition, dependencies, commits, () => relay.wake());
      const relay = new PartitionRelay(reader, duty, feed, leases, background);
      return { reader, relay };
    });
  }

  /** From the moment this resolves nothing is overlooked. */
  async start(): Promise<void> {
    await Promise.all(this.#partitions.map(({ reader }) => reader.prepare()));
    for (const { relay } of this.#partitions) relay.start();
  }

  /** Sends what is known by now, within the limit; the next start goes on with the rest. */
  async stop(limitMs: Millis): Promise<void> {
    await Promise.all(this.#partitions.map(({ relay }) => relay.stop(limitMs)));
    for (const { reader } of this.#partitions) reader.close();
  }
}
