import { z } from 'zod';
import { filePath } from '../files/index.js';

const days = (what: string) =>
  z
    .int('must be a whole number of days')
    .min(1, 'must be at least 1')
    .max(36_500, 'must be at most 36,500')
    .describe(`${what} older than this many days`);
const field = z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters');
const table = z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters');
const list = <T extends z.ZodType>(of: T) => z.array(of).max(100, 'must be at most 100');

export const schema = z
  .strictObject({
    retentionDays: days('What is deleted is'),
    tables: list(table).default([]).describe('Tables or collections, of those that configuration allows'),
    tempPaths: list(filePath).default([]).describe('Directories whose old files are deleted, below the configured roots'),
    dryRun: z.boolean('must be true or false').default(false).describe('Only count'),
    dateField: z
      .union([field, z.record(z.string(), field)], 'must be the name of a field, or names by table')
      .default('createdAt')
      .describe('The field that holds the age of a row, or fields by table'),
    batchSize: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(10_000, 'must be at most 10,000')
      .default(1_000)
      .describe('Rows deleted at once'),
    executions: z
      .union(
        [z.literal(true), z.strictObject({ jobs: list(z.string().min(1)).optional(), days: days('Executions that ended').optional() })],
        {
          error: 'must be true, or { jobs, days }',
        },
      )
      .optional()
      .describe('Also drop executions from the history and the log: of all jobs of the organization, or of these'),
  })
  .superRefine(({ tables, tempPaths, executions, dateField }, context) => {
    if (tables.length === 0 && tempPaths.length === 0 && executions === undefined)
      context.addIssue({
        code: 'custom',
        path: ['tables'],
        message: 'must name a table, unless tempPaths or executions say what to clean',
      });
    if (new Set(tables).size < tables.length)
      context.addIssue({ code: 'custom', path: ['tables'], message: 'must not name a table twice' });
    if (typeof dateField === 'string') return;
    for (const name of Object.keys(dateField))
      if (!tables.includes(name)) context.addIssue({ code: 'custom', path: ['dateField', name], message: 'is not one of tables' });
  });

export type Parameters = z.output<typeof schema>;
