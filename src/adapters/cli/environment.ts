import type { InstantInput, JobsApi, ScheduleInput } from '../../application/api/types.js';
import type { Verification } from '../../application/audit/verify.js';
import type { HandlerOptions } from '../../application/handlers.js';
import type { Health, NodeView } from '../../application/health.js';
import type { Scope } from '../../application/ports/apiKeys.js';
import type { JobType } from '../../application/ports/jobTypes.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Meter } from '../../application/ports/meter.js';
import type { HandlerRef } from '../../application/ports/runner.js';
import type { Instant } from '../../domain/instant.js';

/** One coming occurrence of a schedule. */
export type Upcoming = {
  readonly occurrence: Date;
  readonly startAt: Date;
  readonly wallTime: string;
  readonly shifted?: true;
  readonly firstOfTwo?: true;
};

export type OpenOptions = {
  /** `shared` is the store of a cluster, which the configuration names. */
  readonly store:
    | 'memory'
    | { readonly directory: string; readonly readOnly?: boolean }
    | { readonly shared: true; readonly readOnly?: boolean };
  readonly organization: string;
  /** Recorded as the cause of what is asked for. */
  readonly actor?: string;
  readonly logger: Logger;
  readonly autoStart: false;
};

/** Called now and then during long work, with how much is done and how much there is. */
type OnProgress = (done: number, total: number) => void;

/** What the commands use of a scheduler. With `autoStart: false` nothing runs before `start`. */
export type CliScheduler = JobsApi & {
  readonly jobHandlers: {
    set(name: string, handler: HandlerRef, options?: HandlerOptions): unknown;
    /** For one job, `organization/jobName`. */
    bind(stream: string, handler: HandlerRef): void;
    get(name: string): HandlerRef | undefined;
    keys(): Iterable<string>;
    clear(): void;
  };
  forOrganization(organization: string): JobsApi;
  onBehalfOf(actor: string | undefined, organization?: string | null): JobsApi;
  measure(meter: Meter): () => void;
  publicationBacklog(): Promise<number | null>;
  health(): Promise<Health>;
  nodes(): Promise<readonly NodeView[]>;
  previewSchedule(schedule: ScheduleInput, options?: { readonly after?: InstantInput; readonly count?: number }): readonly Upcoming[];
  start(): Promise<void>;
  stop(options?: { readonly drainMs?: number }): Promise<void>;
  verify(onProgress?: OnProgress): Promise<Verification>;
  /** Resolves with the number of commits read. */
  rebuild(onProgress?: OnProgress): Promise<number>;
  /** Lines of JSON; `organization` null: of all of them. */
  exportLog(scope: { readonly organization: string | null; readonly jobName?: string }): AsyncIterable<string>;
  importLog(lines: AsyncIterable<string>, onProgress?: (commits: number) => void): Promise<number>;
};

export type CliOutput = {
  readonly isTTY: boolean;
  /** Width of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
  write(text: string): void;
  /** Calls once when nobody reads any more. */
  onClosed(listener: () => void): void;
};

export type CliInput = {
  readonly isTTY: boolean;
  /** All of it, as UTF-8. */
  text(): Promise<string>;
  /** Asks, and resolves with the line that is typed; empty at the end of the input. */
  ask(question: string): Promise<string>;
};

export type CliConfig = {
  /** The data directory, unless `--data-dir` names another. */
  readonly directory: string;
  /** Where there is a store that several nodes share, its name for people: it is used unless `--data-dir` names a directory. */
  readonly shared?: string;
  readonly organization: string;
  /** Who gives the commands. */
  readonly actor?: string;
  /** Name of this node, for people. */
  readonly node?: string;
  /** Where a service with this configuration answers; absent where it answers no HTTP. */
  readonly serviceUrl?: string;
  /** How long `serve` waits for running handlers when it stops; default 30. */
  readonly drainSeconds?: number;
  /** What the scheduler says about itself on stderr; default `warn`. */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Absent: colours on a terminal. */
  readonly color?: 'always' | 'never';
};

export type RestoreRequest = {
  readonly archive: string;
  /** Null: the archive is only read and checked. */
  readonly to: string | null;
  /** Check the target too, and write nothing. */
  readonly dryRun: boolean;
  /** The variable of the environment that holds the key. */
  readonly keyName: string;
  /** The most that the archive may hold. */
  readonly maxBytes?: number;
};

export type RestoredArchive = {
  /** Null where nothing was written. */
  readonly directory: string | null;
  readonly createdAt: string;
  readonly organization: string;
  readonly jobName: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly encrypted: boolean;
  readonly sources: readonly (
    | { readonly type: 'scheduler'; readonly organization: string | null; readonly commits: number }
    | { readonly type: 'collection'; readonly table: string; readonly rows: number }
    | { readonly type: 'directory'; readonly path: string; readonly files: number; readonly skipped: number }
  )[];
  readonly entries: number;
};

/** A key as it is kept. */
export type KeyInfo = {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  /** Null: all of them. */
  readonly organization: string | null;
  readonly createdAt?: string | undefined;
};

/** The keys of the HTTP API, in a file or a variable of the environment. */
export type Keys = {
  /** Where they are, for people. */
  readonly path: string;
  /** Null where there is no list of keys, and nobody needs one. */
  list(): Promise<readonly KeyInfo[] | null>;
  create(wanted: {
    readonly name: string;
    readonly scope: Scope;
    readonly organization: string | null;
    readonly createdAt: Date;
  }): Promise<{ readonly key: string; readonly entry: KeyInfo }>;
  /** Resolves with what was removed; null where there is no such key. */
  remove(id: string): Promise<KeyInfo | null>;
};

/** What is to be thought of a thing that was looked at, and why. */
export type Judgement = { readonly state: 'good' | 'warn' | 'bad'; readonly detail: string };

/** A server that the configuration names. `ask` never rejects, ends within seconds, and changes nothing there. */
export type AskedServer = { readonly what: string; ask(): Promise<Judgement> };

/** A service that runs elsewhere. */
export type RemoteService = JobsApi & {
  forOrganization(organization: string): JobsApi;
  nodes(): Promise<readonly NodeView[]>;
  readiness(): Promise<Readiness>;
};

/** `skewMs`: how far the clock of the service is ahead of this one's, to the second. */
export type Readiness = { readonly ready: boolean; readonly reasons: readonly string[]; readonly skewMs: number };

export type Listening = { readonly url: string; readonly withKeys: boolean; close(): Promise<void> };

/** `SIGHUP`: its terminal is gone. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Everything the commands need from outside: nothing in this folder touches the process, the clock or the composition root. */
export type CliEnvironment = {
  readonly version: string;
  readonly config: CliConfig;
  readonly stdout: CliOutput;
  readonly stderr: CliOutput;
  readonly stdin: CliInput;
  now(): Date;
  open(options: OpenOptions): CliScheduler;
  /** A running service. Throws `INVALID_ARGUMENT` for what is no address of one; nothing is asked before the first call. */
  connect(url: string, organization: string | undefined): RemoteService;
  /** Those that go with the store in a data directory. */
  keysIn(directory: string): Keys;
  readonly servers: readonly AskedServer[];
  /** The HTTP API of a scheduler that `open` gave; null where the configuration says that there is none. */
  listen(
    scheduler: CliScheduler,
    given: { readonly directory: string; readonly host?: string; readonly port?: number; readonly logger: Logger },
  ): Promise<Listening | null>;
  /** The job types that come with the scheduler. */
  jobTypes(): readonly JobType[];
  /** Checks an archive of the job type `backup`, and restores it. Throws `INVALID_ARGUMENT` for what is damaged or not empty. */
  restore(request: RestoreRequest): Promise<RestoredArchive>;
  /** What the library takes for an instant; `fault` says what it misses, such as `has no offset to UTC`. */
  readInstant(text: string): { readonly ok: true; readonly at: Instant } | { readonly ok: false; readonly fault: string };
  nextOccurrences(schedule: ScheduleInput, options: { readonly after: Date; readonly count: number }): readonly Date[];
  /** Calls once after so many milliseconds of real time; the function it returns prevents that. */
  after(delayMs: number, callback: () => void): () => void;
  /** From the first listener on, these signals no longer end the process by themselves. Returns a function that ends it. */
  onSignal(listener: (signal: StopSignal) => void): () => void;
  /** Until the function it returns is called, the process goes on even where nothing is under way. */
  keepAlive(): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
};
