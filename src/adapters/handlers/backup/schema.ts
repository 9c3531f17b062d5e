import { z } from 'zod';
import { filePath } from '../files/index.js';

const source = z.union(
  [
    z.enum(['scheduler', 'collections']),
    z.strictObject({ scheduler: z.enum(['organization', 'all']) }),
    z.strictObject({ collections: z.array(z.string().min(1).max(200)).min(1).max(100) }),
    z.strictObject({ directory: filePath }),
  ],
  { error: "must be 'scheduler', 'collections', { scheduler: 'all' }, { collections: [names] } or { directory: path }" },
);

export const schema = z.strictObject({
  sources: z
    .union([source, z.array(source).min(1, 'must name a source').max(20, 'must be at most 20')], {
      error: "must be 'scheduler', 'collections', { scheduler: 'all' }, { collections: [names] }, { directory: path }, or several of them",
    })
    .describe("What is saved: the scheduler's log, tables that configuration allows, directories below the configured roots"),
  destination: filePath.describe('The directory of archives, below the configured roots; made where it is missing'),
  compress: z.boolean('must be true or false').default(true).describe('With gzip'),
  encrypt: z
    .union(
      [
        z.boolean(),
        z.strictObject({
          keyFromEnv: z
            .string()
            .regex(/^BACKUP_(?!.*_FILE$)[A-Z0-9_]{1,64}$/, 'must be the name of a variable that begins with BACKUP_, never a key'),
        }),
      ],
      { error: 'must be true or false, or { keyFromEnv: name }' },
    )
    .default(false)
    .describe('With AES-256-GCM and a key from the environment: 32 bytes as hex or base64, or a passphrase. True: from BACKUP_KEY'),
  keep: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(10_000, 'must be at most 10,000')
    .optional()
    .describe('How many archives of this job are kept; without it all of them'),
});

export type Parameters = z.output<typeof schema>;
export type Source = z.output<typeof source>;
