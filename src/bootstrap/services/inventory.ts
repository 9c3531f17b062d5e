import type { OpenInventory } from '../../adapters/inventory/opened.js';
import type { Opened, ServiceSettings } from './index.js';

/** The application's own collections where options name them, else the embedded inventory. */
export const openInventory = async ({
  inventory,
  tables,
  directory,
  organization: defaultOrganization,
}: ServiceSettings): Promise<Opened<OpenInventory>> => {
  const shared = { defaultOrganization, ...(tables && { tables }) };
  const opened = inventory ? await openMongo({ ...inventory, ...shared }) : await openEmbedded({ directory, ...shared });
  return { value: opened, close: () => opened.close() };
};

type Mongo = typeof import('../../adapters/inventory/mongo/index.js');
type Embedded = typeof import('../../adapters/inventory/embedded/index.js');

const openMongo: Mongo['openMongoInventory'] = async (options) =>
  (await import('../../adapters/inventory/mongo/index.js')).openMongoInventory(options);

const openEmbedded: Embedded['openEmbeddedInventory'] = async (options) =>
  (await import('../../adapters/inventory/embedded/index.js')).openEmbeddedInventory(options);
