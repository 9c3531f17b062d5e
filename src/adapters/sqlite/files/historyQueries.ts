import { executionColumns } from '../columns.js';
import type { ModelHandlers, Steps } from '../protocol.js';
import { cellsOf, type Database } from './driver.js';
import type { Remains } from './remains.js';
import { transactionOn } from './transaction.js';
import { truncateWal } from './wal.js';

/** Entries removed in one transaction. */
const droppedAtOnce = 128;

type HistoryReads = Pick<ModelHandlers, 'checkpoint' | 'execution' | 'history' | 'oldestKept' | 'getRecord'>;
type HistoryWrites = Pick<ModelHandlers, 'dropHistory' | 'erase' | 'reset'>;

export const historyReads = (db: Database): HistoryReads => {
  const checkpoint = db.prepare('SELECT position FROM checkpoints WHERE partition = ?');
  const execution = db.prepare(`SELECT ${executionColumns} FROM executions WHERE execution_id = ?`);
  // Executions queued by one commit are never split between pages: the bound is the version of the last row of the page.
  const history = db.prepare(
    `SELECT ${executionColumns} FROM executions WHERE stream = ?1 AND queued_version < ?2 AND queued_version >= coalesce(
       (SELECT queued_version FROM executions WHERE stream = ?1 AND queued_version < ?2
        ORDER BY queued_version DESC LIMIT 1 OFFSET ?3 - 1), 0)
     ORDER BY queued_version DESC, execution_id DESC`,
  );
  const bounds = db.prepare('SELECT min(queued_version), max(queued_version) FROM executions WHERE stream = ?');
  const oldestKept = db.prepare(
    `SELECT min(queued_version) FROM
       (SELECT queued_version, finished_at FROM executions WHERE stream = ? ORDER BY queued_version DESC, execution_id DESC LIMIT ?)
     WHERE finished_at IS NULL OR finished_at >= ?`,
  );
  const record = db.prepare('SELECT record FROM run_records WHERE execution_id = ?');
  return {
    checkpoint: ({ partition }) => Number(checkpoint.all([partition])[0]?.[0] ?? 0),
    execution: ({ executionId }) => cellsOf(execution.all([executionId])),
    history: ({ stream, limit, beforeVersion }) => cellsOf(history.all([stream, beforeVersion, limit])),
    oldestKept: ({ stream, maxExecutions, finishedSince }) => {
      const [oldest, newest] = bounds.all([stream])[0] ?? [];
      const kept = oldestKept.all([stream, maxExecutions ?? -1, finishedSince ?? 0])[0]?.[0] ?? Number(newest ?? 0) + 1;
      return typeof oldest === 'number' && Number(kept) > oldest ? Number(kept) : null;
    },
    getRecord: ({ executionId }) => cellsOf(record.all([executionId])),
  };
};

export const historyWrites = (db: Database, remains: Remains): HistoryWrites => {
  const transaction = transactionOn(db);
  const oldest = db.prepare(
    `SELECT execution_id FROM executions WHERE stream = ? AND queued_version < ? AND execution_id NOT IN (SELECT value FROM json_each(?))
     ORDER BY queued_version LIMIT ${droppedAtOnce}`,
  );
  const dropEntries = db.prepare('DELETE FROM executions WHERE execution_id IN (SELECT value FROM json_each(?))');
  const dropRecords = db.prepare('DELETE FROM run_records WHERE execution_id IN (SELECT value FROM json_each(?))');
  const dropStreamRecords = db.prepare('DELETE FROM run_records WHERE stream = ?');
  const tombstone = db.prepare('SELECT version FROM jobs WHERE stream = ? AND phase IS NULL');

  function* drop(stream: string, belowVersion: number, kept: readonly string[] = []): Steps<void> {
    for (;;) {
      const ids = JSON.stringify(oldest.all([stream, belowVersion, JSON.stringify(kept)]).flat());
      if (ids === '[]') return;
      transaction(() => {
        dropEntries.run([ids]);
        dropRecords.run([ids]);
      });
      yield;
    }
  }

  return {
    *dropHistory({ stream, belowVersion, kept }) {
      yield* drop(stream, belowVersion, kept);
      return null;
    },
    *erase({ streams }) {
      for (const stream of streams) {
        const deletedAt = transaction(() => {
          const version = tombstone.all([stream])[0]?.[0];
          if (version !== undefined) dropStreamRecords.run([stream]);
          return version;
        });
        // Another job of that name may come while this goes on.
        if (deletedAt !== undefined) yield* drop(stream, Number(deletedAt));
        yield;
      }
      yield* remains.scrub();
      yield* truncateWal(db);
      return null;
    },
    *reset() {
      yield;
      // The checkpoints go with the rows, or nothing does.
      transaction(() => db.exec('DELETE FROM jobs; DELETE FROM executions; DELETE FROM checkpoints'));
      return null;
    },
  };
};
