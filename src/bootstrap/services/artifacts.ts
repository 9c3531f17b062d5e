import path from 'node:path';
import { ids } from '../../adapters/system/ids.js';
import { limitedArtifacts } from '../../application/limitedArtifacts.js';
import type { ArtifactStore } from '../../application/ports/artifacts.js';
import type { Clock } from '../../application/ports/clock.js';
import { databaseOf } from '../mongoStore.js';
import type { Opened, ServiceSettings } from './index.js';

/**
 * Files of executions live where their history does: in MongoDB, where every node reads them; in the process, with a store in memory
 * for which no directory was named; else in the directory `artifacts`.
 */
const openArtifacts = async ({ store, directory }: ServiceSettings, clock: Clock): Promise<Opened<ArtifactStore>> => {
  if (typeof store === 'object' && 'mongodb' in store) {
    const { openGridFs } = await import('../../adapters/artifacts/gridfs/index.js');
    const opened = await openGridFs({ mongodb: store.mongodb, database: databaseOf(store), clock });
    return { value: opened.store, close: () => opened.close() };
  }
  const close = async (): Promise<void> => undefined;
  if (directory === null) {
    const { memoryArtifacts } = await import('../../adapters/artifacts/memory.js');
    return { value: memoryArtifacts(clock), close };
  }
  const { openDirectory } = await import('../../adapters/artifacts/directory/index.js');
  return { value: await openDirectory(path.join(directory, 'artifacts'), clock, ids), close };
};

const defaultMiB = 1_024;

export const openLimitedArtifacts = async (settings: ServiceSettings, clock: Clock): Promise<Opened<ArtifactStore>> => {
  const { value, close } = await openArtifacts(settings, clock);
  return { value: limitedArtifacts(value, settings.maxArtifactMiB ?? defaultMiB), close };
};

/** Opened by the first who wants something of it. */
export const lazyArtifacts = (opened: () => Promise<ArtifactStore>): ArtifactStore => ({
  create: async (...call) => (await opened()).create(...call),
  list: async (...call) => (await opened()).list(...call),
  open: async (...call) => (await opened()).open(...call),
  removeOfExecutions: async (...call) => (await opened()).removeOfExecutions(...call),
  removeOfJob: async (...call) => (await opened()).removeOfJob(...call),
});
