import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HttpScheduler, HttpServer } from '../adapters/http/index.js';
import { KeyRing, readKeyList } from '../adapters/keys/index.js';
import { background } from '../adapters/system/background.js';
import { systemClock } from '../adapters/system/systemClock.js';
import type { Logger } from '../application/ports/logger.js';
import { SchedulerError } from '../domain/errors.js';
import type { Config } from './config.js';

type Given = {
  readonly scheduler: HttpScheduler;
  readonly config: Config;
  readonly version: string;
  readonly log: Logger;
  /** Where the console is once it is built. */
  readonly consoleDirectory: string;
  /** In place of those of the configuration. */
  readonly host?: string;
  readonly port?: number;
};

export type Listening = { readonly url: string; readonly withKeys: boolean; close(): Promise<void> };

const keysPollMs = 1_000;

/** Where keys are kept unless the environment names another file. */
export const keysFileOf = ({ apiKeysFile, DATA_DIR }: Config): string => apiKeysFile ?? path.join(DATA_DIR, 'api-keys.json');

/** The service on its address. What speaks HTTP is loaded here, so that whoever does without never loads it. */
export const openHttp = async (given: Given): Promise<Listening> => {
  const { scheduler, config, version, log, consoleDirectory, host = config.HOST, port = config.PORT } = given;
  const { openHttp } = await import('../adapters/http/index.js');
  const keys = new KeyRing(await keysOf(config));
  const dependencies = { scheduler, keys, version, clock: systemClock, background, log, consoleDirectory };
  const server: HttpServer = await openHttp(dependencies, { host, port });
  const stop = config.SCHEDULER_API_KEYS === undefined || config.apiKeysFile !== undefined ? follow(config, keys, log) : () => undefined;
  return {
    url: server.url,
    withKeys: keys.required,
    close: () => {
      stop();
      return server.close();
    },
  };
};

const keysOf = async (config: Config): Promise<ReturnType<typeof readKeyList>> => {
  const { apiKeysFile, SCHEDULER_API_KEYS: inline } = config;
  if (apiKeysFile === undefined && inline !== undefined) return readKeyList(inline, 'SCHEDULER_API_KEYS');
  const file = keysFileOf(config);
  const json = await textOf(file);
  if (json !== null) return readKeyList(json, file);
  // One that is named is meant to be there: without it the service would ask nobody for a key.
  if (apiKeysFile !== undefined) throw missing(file);
  return [];
};

const missing = (file: string): SchedulerError => {
  const message = `names ${file}, which is not there; \`nexus-scheduler keys create\` makes it`;
  return new SchedulerError('INVALID_ARGUMENT', `SCHEDULER_API_KEYS_FILE: ${message}`, {
    issues: [{ path: 'SCHEDULER_API_KEYS_FILE', message }],
  });
};

/** Null where there is no such file. */
const textOf = (file: string): Promise<string | null> =>
  readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });

/** A key that is made or withdrawn in the file counts a moment later. */
const follow = (config: Config, keys: KeyRing, log: Logger): (() => void) => {
  let complained = false;
  let stop = background.after(keysPollMs, () => void look());
  let ended = false;
  const look = async (): Promise<void> => {
    try {
      keys.replace(await keysOf(config));
      complained = false;
    } catch (error) {
      if (!complained) log.error({ error }, 'the keys could not be read again; those read last still count');
      complained = true;
    }
    if (!ended) stop = background.after(keysPollMs, () => void look());
  };
  return () => {
    ended = true;
    stop();
  };
};
