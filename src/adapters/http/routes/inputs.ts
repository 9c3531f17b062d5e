import { z } from 'zod';
import { jobName, organizationName } from '../schemas.js';

// Parts that requests of several routes have.

export const named = z.strictObject({ name: jobName });

/** Which organization is meant, for keys that are bound to none. */
export const inOrganization = z.strictObject({
  organization: organizationName.optional().describe('which organization is meant; by default that of the key, or of the service'),
});

export const text = (most: number) =>
  z.string({ error: 'must be given once, as a text' }).max(most, `must have at most ${most} characters`);

/** As it stands in a query. */
export const wholeNumber = (least: number, most: number) =>
  z
    .string({ error: 'must be given once' })
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))
    // A number, for those who read the description of the API: a query knows texts alone.
    .meta({ asNumber: { type: 'integer', minimum: least, maximum: most } });

export const note = text(1_000).optional().describe('why, for whoever wonders later');

/** As a query has it; the scheduler reads it. */
export const instantText = z
  .string({ error: 'must be given once: ISO 8601 with Z or an offset, such as 2026-03-01T09:00:00Z' })
  .max(40, 'must have at most 40 characters')
  .describe('ISO 8601 with Z or an offset');

/** Read in full by the scheduler, which names everything that is wrong with it. */
export const jobInput = z.looseObject({ jobName: z.unknown().optional() }, { error: 'must be an object' });
