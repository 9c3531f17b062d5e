import type { JobType } from '../../../application/ports/jobTypes.js';
import { defineType } from '../defineType.js';
import type { Services } from '../services.js';
import { schema } from './schema.js';

export const backup = (services: Services): JobType =>
  defineType({
    name: 'backup',
    summary: "Saves the scheduler's log, tables of the application and directories in one archive, and reads it back.",
    schema,
    example: { sources: ['scheduler', 'collections'], destination: 'backups', keep: 7 },
    run: async (parameters, context) => (await import('./run.js')).backUp(services, parameters, context),
  });
