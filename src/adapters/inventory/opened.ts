import type { DataTables } from '../../application/ports/dataTables.js';
import type { InventoryReader, InventoryWriter } from '../../application/ports/inventory.js';
import type { JobMemory } from '../../application/ports/jobMemory.js';

/** What an inventory offers once it is open. */
export type OpenInventory = {
  readonly inventory: InventoryReader & InventoryWriter;
  readonly tables: DataTables;
  readonly memory: JobMemory;
  close(): Promise<void>;
};
