import type { EventPublisher, Outgoing } from '../../application/ports/publisher.js';

export type Stored = Outgoing & { readonly streamSequence: number };
type Stream = { lastSequence: number; messages: Stored[] };

export type MemoryPublisher = EventPublisher & {
  /** What the stream of a partition holds, in order. */
  messages(partition: number): readonly Stored[];
  /** Loses all messages after one, as a broker does that crashes before they are on its disk. */
  loseAfter(partition: number, streamSequence: number): void;
};

/** Streams in arrays. Every relay of the process that publishes to the same streams shares one of these. */
export const memoryPublisher = (): MemoryPublisher => {
  const streams = new Map<number, Stream>();

  const streamOf = (partition: number): Stream => {
    const stream = streams.get(partition) ?? { lastSequence: 0, messages: [] };
    streams.set(partition, stream);
    return stream;
  };

  const standing: EventPublisher['standing'] = async (partition) => {
    const { lastSequence, messages } = streamOf(partition);
    const last = messages.at(-1);
    return { streamSequence: lastSequence, last: last ? { id: last.id, sequence: last.sequence } : null };
  };

  const publish: EventPublisher['publish'] = async (partition, events, after) => {
    const stream = streamOf(partition);
    if (stream.lastSequence !== after) return { outcome: 'fenced' };
    for (const event of events) stream.messages.push({ ...event, streamSequence: ++stream.lastSequence });
    return { outcome: 'published', streamSequence: stream.lastSequence };
  };

  const purge: EventPublisher['purge'] = async (partition, subject, before) => {
    const stream = streamOf(partition);
    const newest = stream.messages.findLast((message) => message.subject === before);
    if (!newest) return;
    stream.messages = stream.messages.filter(
      (message) => message.streamSequence >= newest.streamSequence || !isUnder(subject, message.subject),
    );
  };

  return {
    prepare: async (partition) => void streamOf(partition),
    standing,
    publish,
    purge,
    close: async () => undefined,
    messages: (partition) => streamOf(partition).messages,
    loseAfter: (partition, streamSequence) => {
      const stream = streamOf(partition);
      stream.messages = stream.messages.filter((message) => message.streamSequence <= streamSequence);
      stream.lastSequence = Math.min(stream.lastSequence, streamSequence);
    },
  };
};

const isUnder = (pattern: string, subject: string): boolean => {
  const tokens = subject.split('.');
  const wanted = pattern.split('.');
  return tokens.length === wanted.length && wanted.every((token, i) => token === '*' || token === tokens[i]);
};
