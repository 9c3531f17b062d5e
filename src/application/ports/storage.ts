import type { EventFeed, EventStore } from './eventStore.js';
import type { Cursors, Leases } from './leases.js';
import type { Membership } from './membership.js';
import type { ReadModels } from './readModels.js';
import type { RunRecords } from './runRecords.js';

/** What a storage adapter offers once it is open. */
export type Storage = {
  readonly store: EventStore;
  readonly feed: EventFeed;
  readonly readModels: ReadModels;
  readonly runRecords: RunRecords;
  readonly membership: Membership;
  readonly leases: Leases;
  readonly cursors: Cursors;
  /** Answers what is under way, then lets go of files and connections. */
  close(): Promise<void>;
};

/** A part of it for commands that only look, beside the process that writes. */
export type StorageReader = {
  readonly store: Pick<EventStore, 'read' | 'streams'>;
  readonly feed: EventFeed;
  readonly readModels: Omit<ReadModels, 'save' | 'dropHistory' | 'erase' | 'reset'>;
  readonly runRecords: Pick<RunRecords, 'get'>;
  close(): Promise<void>;
};
