import type { Calculator } from '../adapters/calendar/index.js';
import type { InventoryCollections, InventoryFields } from '../adapters/inventory/mongo/names.js';
import type { Handler, JobMap } from '../application/api/types.js';
import type { HandlerOptions } from '../application/handlers.js';
import type { Clock } from '../application/ports/clock.js';
import type { Logger } from '../application/ports/logger.js';
import type { NotificationOptions } from './notificationOptions.js';

/** Where the log and everything derived from it lives. */
export type StoreOption = 'memory' | { readonly directory: string; readonly readOnly?: boolean } | MongoStore;

/** Shared by every node that is given the same database. */
export type MongoStore = {
  /** A connection string. */
  readonly mongodb: string;
  /** Default: the one in the connection string, or else `nexus_scheduler`. */
  readonly database?: string;
  /**
   * A node that is not heard of for so long is dead, and its attempts are started elsewhere; it stops them itself a fifth earlier. At least
   * 1,000, default 15,000. The same on every node of a cluster.
   */
  readonly leaseMs?: number;
  /** Looks and writes nothing: other nodes do not hear of this one. */
  readonly readOnly?: boolean;
};

export type LimitOptions = {
  /** Attempts at once by job type. */
  readonly jobTypes?: { readonly [jobType: string]: number };
  /** Attempts at once of any one organization, unless named below. */
  readonly perOrganization?: number;
  readonly organizations?: { readonly [organization: string]: number };
  /** Shares by organization when all have work; 1 unless named. */
  readonly weights?: { readonly [organization: string]: number };
  /**
   * Jobs that any one organization may have, those that have ended included, unless it is named below. One more is refused with
   * `QUOTA_EXCEEDED`. Nodes of a cluster hear of each other's jobs a moment later, and may go beyond by what they make in it.
   */
  readonly jobsPerOrganization?: number;
  readonly jobsOf?: { readonly [organization: string]: number };
  /**
   * How many jobs in a row may have been made by runs of each other, in handlers of this process that are not isolated; one more is
   * refused with `QUOTA_EXCEEDED`. The same on every node of a cluster.
   */
  readonly chainDepth?: number;
};

/** What the predefined job types (reports, clean-ups, mails, backups, synchronisation, stock alerts) work with. */
export type PredefinedOptions = {
  /** Directory of artifacts, backups and the embedded inventory. Default: the directory of the store, else `./data`. */
  readonly directory?: string;
  /** No file of a run is larger than this; default 1,024. */
  readonly maxArtifactMiB?: number;
  /** The application's own collections; default: an embedded inventory in `directory`. */
  readonly inventory?: {
    readonly mongodb: string;
    readonly database?: string;
    /** Names of its collections, where they are not `products`, `stock_movements` and `product_lists`; `scheduler_memory` is our own. */
    readonly collections?: InventoryCollections;
    /** Names of its fields, where they are not those used here; `stock.onHand` is a field of a field. */
    readonly fields?: InventoryFields;
    /** How documents name their organization: as a text (the default), or as an ObjectId where its name has 24 hexadecimal digits. */
    readonly organizationAs?: 'text' | 'objectId';
  };
  /**
   * Tables or collections that `data_cleanup` and `backup` may touch. Default: those of the embedded inventory (`products` and
   * `product_lists` are saved, never cleaned), and of MongoDB none.
   */
  readonly tables?: readonly string[];
  /** Directories below which jobs may read, write and delete files. Default: `files` in `directory`. */
  readonly roots?: readonly string[];
  /** Files of fonts (TrueType, OpenType, WOFF) for scripts that reports in PDF otherwise draw only roughly, such as Chinese. */
  readonly fonts?: readonly string[];
  /** `smtp://user:password@host:587`, or `smtps:`. */
  readonly smtp?: string;
  readonly mailFrom?: string;
  /** What `auth` of a job may name, each with the one host (`host` or `host:port`) that it is ever sent to. */
  readonly secrets?: { readonly [name: string]: { readonly value: string; readonly host: string } };
  /** Hosts of private networks that jobs and webhooks may reach, as `host` or `host:port`; others of those are refused. */
  readonly outboundHosts?: readonly string[];
};

export type SchedulerOptions<M extends JobMap = JobMap> = {
  /** Default: the directory `./data`. */
  readonly store?: StoreOption;
  readonly nats?: string;
  /** For tests: `manualClock(start)`. */
  readonly clock?: Clock;
  /** Names this node in the log; an incarnation is appended. Default: the host name. */
  readonly nodeId?: string;
  /** Attempts at once on this node; default 50. */
  readonly concurrency?: number;
  readonly limits?: LimitOptions;
  /** Organization of calls that name none; default `default`. */
  readonly organization?: string;
  /** Anything with pino's methods; false for silence. Default: warnings to standard error. */
  readonly logger?: Logger | false;
  /** Start on first use; default true. False: nothing runs before `start()`. */
  readonly autoStart?: boolean;
  readonly handlers?: {
    readonly [T in keyof M & string]?: Handler<M[T]> | string | ({ readonly handler: Handler<M[T]> | string } & HandlerOptions);
  };
  /** False: no predefined job types. */
  readonly predefined?: PredefinedOptions | false;
  /** False: nobody is told of anything, whatever jobs ask for. */
  readonly notifications?: NotificationOptions | false;
  readonly customSchedules?: { readonly [name: string]: Calculator };
  /** Recorded in events as the cause of what callers ask for. */
  readonly actor?: string;
};

/** Options of whatever parameter types. */
export type AnyOptions = SchedulerOptions<{ readonly [jobType: string]: never }>;
