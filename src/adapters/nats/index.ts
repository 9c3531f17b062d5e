import type { Background } from '../../application/ports/clock.js';
import type { EventPublisher, WakeHints } from '../../application/ports/publisher.js';
import { Connection } from './connection.js';
import { wakeHints } from './hints.js';
import { JetStreamPublisher } from './publisher.js';

export { askNats } from './ask.js';

export type NatsOptions = {
  /** `nats://[user:password@|token@]host[:port]`, several with commas in between; `tls://` for encryption. */
  readonly url: string;
  /** As many as the log has. */
  readonly partitions: number;
  /** Names the store: nodes on the same one hear each other's hints. */
  readonly store: string;
  /** This node, as the server shows it to its operator. */
  readonly node: string;
  readonly background: Background;
};

export type Nats = {
  readonly publisher: EventPublisher;
  readonly hints: WakeHints;
  close(): Promise<void>;
};

/**
 * Connects to NATS in the background, and again whenever the connection is lost. Does not wait for it: until it is there the
 * publisher rejects with `PublisherUnavailable`, and hints are dropped. Throws `INVALID_ARGUMENT` for an address that is none.
 */
export const openNats = ({ url, partitions, store, node, background }: NatsOptions): Nats => {
  const connection = new Connection(url, `nexus-scheduler ${node}`, background);
  const publisher = new JetStreamPublisher(connection, partitions);
  const hints = wakeHints(connection, store, background);
  return {
    publisher,
    hints,
    close: async () => {
      await hints.close();
      await publisher.close();
    },
  };
};
