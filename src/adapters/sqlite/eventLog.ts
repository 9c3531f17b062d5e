import type { Commit, EventFeed, EventStore, StreamKey, Version } from '../../application/ports/eventStore.js';
import type { StorageReader } from '../../application/ports/storage.js';
import type { Instant } from '../../domain/instant.js';
import { decodeEvents } from '../codec/index.js';
import { appendQueue } from './appendQueue.js';
import { gather } from './gather.js';
import type { Link } from './link.js';
import type { Cells, LogCalls } from './protocol.js';
import { readRows } from './rows.js';

const partition = 0;
const columns = 6;

type OfStream = readonly [stream: StreamKey, version: Version];

export const logReader = (link: Link<LogCalls>): Pick<StorageReader, 'store' | 'feed'> => {
  const read = gather((after: readonly OfStream[]) => link.call('read', { after }), Number.POSITIVE_INFINITY);
  return {
    store: {
      read: async (stream, afterVersion) => commitsOf(await read([stream, afterVersion])),
      streams: async (after, limit) => link.call('streams', { after: after ?? '', limit }),
    },
    feed: {
      partitions: 1,
      head: () => link.call('head', {}),
      after: async (_partition, position, limit) => commitsOf(await link.call('feed', { position, limit })),
    },
  };
};

type EventLog = { readonly store: EventStore; readonly feed: EventFeed; drained(): Promise<void> };

export const eventLog = (link: Link<LogCalls>): EventLog => {
  const { store, feed } = logReader(link);
  const { append, drained } = appendQueue(link);
  // One emptying of the write-ahead log serves all redactions that wait for it.
  const redact = gather(async (below: readonly OfStream[]): Promise<readonly undefined[]> => {
    await link.call('redact', { below });
    return [];
  }, 1);
  return {
    feed,
    drained,
    store: {
      ...store,
      append,
      redact: (stream, belowVersion) => redact([stream, belowVersion]),
    },
  };
};

const commitsOf = (cells: Cells): readonly Commit[] =>
  readRows(cells, columns, ([stream, version, position, commitId, at, data]) => ({
    commitId: String(commitId),
    stream: String(stream),
    version: Number(version),
    partition,
    position: Number(position),
    at: Number(at) as Instant,
    events: decodeEvents(String(data)),
  }));
