import type { Activity } from '../application/activity.js';
import type { Limits } from '../application/dispatch/limits.js';
import type { JobHandlers } from '../application/handlers.js';
import type { Listeners } from '../application/listeners.js';
import type { Metering } from '../application/metering.js';
import type { ArtifactStore } from '../application/ports/artifacts.js';
import type { Background, Clock } from '../application/ports/clock.js';
import type { Ids } from '../application/ports/ids.js';
import type { JobInputParser } from '../application/ports/jobInput.js';
import type { JobMemory } from '../application/ports/jobMemory.js';
import type { Logger } from '../application/ports/logger.js';
import type { Notifier } from '../application/ports/notifier.js';
import type { EventPublisher, WakeHints } from '../application/ports/publisher.js';
import type { Runner } from '../application/ports/runner.js';
import type { Storage } from '../application/ports/storage.js';
import type { Quotas } from '../application/quota/quotas.js';
import type { NotificationSettings } from '../application/subscribers/notifications/rules.js';
import type { Calendar } from '../domain/schedule/calendar.js';

/** A way out for events, and for hints between nodes. */
export type Broker = { readonly publisher: EventPublisher; readonly hints: WakeHints; close(): Promise<void> };

/** What the outside provides: the adapters in use, and what exists before a store is open. */
export type Parts = {
  readonly clock: Clock;
  readonly background: Background;
  readonly ids: Ids;
  readonly log: Logger;
  readonly storage: Storage;
  readonly artifacts: ArtifactStore;
  readonly memory: Pick<JobMemory, 'forget'>;
  readonly calendar: Calendar;
  readonly input: JobInputParser;
  readonly runner: Runner;
  readonly activity: Activity;
  readonly handlers: JobHandlers;
  readonly limits: Limits;
  readonly quotas: Quotas;
  readonly listeners: Listeners;
  /** Who counts what this node does; absent where nobody does. */
  readonly metering?: Metering;
  /** Where events are published; null where nobody asked for it. */
  readonly broker: Broker | null;
  /** Who is told of failures, and the way to them; null where nobody is. */
  readonly notifications: { readonly notifier: Notifier; readonly settings: NotificationSettings } | null;
};
