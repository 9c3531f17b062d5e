import type { StreamKey } from '../../application/ports/eventStore.js';
import type { Changes, JobRow, ReadModels, WorkItem } from '../../application/ports/readModels.js';
import type { RunRecords } from '../../application/ports/runRecords.js';
import type { StorageReader } from '../../application/ports/storage.js';
import { executionColumns, jobRowColumns } from './columns.js';
import { gather } from './gather.js';
import type { Link } from './link.js';
import type { Cell, Cells, ModelCalls } from './protocol.js';
import { readExecution, readJob, readRecord, readRows, writeExecution, writeJob, writeRecord } from './rows.js';

type Reader = Pick<StorageReader, 'readModels' | 'runRecords'>;

export const modelReader = (link: Link<ModelCalls>): Reader => {
  const jobs = gather(async (calls: readonly (readonly StreamKey[])[]) => {
    const streams = [...new Set(calls.flat())];
    const rows = new Map(jobsOf(await link.call('jobs', { streams })).map((row) => [row.stream, row]));
    return calls.length === 1 ? [rows] : calls.map((asked) => pick(rows, asked));
  }, Number.POSITIVE_INFINITY);
  return {
    readModels: {
      checkpoint: (partition) => link.call('checkpoint', { partition }),
      jobs,
      listJobs: async (filter) => jobsOf(await link.call('listJobs', filter)),
      countJobs: (organization) => link.call('countJobs', { organization }),
      execution: async (executionId) => executionsOf(await link.call('execution', { executionId }))[0] ?? null,
      history: async (stream, limit, beforeVersion = Number.MAX_SAFE_INTEGER) =>
        executionsOf(await link.call('history', { stream, limit, beforeVersion })),
      work: async (query) => itemsOf(await link.call('work', query)),
      unclaimed: async (query) => itemsOf(await link.call('unclaimed', query)),
      oldestKept: (stream, maxExecutions, finishedSince) => link.call('oldestKept', { stream, maxExecutions, finishedSince }),
      running: (limit, after) => link.call('running', { limit, after: after ?? '' }),
    },
    runRecords: {
      get: async (executionId) => readRows(await link.call('getRecord', { executionId }), 1, readRecord)[0] ?? null,
    },
  };
};

const pick = (rows: ReadonlyMap<StreamKey, JobRow>, streams: readonly StreamKey[]): ReadonlyMap<StreamKey, JobRow> =>
  new Map(
    streams.flatMap((stream) => {
      const row = rows.get(stream);
      return row ? [[stream, row]] : [];
    }),
  );

export const models = (link: Link<ModelCalls>): { readonly readModels: ReadModels; readonly runRecords: RunRecords } => {
  const { readModels, runRecords } = modelReader(link);
  const erase = gather(async (streams: readonly string[]): Promise<readonly undefined[]> => {
    await link.call('erase', { streams });
    return [];
  }, 1);
  return {
    readModels: {
      ...readModels,
      save: async (changes) => void (await link.call('save', cellsOf(changes))),
      dropHistory: async (stream, belowVersion, kept = []) => void (await link.call('dropHistory', { stream, belowVersion, kept })),
      erase,
      reset: async () => void (await link.call('reset', {})),
    },
    runRecords: {
      ...runRecords,
      put: async (records) => {
        const cells: Cell[] = [];
        for (const record of records) writeRecord(record, cells);
        await link.call('putRecords', { records: cells });
      },
    },
  };
};

const cellsOf = (changes: Changes) => {
  const jobs: Cell[] = [];
  const executions: Cell[] = [];
  for (const row of inOrder(changes.jobs)) writeJob(row, jobs);
  for (const row of inOrder(changes.executions)) writeExecution(row, executions);
  return { jobs, executions, checkpoints: [...changes.checkpoints].flat() };
};

/** Neighbours in an index are written together: that touches far fewer pages than any other order. */
const inOrder = <R extends { readonly stream: StreamKey }>(rows: readonly R[]): readonly R[] =>
  rows.toSorted((a, b) => (a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : 0));

const jobsOf = (cells: Cells) => readRows(cells, jobRowColumns.length, readJob);
const executionsOf = (cells: Cells) => readRows(cells, executionColumns.length, readExecution);
const itemsOf = (cells: Cells): readonly WorkItem[] =>
  readRows(cells, 4, ([stream, handlerKey, priority, workAt]) => ({ stream, handlerKey, priority, workAt }) as unknown as WorkItem);
