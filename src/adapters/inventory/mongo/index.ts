import type { OpenInventory } from '../opened.js';
import { answered, connect } from './connect.js';
import { type MappingOptions, mappingOf } from './mapping.js';
import { jobMemory } from './memory.js';
import { movementQueries } from './movements.js';
import { productQueries } from './products.js';
import { dataTables } from './tables.js';

export type MongoInventoryOptions = MappingOptions & {
  readonly mongodb: string;
  /** Default: that of the connection string. */
  readonly database?: string;
  /** Collections that jobs may clean and save; default none. */
  readonly tables?: readonly string[];
};

/** An application's own collections. Rejects with `InventoryUnavailable` where the server cannot be reached, or refuses us. */
export const openMongoInventory = async (options: MongoInventoryOptions): Promise<OpenInventory> => {
  const { mongodb, database, tables = [], defaultOrganization } = options;
  const mapping = mappingOf(options);
  const { db, close } = await connect(mongodb, database);
  return {
    inventory: { ...productQueries(db, mapping), ...movementQueries(db, mapping) },
    tables: dataTables(db, mapping, defaultOrganization, tables),
    memory: jobMemory(db, mapping.collections.memory),
    close: () => answered(close),
  };
};
