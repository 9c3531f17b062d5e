import type { Json } from '../../domain/json.js';

/** A job and its generation: one that was deleted and made anew remembers nothing. */
export type MemoryOwner = { readonly organization: string; readonly jobName: string; readonly jobId: string };

/** What the runs of a job tell the next one, such as which items have been reported. Survives restarts. Rejects with `InventoryUnavailable`. */
export interface JobMemory {
  /** What was last remembered; null at first. */
  recall(owner: MemoryOwner): Promise<Json>;
  remember(owner: MemoryOwner, value: Json): Promise<void>;
  /** What deleted jobs of this name remembered. `jobId` is that of the job that has the name now, which keeps its own; null: none has. */
  forget(organization: string, jobName: string, jobId: string | null): Promise<void>;
}
