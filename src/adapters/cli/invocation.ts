import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { Logger } from '../../application/ports/logger.js';
import type { CliConfig, CliEnvironment, CliScheduler, Keys, OpenOptions } from './environment.js';
import type { ExitCode } from './failure.js';
import { printable, printableJson } from './format/printable.js';
import { remoteScheduler } from './remoteScheduler.js';
import { type Terminal, terminalOf } from './terminal.js';

/** One call of the program: its global options and where it writes. */
export type Invocation = {
  readonly environment: CliEnvironment;
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly organization: string;
  readonly store: StoreChoice;
  readonly now: Date;
};

/** The store of this process alone, in a directory, or one that nodes share; or a service, with the organization that was named. */
export type StoreChoice =
  | { readonly kind: 'embedded'; readonly directory: string }
  | { readonly kind: 'shared'; readonly name: string }
  | { readonly kind: 'service'; readonly url: string; readonly organization: string | undefined };

/** For people. */
export const storeName = (store: StoreChoice): string => {
  switch (store.kind) {
    case 'embedded':
      return store.directory;
    case 'shared':
      return store.name;
    case 'service':
      return store.url;
  }
};

/** Registers commands. Wrap each action in `run`, which gives it the invocation and takes its exit code; 0 where it returns none. */
export type Commands = (program: Command, run: Run, environment: CliEnvironment) => void;
export type Run = <A extends readonly unknown[]>(
  action: (invocation: Invocation, ...args: A) => Promise<ExitCode | undefined>,
) => (...args: A) => Promise<void>;

type GlobalOptions = {
  readonly json?: boolean;
  readonly org?: string;
  readonly dataDir?: string;
  readonly url?: string;
  readonly color?: boolean;
};

export const invocationOf = (environment: CliEnvironment, { json = false, org, dataDir, url, color }: GlobalOptions): Invocation => ({
  environment,
  terminal: terminalOf(environment, color === false),
  json,
  organization: org ?? environment.config.organization,
  store: url === undefined ? storeOf(environment.config, dataDir) : { kind: 'service', url, organization: org },
  now: environment.now(),
});

const storeOf = ({ shared, directory }: CliConfig, dataDir: string | undefined): StoreChoice =>
  shared !== undefined && dataDir === undefined ? { kind: 'shared', name: shared } : { kind: 'embedded', directory: dataDir ?? directory };

/** Where files are that go with the store. */
export const directoryOf = ({ store, environment }: Pick<Invocation, 'store' | 'environment'>): string =>
  store.kind === 'embedded' ? store.directory : environment.config.directory;

export const keysOf = (invocation: Pick<Invocation, 'store' | 'environment'>): Keys =>
  invocation.environment.keysIn(directoryOf(invocation));

/** Opens the store for one command and closes it after, whatever happens. `read` works beside a process that writes. */
export const withScheduler = async <T>(
  invocation: Invocation,
  access: 'read' | 'write',
  use: (scheduler: CliScheduler) => Promise<T>,
): Promise<T> => {
  const { store } = invocation;
  const isEmpty = access === 'read' && store.kind === 'embedded' && (await isBlank(store.directory, keysOf(invocation).path));
  return closing(isEmpty ? openEmpty(invocation) : openScheduler(invocation, access), use);
};

/** Where nothing was ever stored there is nothing to read, and that is no failure. */
const isBlank = (directory: string, keysFile: string): Promise<boolean> =>
  readdir(directory).then(
    // Keys may be made before anything else is.
    (names) => names.every((name) => path.resolve(directory, name) === path.resolve(keysFile)),
    (error) => error.code === 'ENOENT',
  );

export const openScheduler = (invocation: Invocation, access: 'read' | 'write'): CliScheduler => {
  const { store, environment } = invocation;
  if (store.kind === 'service') return remoteScheduler(environment.connect(store.url, store.organization));
  const readOnly = access === 'read';
  return open(invocation, store.kind === 'shared' ? { shared: true, readOnly } : { directory: store.directory, readOnly });
};

/** A store that is thrown away. */
export const openEmpty = (invocation: Invocation): CliScheduler => open(invocation, 'memory');

const open = ({ environment, organization, terminal, json }: Invocation, store: OpenOptions['store']): CliScheduler =>
  environment.open({
    store,
    organization,
    ...(environment.config.actor !== undefined && { actor: environment.config.actor }),
    autoStart: false,
    logger: loggerOn({ environment, terminal, json }),
  });

export const closing = async <T>(scheduler: CliScheduler, use: (scheduler: CliScheduler) => Promise<T>): Promise<T> => {
  try {
    return await use(scheduler);
  } finally {
    await scheduler.stop({ drainMs: 0 });
  }
};

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** What the scheduler says about itself, on stderr. */
export const loggerOn = ({ environment, terminal, json }: Pick<Invocation, 'environment' | 'terminal' | 'json'>): Logger => {
  const { logLevel: least = 'warn' } = environment.config;
  const say = (level: (typeof levels)[number]): Logger['warn'] => {
    if (least === 'silent' || levels.indexOf(level) < levels.indexOf(least)) return () => undefined;
    return (fields, message) => {
      const plain = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? value.message : value]),
      );
      const details = Object.keys(plain).length === 0 ? '' : ` ${printableJson(plain)}`;
      terminal.note(json ? printableJson({ level, message, ...plain }) : `${level}: ${printable(message)}${details}`);
    };
  };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
};
