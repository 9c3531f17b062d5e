import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { memoryQueries } from './memory.js';
import { movementQueries } from './movements.js';
import { productQueries } from './products.js';
import { openInventoryFile } from './schema.js';
import { tableQueries } from './tables.js';

export type FileOptions = { readonly directory: string; readonly defaultOrganization: string };

/** The file of the inventory, and everything that is asked of it: each call is short, or one page of something longer. */
export const openInventory = ({ directory, defaultOrganization }: FileOptions) => {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'inventory.db');
  const db = openInventoryFile(path);
  return {
    ...productQueries(db),
    ...movementQueries(db),
    ...memoryQueries(db),
    ...tableQueries(db, { path, defaultOrganization }),
    close: (): null => {
      db.close();
      return null;
    },
  };
};

export type InventoryFile = ReturnType<typeof openInventory>;
