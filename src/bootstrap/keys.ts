import path from 'node:path';
import { FixedKeys, type KeyEntry, KeyFile } from '../adapters/keys/index.js';
import { refused, type SchedulerError } from '../domain/errors.js';
import type { Config } from './config.js';

type KeysFrom = Pick<Config, 'apiKeysFile' | 'SCHEDULER_API_KEYS'>;

/** Those that the environment names, else those of a data directory. */
export const keysIn = ({ apiKeysFile, SCHEDULER_API_KEYS: inline }: KeysFrom, directory: string): KeyFile | FixedKeys =>
  apiKeysFile === undefined && inline !== undefined
    ? new FixedKeys('SCHEDULER_API_KEYS', inline)
    : new KeyFile(apiKeysFile ?? path.join(directory, 'api-keys.json'));

/** What a service goes by; null where there is no list of keys, and nobody needs one. */
export const readKeys = async (config: KeysFrom, directory: string): Promise<readonly KeyEntry[] | null> => {
  const keys = keysIn(config, directory);
  const entries = await keys.list();
  // One that is named is meant to be there: without it the service would ask nobody for a key.
  if (entries === null && config.apiKeysFile !== undefined) throw missing(keys.path);
  return entries;
};

const missing = (file: string): SchedulerError => {
  const message = `names ${file}, which is not there; \`nexus-scheduler keys create\` makes it`;
  return refused('INVALID_ARGUMENT', [{ path: 'SCHEDULER_API_KEYS_FILE', message }]);
};
