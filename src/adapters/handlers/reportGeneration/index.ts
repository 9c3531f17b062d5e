import type { JobType } from '../../../application/ports/jobTypes.js';
import { defineType } from '../defineType.js';
import type { Services } from '../services.js';
import { schema } from './schema.js';

/** Documents take memory and a core for a while: a few at once are enough. */
const atOnce = 2;

export const reportGeneration = (services: Services): JobType =>
  defineType({
    name: 'report_generation',
    summary: 'Makes a report of stock or of the scheduler’s own work as PDF, CSV, XLSX or HTML, keeps it, and mails it.',
    schema,
    example: { reportType: 'inventory_summary', format: 'pdf', emailRecipients: ['management@example.com'] },
    options: { concurrency: atOnce },
    run: async (parameters, context) => (await import('./generate.js')).generate(services, parameters, context),
  });
