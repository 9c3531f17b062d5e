import type { EventStore } from '../../../application/ports/eventStore.js';
import type { Millis } from '../../../domain/instant.js';
import { answered } from '../failures.js';
import { appendQueue } from './appendQueue.js';
import { type LogContext, partitionOf } from './context.js';
import { listStreams, redactStream } from './reader.js';
import { readTogether } from './readTogether.js';

/** `close` resolves when everything asked so far is answered. */
export const eventStore = (context: LogContext, patienceMs: Millis): { readonly store: EventStore; close(): Promise<void> } => {
  const queues = Array.from({ length: context.partitions }, (_, partition) => appendQueue(context, partition, patienceMs));
  const read = readTogether(context);
  return {
    store: {
      append: (request) => {
        const queue = queues[partitionOf(request.stream, context.partitions)];
        return queue ? queue.append(request) : Promise.reject(new Error('there is no such partition'));
      },
      read: (stream, afterVersion) => answered(() => read(stream, afterVersion)),
      redact: (stream, belowVersion) => answered(() => redactStream(context, stream, belowVersion)),
      streams: (after, limit) => answered(() => listStreams(context, after, limit)),
    },
    close: async () => {
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
};
