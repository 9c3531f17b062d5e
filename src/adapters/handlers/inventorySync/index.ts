import type { JobType } from '../../../application/ports/jobTypes.js';
import { defineType } from '../defineType.js';
import type { Services } from '../services.js';
import { schema } from './schema.js';

/** Reads products, or movements of stock, from a file or a server into the inventory, and reports what is different. */
export const inventorySync = (services: Services): JobType =>
  defineType({
    name: 'inventory_sync',
    summary: 'Reads products or movements of stock from a file or a server into the inventory, and reports what is different.',
    schema,
    example: {
      source: {
        url: 'https://erp.example.com/products.csv',
        format: 'csv',
        mapping: { sku: 'Article', quantity: 'On hand' },
        auth: { type: 'bearer', secret: 'ERP_TOKEN' },
      },
      mode: 'full',
      deleteMissing: true,
    },
    run: async (parameters, context) => (await import('./run.js')).synchronise(services, parameters, context),
  });
