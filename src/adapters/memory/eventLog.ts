import type { AppendRequest, AppendResult, Commit, EventFeed, EventStore, StreamKey } from '../../application/ports/eventStore.js';
import { decodeEvents, encodeEvents, noEvents } from '../codec/index.js';

/** A commit as every store keeps it: the events as text. */
type StoredCommit = Omit<Commit, 'events'> & { readonly data: string };

const partition = 0;

/** The log in arrays: commit n of a stream at index n - 1, position p at index p - 1. */
export const memoryEventLog = (): { readonly store: EventStore; readonly feed: EventFeed } => {
  const log: StoredCommit[] = [];
  const streams = new Map<StreamKey, StoredCommit[]>();

  // Decided and written without an await in between: of clients that race for one version exactly one wins.
  const append = ({ stream, expectedVersion, commitId, at, events }: AppendRequest): AppendResult => {
    const commits = streams.get(stream) ?? [];
    if (commits.length !== expectedVersion) {
      const taken = commits[expectedVersion];
      if (taken?.commitId !== commitId) return { outcome: 'conflict' };
      return { outcome: 'already', version: taken.version, partition, position: taken.position };
    }
    const version = expectedVersion + 1;
    const position = log.length + 1;
    const commit = { commitId, stream, version, partition, position, at, data: encodeEvents(events) };
    log.push(commit);
    streams.set(stream, commits);
    commits.push(commit);
    return { outcome: 'appended', version, partition, position };
  };

  const redact = (stream: StreamKey, belowVersion: number): void => {
    const commits = streams.get(stream) ?? [];
    for (const [i, commit] of commits.entries()) {
      if (commit.version >= belowVersion) break;
      const redacted = { ...commit, data: noEvents };
      commits[i] = redacted;
      log[commit.position - 1] = redacted;
    }
  };

  return {
    store: {
      append: async (request) => append(request),
      read: async (stream, afterVersion) => (streams.get(stream) ?? []).slice(afterVersion).map(decode),
      redact: async (stream, belowVersion) => redact(stream, belowVersion),
      streams: async (after, limit) =>
        [...streams.keys()]
          .filter((key) => after === null || key > after)
          .sort()
          .slice(0, limit),
    },
    feed: {
      partitions: 1,
      head: async () => log.length,
      after: async (_partition, position, limit) => log.slice(position, position + limit).map(decode),
    },
  };
};

const decode = ({ data, ...commit }: StoredCommit): Commit => ({ ...commit, events: decodeEvents(data) });
