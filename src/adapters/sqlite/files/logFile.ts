import type { LogHandlers } from '../protocol.js';
import { appenderTo } from './appendCommits.js';
import { cellsOf, type Database } from './driver.js';
import { transactionOn } from './transaction.js';
import { truncateWal, walRoom } from './wal.js';

/** Versions redacted in one transaction. */
const redactedAtOnce = 256;

type LogReads = Pick<LogHandlers, 'read' | 'feed' | 'head' | 'streams'>;
type LogWrites = Pick<LogHandlers, 'append' | 'redact'>;

const columns = 's.key, c.version, c.position, c.commit_id, c.at, c.data';

export const logReads = (db: Database): LogReads => {
  const ofStreams = db.prepare(
    `SELECT k.key, ${columns} FROM json_each(?) k CROSS JOIN streams s ON s.key = k.value ->> 0
     CROSS JOIN commits c ON c.stream_id = s.id AND c.version > k.value ->> 1 ORDER BY k.key, c.version`,
  );
  const inOrder = db.prepare(
    `SELECT ${columns} FROM commits c JOIN streams s ON s.id = c.stream_id WHERE c.position > ? ORDER BY c.position LIMIT ?`,
  );
  const head = db.prepare('SELECT max(position) FROM commits');
  const keys = db.prepare('SELECT key FROM streams WHERE key > ? ORDER BY key LIMIT ?');
  return {
    read: ({ after }) => cellsOf(ofStreams.all([JSON.stringify(after)])),
    feed: ({ position, limit }) => cellsOf(inOrder.all([position, limit])),
    head: () => Number(head.all([])[0]?.[0] ?? 0),
    streams: ({ after, limit }) => keys.all([after, limit]).map(([key]) => String(key)),
  };
};

export const logWrites = (db: Database): LogWrites => {
  const transaction = transactionOn(db);
  const append = appenderTo(db);
  const makeRoom = walRoom(db);
  const clear = db.prepare(
    `UPDATE commits SET data = '[]'
     WHERE stream_id = (SELECT id FROM streams WHERE key = ?) AND version >= ? AND version < ? AND data <> '[]'`,
  );
  const newest = db.prepare('SELECT max(version) FROM commits WHERE stream_id = (SELECT id FROM streams WHERE key = ?)');
  return {
    append: (batch) => {
      const answers = append(batch);
      makeRoom();
      return answers;
    },
    *redact({ below }) {
      for (const [stream, version] of below) {
        const end = Math.min(version, Number(newest.all([stream])[0]?.[0] ?? 0) + 1);
        for (let from = 1; from < end; from += redactedAtOnce) {
          transaction(() => clear.run([stream, from, Math.min(end, from + redactedAtOnce)]));
          yield;
        }
      }
      yield* truncateWal(db);
      return null;
    },
  };
};
