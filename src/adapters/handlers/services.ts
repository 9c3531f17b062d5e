import type { ArtifactStore } from '../../application/ports/artifacts.js';
import type { Clock } from '../../application/ports/clock.js';
import type { DataTables } from '../../application/ports/dataTables.js';
import type { InventoryReader, InventoryWriter } from '../../application/ports/inventory.js';
import type { JobMemory } from '../../application/ports/jobMemory.js';
import type { Mailer } from '../../application/ports/mailer.js';
import type { Outbound } from '../../application/ports/outbound.js';
import type { OwnRecords } from '../../application/ports/ownRecords.js';

/** What predefined handlers work with. Each is opened when it is first asked for; where configuration lacks it, that rejects with what to set. */
export type Services = {
  readonly clock: Clock;
  readonly inventory: () => Promise<InventoryReader & InventoryWriter>;
  readonly tables: () => Promise<DataTables>;
  readonly memory: () => Promise<JobMemory>;
  readonly artifacts: () => Promise<ArtifactStore>;
  readonly mailer: () => Promise<Mailer>;
  readonly outbound: () => Promise<Outbound>;
  /** What `auth` of a job may name: never a part of parameters, and only ever sent to the host it belongs to. */
  readonly secret: (name: string) => { readonly value: string; readonly host: string } | null;
  /** The scheduler's own log and history. */
  readonly records: () => Promise<OwnRecords>;
  /** What the environment has under a name that parameters may give, such as `BACKUP_KEY`; null where it has nothing. */
  readonly backupKey: (name: string) => Promise<string | null>;
  /** Where the scheduler keeps its own files: nothing of it is cleaned, whatever the roots are. */
  readonly dataDirectory: string;
  /** The organization that those belong to who name none: its jobs may save what belongs to all. */
  readonly ownOrganization: string;
  /** Directories below which jobs may read, write and delete files; absolute. */
  readonly roots: readonly string[];
  /** Files of fonts (TrueType, OpenType, WOFF) for reports; absolute. */
  readonly fonts: readonly string[];
};
