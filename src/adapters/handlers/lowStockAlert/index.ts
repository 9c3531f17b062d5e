import type { JobType } from '../../../application/ports/jobTypes.js';
import { defineType } from '../defineType.js';
import type { Services } from '../services.js';
import { schema } from './schema.js';

/** Finds products of which there is too little, lists what to order, and tells people when that changes. */
export const lowStockAlert = (services: Services): JobType =>
  defineType({
    name: 'low_stock_alert',
    summary: 'Finds products of which there is too little, lists what to order, and tells people when that changes.',
    schema,
    example: { threshold: 10, products: ['critical_items'], notify: ['purchasing@example.com'], cooldown: { value: 1, unit: 'days' } },
    run: async (parameters, context) => (await import('./run.js')).alertLowStock(services, parameters, context),
  });
