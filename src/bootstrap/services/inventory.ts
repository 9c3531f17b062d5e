import { existsSync } from 'node:fs';
import { inventoryFile } from '../../adapters/inventory/embedded/place.js';
import type { OpenInventory } from '../../adapters/inventory/opened.js';
import type { JobMemory } from '../../application/ports/jobMemory.js';
import type { Opened, ServiceSettings } from './index.js';

/** The application's own collections where options name them, else the embedded inventory. */
export const openInventory = async ({
  inventory,
  tables,
  directory,
  organization: defaultOrganization,
}: Omit<ServiceSettings, 'store'>): Promise<Opened<OpenInventory>> => {
  const shared = { defaultOrganization, ...(tables && { tables }) };
  const opened = inventory ? await openMongo({ ...inventory, ...shared }) : await openEmbedded({ directory, ...shared });
  return { value: opened, close: () => opened.close() };
};

/** Whether anybody can have kept something there: where nobody has, a deletion opens and makes nothing. */
export const inventoryExists = ({ inventory, directory }: ServiceSettings): boolean =>
  inventory !== undefined || (directory !== null && existsSync(inventoryFile(directory)));

/** For deletions. `opened` is null where there is no memory of anything. */
export const lazyForgetting = (opened: () => Promise<JobMemory> | null): Pick<JobMemory, 'forget'> => ({
  forget: async (...job) => (await opened())?.forget(...job),
});

type Mongo = typeof import('../../adapters/inventory/mongo/index.js');
type Embedded = typeof import('../../adapters/inventory/embedded/index.js');

const openMongo: Mongo['openMongoInventory'] = async (options) =>
  (await import('../../adapters/inventory/mongo/index.js')).openMongoInventory(options);

const openEmbedded: Embedded['openEmbeddedInventory'] = async (options) =>
  (await import('../../adapters/inventory/embedded/index.js')).openEmbeddedInventory(options);
