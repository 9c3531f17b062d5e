/** One event on its way out. `sequence` is `partition:position:index`; `body` is the CloudEvents JSON as bytes to be sent unchanged. */
export type Outgoing = { readonly id: string; readonly sequence: string; readonly subject: string; readonly body: string };

/** Where the stream of a partition stands: the truth about what was published. */
export type PublishedUpTo = {
  /** The broker's own number of the last message it ever took; 0 for a new stream. */
  readonly streamSequence: number;
  /** The last event that is still there; null where nothing of ours is. */
  readonly last: { readonly id: string; readonly sequence: string } | null;
};

export type PublishOutcome =
  /** All of them are stored; the stream's last message now has this number. */
  | { readonly outcome: 'published'; readonly streamSequence: number }
  /** Another relay wrote meanwhile, or the stream lost its tail: read where it stands and go on from there. */
  | { readonly outcome: 'fenced' };

/** Events to other bounded contexts: once per event id, in the order of the partition. */
export interface EventPublisher {
  /** Creates the stream of a partition, or checks that the one there is fit for it; a mismatch is explained, never overwritten. */
  prepare(partition: number): Promise<void>;
  standing(partition: number): Promise<PublishedUpTo>;
  /** Publishes in order, each only if the stream's last message is the one before it. Rejects with `PublisherUnavailable`. */
  publish(partition: number, events: readonly Outgoing[], after: number): Promise<PublishOutcome>;
  /**
   * Removes what was published under `subject` (`*` stands for any one token) before the newest message under `before`; nothing where
   * there is no such message. Repeating it does no harm.
   */
  purge(partition: number, subject: string, before: string): Promise<void>;
  close(): Promise<void>;
}

/** The broker cannot be reached now. */
export class PublisherUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PublisherUnavailable';
  }
}

/** Wake-up hints between nodes: lost ones cost a poll, nothing else. */
export interface WakeHints {
  announce(partition: number, position: number): void;
  onHint(listener: (partition: number, position: number) => void): () => void;
  close(): Promise<void>;
}
