import type { Commit, EventFeed, EventStore, StreamKey, Version } from '../../application/ports/eventStore.js';
import type { StorageReader } from '../../application/ports/storage.js';
import type { Instant } from '../../domain/instant.js';
import { decodeEvents } from '../codec/index.js';
import { appendQueue } from './appendQueue.js';
import { gather } from './gather.js';
import type { Link } from './link.js';
import type { Cells, LogCalls } from './protocol.js';

const partition = 0;
const columns = 6;

type OfStream = readonly [stream: StreamKey, version: Version];

export const logReader = (link: Link<LogCalls>): Pick<StorageReader, 'store' | 'feed'> => {
  const read = gather(
    async (after: readonly OfStream[]) => byStream(await link.call('read', { after }), after.length),
    Number.POSITIVE_INFINITY,
  );
  return {
    store: {
      read: (stream, afterVersion) => read([stream, afterVersion]),
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

const byStream = (cells: Cells, streams: number): readonly (readonly Commit[])[] => {
  const commits = Array.from({ length: streams }, (): Commit[] => []);
  for (let at = 0; at < cells.length; at += columns + 1) commits[Number(cells[at])]?.push(commitAt(cells, at + 1));
  return commits;
};

const commitsOf = (cells: Cells): readonly Commit[] => {
  const commits: Commit[] = [];
  for (let at = 0; at < cells.length; at += columns) commits.push(commitAt(cells, at));
  return commits;
};

const commitAt = (cells: Cells, at: number): Commit => ({
  commitId: String(cells[at + 3]),
  stream: String(cells[at]),
  version: Number(cells[at + 1]),
  partition,
  position: Number(cells[at + 2]),
  at: Number(cells[at + 4]) as Instant,
  events: decodeEvents(String(cells[at + 5])),
});
