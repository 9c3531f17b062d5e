import type { ArtifactStore } from '../../application/ports/artifacts.js';
import type { Clock } from '../../application/ports/clock.js';
import type { DataTables } from '../../application/ports/dataTables.js';
import type { InventoryReader, InventoryWriter } from '../../application/ports/inventory.js';
import type { Mailer } from '../../application/ports/mailer.js';
import type { Outbound } from '../../application/ports/outbound.js';

/** What predefined handlers work with. Each is opened when it is first asked for; where configuration lacks it, that rejects with what to set. */
export type Services = {
  readonly clock: Clock;
  readonly inventory: () => Promise<InventoryReader & InventoryWriter>;
  readonly tables: () => Promise<DataTables>;
  readonly artifacts: () => Promise<ArtifactStore>;
  readonly mailer: () => Promise<Mailer>;
  readonly outbound: () => Promise<Outbound>;
  /** Directories below which jobs may read, write and delete files; absolute. */
  readonly roots: readonly string[];
};
