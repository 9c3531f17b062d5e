import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Services } from '../../../../src/adapters/handlers/index.js';
import { inventorySync } from '../../../../src/adapters/handlers/inventorySync/index.js';
import type { Product, StockMovement } from '../../../../src/application/ports/inventory.js';
import { instant } from '../../../../src/domain/instant.js';
import type { JsonObject } from '../../../../src/domain/json.js';
import { textOf } from '../../outbound/servers.js';
import { type Given, runType, servicesIn, temporaryDirectory } from '../opened.js';

type Result = { readonly report: string; readonly [name: string]: unknown };

/** Services on a directory of their own, with files below its root. */
export const openWorld = (instead: Partial<Services> = {}) => {
  const directory = temporaryDirectory();
  const root = path.join(directory, 'files');
  mkdirSync(root);
  const services = servicesIn(directory, [root], instead);
  const type = inventorySync(services);
  return {
    directory,
    root,
    services,
    type,
    write: (name: string, text: string | Uint8Array): string => {
      writeFileSync(path.join(root, name), text);
      return name;
    },
    run: async (parameters: JsonObject, given?: Given) => (await runType(type, parameters, given)) as Result,
    reportOf: async ({ report }: Result): Promise<readonly string[]> => {
      const opened = await (await services.artifacts()).open('default', report);
      return (await textOf(opened?.content ?? nothing())).trimEnd().split('\r\n');
    },
    products: async (organization = 'default'): Promise<readonly Product[]> => {
      const products: Product[] = [];
      for await (const product of (await services.inventory()).products(organization)) products.push(product);
      return products;
    },
    movements: async (): Promise<readonly StockMovement[]> => {
      const movements: StockMovement[] = [];
      for await (const movement of (await services.inventory()).movements('default', { from: instant(0), to: instant(4e12) }))
        movements.push(movement);
      return movements;
    },
  };
};

export const csv = (...rows: readonly string[]): string => `${rows.join('\n')}\n`;
export const fromFile = (file: string, format: 'csv' | 'json' | 'ndjson' = 'csv') => ({ file, format });

async function* nothing(): AsyncGenerator<Uint8Array> {}
