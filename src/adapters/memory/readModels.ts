import type { Position, StreamKey } from '../../application/ports/eventStore.js';
import type { Changes, ReadModels } from '../../application/ports/readModels.js';
import type { RunRecords } from '../../application/ports/runRecords.js';
import { historyTable } from './historyTable.js';
import { jobTable } from './jobTable.js';
import { memoryRunRecords } from './runRecords.js';

/** Read models in maps, every query a scan: right for tests, simulations and some thousand jobs. */
export const memoryReadModels = (): { readonly readModels: ReadModels; readonly runRecords: RunRecords } => {
  const jobs = jobTable();
  const history = historyTable();
  const runRecords = memoryRunRecords((stream) => jobs.isDeleted(stream));
  const checkpoints = new Map<number, Position>();

  const forget = (stream: StreamKey): void => {
    history.drop(stream, Number.POSITIVE_INFINITY);
    runRecords.forgetStream(stream);
  };

  const save = (changes: Changes): void => {
    for (const row of changes.executions) if (!jobs.isDeleted(row.stream, row.version)) history.put(row);
    for (const row of changes.jobs) if (jobs.put(row) && row.state.kind === 'absent') forget(row.stream);
    for (const [partition, position] of changes.checkpoints) checkpoints.set(partition, position);
  };

  const readModels: ReadModels = {
    save: async (changes) => save(changes),
    checkpoint: async (partition) => checkpoints.get(partition) ?? 0,
    jobs: async (streams) => new Map(streams.flatMap((stream) => [jobs.get(stream) ?? []].flat().map((row) => [stream, row] as const))),
    listJobs: async (filter) => jobs.list(filter),
    countJobs: async (organization) => jobs.count(organization),
    execution: async (executionId) => history.get(executionId) ?? null,
    history: async (stream, limit, beforeVersion) => history.page(stream, limit, beforeVersion),
    work: jobs.work,
    unclaimed: jobs.unclaimed,
    running: jobs.running,
    oldestKept: async (...bounds) => history.oldestKept(...bounds),
    dropHistory: async (...which) => runRecords.forget(history.drop(...which)),
    erase: async (stream) => {
      if (jobs.isDeleted(stream)) forget(stream);
    },
    reset: async () => {
      jobs.clear();
      history.clear();
      checkpoints.clear();
    },
  };
  return { readModels, runRecords };
};
