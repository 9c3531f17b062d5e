import { z } from 'zod';
import { addresses } from '../mailing/addresses.js';

const name = z.string({ error: 'must be a text' }).min(1, 'must not be empty').max(500, 'must be at most 500 characters');
const names = z.array(name).min(1, 'must name at least one').max(10_000, 'must be at most 10,000');

const unitMs = { minutes: 60_000, hours: 3_600_000, days: 86_400_000, weeks: 604_800_000 } as const;
const longestMs = 366 * unitMs.days;
const cooldown = z
  .union(
    [
      z.int().min(1),
      z
        .strictObject({ value: z.int().min(1), unit: z.enum(['minutes', 'hours', 'days', 'weeks']) })
        .transform(({ value, unit }) => value * unitMs[unit]),
    ],
    { error: 'must be milliseconds, or { value, unit } with minutes, hours, days or weeks' },
  )
  .refine((ms) => ms <= longestMs, 'must be at most a year');

export const schema = z.strictObject({
  threshold: z
    .number({ error: 'must be a number' })
    .min(0, 'must be at least 0')
    .max(1e12, 'must be at most 1e12')
    .optional()
    .describe("At or below this quantity a product is low; without it, at or below each product's reorder point"),
  products: z
    .union(
      [
        names,
        z
          .strictObject({ lists: names.optional(), skus: names.optional(), categories: names.optional(), locations: names.optional() })
          .refine((given) => Object.keys(given).length > 0, 'must have lists, skus, categories or locations'),
      ],
      { error: 'must be names of lists or SKUs, or { lists, skus, categories, locations }' },
    )
    .optional()
    .describe('Which products: names of lists, such as critical_items, and SKUs; all without it'),
  notify: addresses.optional().describe('Who gets a mail'),
  cooldown: cooldown.optional().describe('Alert again after this time about what is still low'),
  always: z.boolean('must be true or false').default(false).describe('Alert on every run, and not only when something has become low'),
});

export type Parameters = z.output<typeof schema>;
