import type { HttpScheduler, HttpServer } from '../adapters/http/index.js';
import { type KeyEntry, KeyRing } from '../adapters/keys/index.js';
import { background } from '../adapters/system/background.js';
import { systemClock } from '../adapters/system/systemClock.js';
import type { Logger } from '../application/ports/logger.js';
import type { Config } from './config.js';
import { keysIn, readKeys } from './keys.js';

type Given = {
  readonly scheduler: HttpScheduler;
  readonly config: Config;
  readonly version: string;
  readonly log: Logger;
  /** The data directory: keys are there, unless the configuration has others. */
  readonly directory: string;
  /** Where the console is once it is built. */
  readonly consoleDirectory: string;
  /** In place of those of the configuration. */
  readonly host?: string;
  readonly port?: number;
};

export type Listening = { readonly url: string; readonly withKeys: boolean; close(): Promise<void> };

const keysPollMs = 1_000;

/** The service on its address. What speaks HTTP is loaded here, so that whoever does without never loads it. */
export const openHttp = async (given: Given): Promise<Listening> => {
  const { scheduler, config, directory, version, log, consoleDirectory, host = config.HOST, port = config.PORT } = given;
  const { openHttp } = await import('../adapters/http/index.js');
  const keys = new KeyRing([]);
  const readAgain = async (): Promise<readonly KeyEntry[] | null> => {
    const known = await readKeys(config, directory);
    keys.replace(known ?? [], known !== null);
    return known;
  };
  const known = await readAgain();
  const dependencies = { scheduler, keys, version, clock: systemClock, background, log, consoleDirectory };
  const server: HttpServer = await openHttp(dependencies, { host, port });
  const list = keysIn(config, directory).path;
  if (known?.length === 0) log.warn({ list }, 'the list of keys is empty: nobody is let in until one is made');
  const stop = follow(readAgain, log);
  return {
    url: server.url,
    withKeys: keys.required,
    close: () => {
      stop();
      return server.close();
    },
  };
};

/** A key that is made or withdrawn in the file counts a moment later. */
const follow = (readAgain: () => Promise<unknown>, log: Logger): (() => void) => {
  let complained = false;
  let stop = background.after(keysPollMs, () => void look());
  let ended = false;
  const look = async (): Promise<void> => {
    try {
      await readAgain();
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
