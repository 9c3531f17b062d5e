import type { Collection, Filter } from 'mongodb';
import type { StreamKey, Version } from '../../../application/ports/eventStore.js';
import type { ReadModels } from '../../../application/ports/readModels.js';
import type { Collections } from '../collections.js';
import { type ExecutionDocument, executionOf } from './executionDocument.js';

type HistoryQueries = Pick<ReadModels, 'checkpoint' | 'execution' | 'history' | 'oldestKept' | 'dropHistory' | 'erase' | 'reset'>;

/** Documents removed by one command. */
const removedAtOnce = 500;

const newestFirst = { queuedVersion: -1, _id: -1 } as const;
const rowFields = { json: 1, parameters: 1, result: 1, queuedVersion: 1 } as const;

export const historyQueries = ({ db, jobs, executions, runs, checkpoints }: Collections): HistoryQueries => {
  const page = (filter: Filter<ExecutionDocument>, limit?: number): Promise<readonly ExecutionDocument[]> =>
    executions.find(filter, { projection: rowFields, sort: newestFirst, ...(limit && { limit, batchSize: limit }) }).toArray();

  /** Executions queued by one commit are never split between pages. */
  const history: ReadModels['history'] = async (stream, limit, beforeVersion = Number.MAX_SAFE_INTEGER) => {
    const found = await page({ stream, queuedVersion: { $lt: beforeVersion } }, limit);
    const last = found.length === limit ? found.at(-1) : undefined;
    const rest = last ? await page({ stream, queuedVersion: last.queuedVersion, _id: { $lt: last._id } }) : [];
    return [...found, ...rest].map(executionOf);
  };

  /** The version of one entry, from either end. */
  const versionAt = async (filter: Filter<ExecutionDocument>, direction: 1 | -1, skip = 0): Promise<Version | null> => {
    const sort = { queuedVersion: direction, _id: direction };
    return (await executions.findOne(filter, { projection: { queuedVersion: 1 }, sort, skip }))?.queuedVersion ?? null;
  };

  const oldestKept: ReadModels['oldestKept'] = async (stream, maxExecutions, finishedSince) => {
    const all = { stream };
    const [newest, oldest] = await Promise.all([versionAt(all, -1), versionAt(all, 1)]);
    if (newest === null || oldest === null) return null;
    const from = maxExecutions === null ? oldest : ((await versionAt(all, -1, maxExecutions - 1)) ?? oldest);
    const recent = finishedSince === null ? {} : { $or: [{ finishedAt: null }, { finishedAt: { $gte: new Date(finishedSince) } }] };
    const kept = (await versionAt({ ...all, queuedVersion: { $gte: from }, ...recent }, 1)) ?? newest + 1;
    return kept > oldest ? kept : null;
  };

  const dropHistory = async (stream: StreamKey, belowVersion: Version, kept: readonly string[] = []): Promise<void> => {
    const below = { stream, queuedVersion: { $lt: belowVersion }, ...(kept.length > 0 && { _id: { $nin: [...kept] } }) };
    for (;;) {
      const oldest = await executions.find(below, { projection: { _id: 1 }, limit: removedAtOnce, batchSize: removedAtOnce }).toArray();
      if (oldest.length === 0) return;
      const ids = { $in: oldest.map(({ _id }) => _id) };
      await runs.deleteMany({ _id: ids });
      await executions.deleteMany({ _id: ids });
    }
  };

  return {
    checkpoint: async (partition) => (await checkpoints.findOne({ _id: { $eq: `${partition}` } }))?.position ?? 0,
    execution: async (executionId) => {
      const found = await executions.findOne({ _id: { $eq: executionId } }, { projection: rowFields });
      return found && executionOf(found);
    },
    history,
    oldestKept,
    dropHistory,
    erase: async (stream) => {
      const tombstone = await jobs.findOne({ _id: stream }, { projection: { version: 1, deleted: 1 } });
      if (!tombstone?.deleted) return;
      await runs.deleteMany({ stream });
      // Another job of that name may come while this goes on.
      await dropHistory(stream, tombstone.version);
    },
    reset: async () => {
      // Without checkpoints everything is built anew, whatever else is still there.
      await checkpoints.deleteMany({});
      for (const name of ['jobs', 'executions']) await empty(db.collection(name));
    },
  };
};

/** By ranges of keys, since a command may not take as long as the removal of a million documents does. */
const empty = async (collection: Collection<{ readonly _id: string }>): Promise<void> => {
  for (;;) {
    const last = await collection.findOne({}, { projection: { _id: 1 }, sort: { _id: 1 }, skip: removedAtOnce - 1 });
    if (!last) break;
    await collection.deleteMany({ _id: { $lte: last._id } });
  }
  await collection.deleteMany({});
};
