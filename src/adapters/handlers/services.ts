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
  /** The scheduler's own log and history. */
  readonly records: () => Promise<OwnRecords>;
  readonly secrets: Secrets;
  readonly files: FilePlaces;
  /** The organization that those belong to who name none: its jobs may save what belongs to all. */
  readonly defaultOrganization: string;
};

/** What parameters only ever name; null where configuration has nothing under a name. */
export type Secrets = {
  /** For `auth` of a job, and only ever sent to the host it belongs to. */
  readonly ofHost: (name: string) => { readonly value: string; readonly host: string } | null;
  /** Of archives, such as `BACKUP_KEY`. */
  readonly backupKey: (name: string) => Promise<string | null>;
};

/** Absolute paths. */
export type FilePlaces = {
  /** Directories below which jobs may read, write and delete files. */
  readonly roots: readonly string[];
  /** Where the scheduler keeps its own files, of which jobs clean and save nothing, whatever the roots are; null where it has none. */
  readonly own: string | null;
  /** Files of fonts (TrueType, OpenType, WOFF) for reports. */
  readonly fonts: readonly string[];
};
