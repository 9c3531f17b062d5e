import type { StreamKey } from '../../application/ports/eventStore.js';
import type { RunRecord, RunRecords } from '../../application/ports/runRecords.js';

/** Run records, and what the read models need to drop those of a job together with its history. */
export type MemoryRunRecords = RunRecords & {
  forget(executionIds: Iterable<string>): void;
  forgetStream(stream: StreamKey): void;
};

/** `isDeleted` keeps a late report of a handler from bringing back what a deletion removed. */
export const memoryRunRecords = (isDeleted: (stream: StreamKey) => boolean): MemoryRunRecords => {
  const byExecution = new Map<string, RunRecord>();
  return {
    put: async (records) => {
      for (const record of records) if (!isDeleted(record.stream)) byExecution.set(record.executionId, record);
    },
    get: async (executionId) => byExecution.get(executionId) ?? null,
    forget: (executionIds) => {
      for (const id of executionIds) byExecution.delete(id);
    },
    forgetStream: (stream) => {
      for (const { executionId, stream: of } of byExecution.values()) if (of === stream) byExecution.delete(executionId);
    },
  };
};
