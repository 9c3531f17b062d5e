import type { StreamKey, Version } from '../../../application/ports/eventStore.js';
import type { Changes, ExecutionRow, JobRow } from '../../../application/ports/readModels.js';
import type { RunRecords } from '../../../application/ports/runRecords.js';
import type { Collections } from '../collections.js';
import { durable } from '../connect.js';
import { long } from '../native.js';
import { executionDocument } from './executionDocument.js';
import { guardedWrite, put } from './guardedWrite.js';
import { jobDocument } from './jobDocument.js';
import { portions } from './portions.js';
import { runDocument } from './runRecords.js';

type Saver = { save(changes: Changes): Promise<void>; putRecords: RunRecords['put'] };

/**
 * Writes rows in the order that makes a crash harmless: history first, then the jobs, then the checkpoint that says both are there.
 * Without transactions a late row may be written while another node deletes its job: both look again after they have written, and
 * whoever comes second removes the row.
 */
export const rowSaver = ({ db, jobs, executions, runs }: Collections): Saver => {
  const putExecutions = guardedWrite(db, 'executions', 'version');
  const putJobs = guardedWrite(db, 'jobs', 'version');
  const putCheckpoints = guardedWrite(db, 'checkpoints', 'position', durable);

  const tombstones = async (streams: readonly StreamKey[]): Promise<ReadonlyMap<StreamKey, Version>> => {
    const found = await jobs.find({ _id: { $in: [...new Set(streams)] } }, { projection: { version: 1, deleted: 1 } }).toArray();
    return new Map(found.filter(({ deleted }) => deleted).map(({ _id, version }) => [_id, version]));
  };

  const saveExecutions = async (rows: readonly ExecutionRow[]): Promise<void> => {
    for (const part of portions(rows.map(executionDocument), sizeOf)) {
      await putExecutions(part);
      const deletedAt = await tombstones(part.map(({ stream }) => stream));
      const late = part.filter(({ stream, version }) => version.toNumber() <= (deletedAt.get(stream) ?? -1));
      if (late.length > 0) await executions.deleteMany({ _id: { $in: late.map(({ _id }) => _id) } });
    }
  };

  const saveJobs = async (rows: readonly JobRow[]): Promise<void> => {
    for (const part of portions(rows.map(jobDocument), sizeOf)) await putJobs(part);
    const deleted = rows.filter(({ state }) => state.kind === 'absent').map(({ stream }) => stream);
    if (deleted.length === 0) return;
    for (const [stream, version] of await tombstones(deleted)) {
      await executions.deleteMany({ stream, version: { $lte: version } });
      await runs.deleteMany({ stream });
    }
  };

  return {
    save: async (changes) => {
      await saveExecutions(changes.executions);
      await saveJobs(changes.jobs);
      const checkpoints = [...changes.checkpoints].map(([partition, position]) => ({ _id: `${partition}`, position: long(position) }));
      if (checkpoints.length > 0) await putCheckpoints(checkpoints);
    },
    putRecords: async (records) => {
      for (const part of portions(records.map(runDocument), sizeOf)) {
        await put(db, 'runs', part);
        const deleted = await tombstones(part.map(({ stream }) => stream));
        const late = part.filter(({ stream }) => deleted.has(stream));
        if (late.length > 0) await runs.deleteMany({ _id: { $in: late.map(({ _id }) => _id) } });
      }
    },
  };
};

/** Most of a document is its text. */
const sizeOf = ({ json }: { readonly json: string }): number => json.length;
