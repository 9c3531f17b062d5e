import { join } from 'node:path';

export const inventoryFile = (directory: string): string => join(directory, 'inventory.db');
