import { z } from 'zod';
import { filePath } from '../files/index.js';

const text = (longest: number) =>
  z.string({ error: 'must be a text' }).min(1, 'must not be empty').max(longest, `must be at most ${longest} characters`);

/** Fields of a product, and of a movement, that a source may have under other names. */
const productFields = ['sku', 'name', 'quantity', 'reorderPoint', 'category', 'location', 'unitCost', 'updatedAt', 'lists'] as const;
const movementFields = ['id', 'sku', 'at', 'change', 'quantityAfter', 'reason', 'location'] as const;
export type ProductField = (typeof productFields)[number];
export type MovementField = (typeof movementFields)[number];
const fieldsOf = { products: productFields, movements: movementFields } as const;
const allFields = [...new Set<ProductField | MovementField>([...productFields, ...movementFields])] as const;

const url = z
  .url({ protocol: /^https?$/, error: 'must be an URL that begins with https:// or http://' })
  .max(2_048, 'must be at most 2,048 characters')
  .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), {
    error: 'must not hold a user or password; name a secret in auth',
  });

/** The name of a secret, never the secret. */
const secret = z
  .string({ error: 'must be the name of a secret' })
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a secret, such as ERP_TOKEN');
const auth = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('bearer'), secret }),
    z.strictObject({ type: z.literal('basic'), user: text(256), secret }),
    z.strictObject({ type: z.literal('header'), name: text(128), secret }),
  ],
  { error: "must have a type: 'bearer', 'basic' or 'header'" },
);

const source = z
  .strictObject({
    url: url.optional(),
    file: filePath.optional(),
    format: z.enum(['csv', 'json', 'ndjson'], { error: 'must be csv, json or ndjson' }),
    mapping: z
      .partialRecord(z.enum(allFields), text(200), { error: `must name columns by field; fields are ${allFields.join(', ')}` })
      .default({})
      .describe('Columns by field, where they have other names; in JSON `stock.onHand` is a field of a field'),
    auth: auth.optional().describe('Names a secret of SCHEDULER_SECRETS, which is only sent to the host it belongs to'),
    items: text(100).default('items').describe('In a JSON object: the member that is the array'),
    next: text(100).default('next').describe('In a JSON object: the member that is the URL of the next page, or null'),
    delimiter: z.string().length(1, 'must be one character').default(',').describe('Of CSV'),
    decimalComma: z.boolean('must be true or false').default(false).describe('12,5 is a number'),
  })
  .superRefine(({ url, file, auth }, context) => {
    if ((url === undefined) === (file === undefined))
      context.addIssue({ code: 'custom', path: ['url'], message: 'must be given, or file in its place' });
    if (auth && url === undefined) context.addIssue({ code: 'custom', path: ['auth'], message: 'belongs to an url' });
  });

const share = z.number('must be a number').min(0, 'must be at least 0').max(1, 'must be at most 1');

export const schema = z
  .strictObject({
    source,
    content: z.enum(['products', 'movements'], { error: 'must be products or movements' }).default('products'),
    mode: z
      .enum(['full', 'delta'], { error: 'must be full or delta' })
      .default('full')
      .describe('full: the source has every product; delta: only what has changed'),
    deleteMissing: z.boolean('must be true or false').default(false).describe('Remove products that a full source no longer has'),
    maxDeleteShare: share.default(0.2).describe('Refuse to remove more than this share of the products; 1 consents to all'),
    maxRejected: z
      .int('must be a whole number')
      .min(0, 'must be at least 0')
      .max(100_000, 'must be at most 100,000')
      .default(100)
      .describe('Give up after more rows than this that cannot be read'),
    dryRun: z.boolean('must be true or false').default(false).describe('Only report what would change'),
    force: z.boolean('must be true or false').default(false).describe('Read the source also where it says that it has not changed'),
  })
  .superRefine(({ mode, content, deleteMissing, source }, context) => {
    if (deleteMissing && (mode !== 'full' || content !== 'products'))
      context.addIssue({ code: 'custom', path: ['deleteMissing'], message: "needs mode 'full' and content 'products'" });
    for (const field of Object.keys(source.mapping))
      if (!(fieldsOf[content] as readonly string[]).includes(field))
        context.addIssue({
          code: 'custom',
          path: ['source', 'mapping', field],
          message: `is no field of ${content}; these are ${fieldsOf[content].join(', ')}`,
        });
  });

export type Parameters = z.output<typeof schema>;
export type Source = Parameters['source'];
