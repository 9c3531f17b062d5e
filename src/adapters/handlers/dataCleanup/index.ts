import type { JobType } from '../../../application/ports/jobTypes.js';
import { defineType } from '../defineType.js';
import type { Services } from '../services.js';
import { schema } from './schema.js';

export const dataCleanup = (services: Services): JobType =>
  defineType({
    name: 'data_cleanup',
    summary: 'Deletes old rows of tables, old temporary files, and old executions of the scheduler itself.',
    schema,
    example: { retentionDays: 30, tables: ['audit_logs', 'error_logs'] },
    run: async (parameters, context) => (await import('./run.js')).cleanUp(services, parameters, context),
  });
