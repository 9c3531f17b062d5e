import type { Changes, ReadModels, WorkItem } from '../../application/ports/readModels.js';
import type { RunRecords } from '../../application/ports/runRecords.js';
import type { StorageReader } from '../../application/ports/storage.js';
import type { Link } from './link.js';
import type { Cell, Cells } from './protocol.js';
import { jobRowColumns, readExecution, readJob, readRecord, readRows, writeExecution, writeJob, writeRecord } from './rows.js';

type Reader = Pick<StorageReader, 'readModels' | 'runRecords'>;

export const modelReader = (link: Link): Reader => ({
  readModels: {
    checkpoint: (partition) => link.call('checkpoint', { partition }),
    jobs: async (streams) => new Map(jobsOf(await link.call('jobs', { streams })).map((row) => [row.stream, row])),
    listJobs: async (filter) => jobsOf(await link.call('listJobs', filter)),
    execution: async (executionId) => executionsOf(await link.call('execution', { executionId }))[0] ?? null,
    history: async (stream, limit, beforeVersion = Number.MAX_SAFE_INTEGER) =>
      executionsOf(await link.call('history', { stream, limit, beforeVersion })),
    work: async (query) => itemsOf(await link.call('work', query)),
    unclaimed: async (query) => itemsOf(await link.call('unclaimed', query)),
    oldestKept: (stream, maxExecutions, finishedSince) => link.call('oldestKept', { stream, maxExecutions, finishedSince }),
    running: (limit, after) => link.call('running', { limit, after: after ?? null }),
  },
  runRecords: {
    get: async (executionId) => readRows(await link.call('getRecord', { executionId }), 1, readRecord)[0] ?? null,
  },
});

export const models = (link: Link): { readonly readModels: ReadModels; readonly runRecords: RunRecords } => {
  const { readModels, runRecords } = modelReader(link);
  return {
    readModels: {
      ...readModels,
      save: async (changes) => void (await link.call('save', cellsOf(changes))),
      dropHistory: async (stream, belowVersion) => void (await link.call('dropHistory', { stream, belowVersion })),
      erase: async (stream) => void (await link.call('erase', { stream })),
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
  for (const row of changes.jobs) writeJob(row, jobs);
  for (const row of changes.executions) writeExecution(row, executions);
  return { jobs, executions, checkpoints: [...changes.checkpoints].flat() };
};

const jobsOf = (cells: Cells) => readRows(cells, jobRowColumns.length, readJob);
const executionsOf = (cells: Cells) => readRows(cells, 1, readExecution);
const itemsOf = (cells: Cells): readonly WorkItem[] =>
  readRows(cells, 4, ([stream, handlerKey, priority, workAt]) => ({ stream, handlerKey, priority, workAt }) as unknown as WorkItem);
