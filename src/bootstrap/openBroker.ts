import { background } from '../adapters/system/background.js';
import type { Storage } from '../application/ports/storage.js';
import { databaseOf } from './mongoStore.js';
import type { AnyOptions } from './options.js';
import type { Broker } from './parts.js';

/** Connects to NATS in the background, if the options name one: nothing waits for it, now or later. */
export const openBroker = async ({ nats, store }: AnyOptions, { feed }: Storage, node: string): Promise<Broker | null> => {
  if (nats === undefined) return null;
  const { openNats } = await import('../adapters/nats/index.js');
  const name = typeof store === 'object' && 'mongodb' in store ? databaseOf(store) : node;
  return openNats({ url: nats, partitions: feed.partitions, store: name, node, background });
};
