import { mkdirSync } from 'node:fs';
import { inventoryFile } from '../place.js';
import { cleaningQueries } from './cleaning.js';
import { dumpQueries } from './dumps.js';
import { memoryQueries } from './memory.js';
import { movementQueries } from './movements.js';
import { productQueries } from './products.js';
import { restoreQueries } from './restores.js';
import { openInventoryFile } from './schema.js';
import { shapeOf } from './shape.js';

export type FileOptions = { readonly directory: string | null; readonly defaultOrganization: string };

/** The file of the inventory, and everything that is asked of it: each call is short, or one page of something longer. */
export const openInventory = ({ directory, defaultOrganization }: FileOptions) => {
  if (directory !== null) mkdirSync(directory, { recursive: true });
  const path = directory === null ? null : inventoryFile(directory);
  const db = openInventoryFile(path);
  const shape = shapeOf(db, defaultOrganization);
  return {
    ...productQueries(db),
    ...movementQueries(db),
    ...memoryQueries(db),
    exists: shape.exists,
    ...cleaningQueries(db, shape),
    ...dumpQueries(db, path, shape),
    ...restoreQueries(db, shape, defaultOrganization),
    close: (): null => {
      db.close();
      return null;
    },
  };
};

export type InventoryFile = ReturnType<typeof openInventory>;
