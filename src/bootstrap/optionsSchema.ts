import { z } from 'zod';
import type { Limits } from '../application/dispatch/limits.js';
import { SchedulerError } from '../domain/errors.js';
import type { AnyOptions } from './options.js';

const atLeastOne = z.int({ error: 'must be a whole number' }).min(1, 'must be at least 1');
const perName = z.record(z.string(), atLeastOne).default({});
const isA = (type: string) => (value: unknown) => typeof value === type;

const texts = z.array(z.string().min(1, 'must not be empty'));

const predefined = z.strictObject({
  directory: z.string().min(1, 'must not be empty').optional(),
  inventory: z
    .strictObject({
      mongodb: z.string().min(1, 'must not be empty'),
      database: z.string().optional(),
      collections: z
        .strictObject({ products: z.string().optional(), movements: z.string().optional(), lists: z.string().optional() })
        .optional(),
      fields: z.record(z.string(), z.string().min(1, 'must not be empty')).optional(),
    })
    .optional(),
  tables: texts.optional(),
  roots: texts.optional(),
  smtp: z.url({ protocol: /^smtps?$/, error: 'must be an URL such as smtp://user:password@host:587' }).optional(),
  mailFrom: z.string().min(3, 'must be an address').optional(),
  outboundHosts: texts.optional(),
});

const schema = z.strictObject({
  store: z
    .union(
      [
        z.literal('memory'),
        z.strictObject({ directory: z.string().min(1), readOnly: z.boolean().optional() }),
        z.strictObject({
          mongodb: z.string().min(1),
          database: z.string().min(1).optional(),
          leaseMs: z.int().min(1_000).max(3_600_000).optional(),
          readOnly: z.boolean().optional(),
        }),
      ],
      { error: "must be 'memory', { directory } or { mongodb }" },
    )
    .optional(),
  nats: z.string().optional(),
  clock: z
    .custom<object>(
      (value) => typeof value === 'object' && value !== null && 'now' in value && 'after' in value,
      'must be systemClock or a manualClock',
    )
    .optional(),
  nodeId: z.string().min(1).max(100).optional(),
  concurrency: atLeastOne.max(10_000, 'must be at most 10,000').default(50),
  limits: z
    .strictObject({
      jobTypes: perName,
      perOrganization: atLeastOne.optional(),
      organizations: perName,
      weights: z.record(z.string(), z.number().positive('must be more than 0')).default({}),
    })
    .prefault({}),
  organization: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ : -')
    .default('default'),
  logger: z.union([z.literal(false), z.custom<object>(isA('object'))], { error: 'must be false or a logger' }).optional(),
  autoStart: z.boolean({ error: 'must be true or false' }).default(true),
  handlers: z.record(z.string(), z.unknown()).optional(),
  predefined: z.union([z.literal(false), predefined]).optional(),
  customSchedules: z.record(z.string(), z.custom(isA('function'), 'must be a function')).optional(),
  actor: z.string().min(1).max(256).optional(),
});

export type Settings = Pick<z.output<typeof schema>, 'autoStart' | 'organization'> & { readonly limits: Limits };

/** Checks options once, where they come in. Throws `INVALID_ARGUMENT` naming every option that is wrong. */
export const readOptions = (options: AnyOptions): Settings => {
  const parsed = schema.safeParse(options);
  if (!parsed.success) {
    const issues = parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: key, message: 'is not an option; check its spelling' }))
        : [{ path: issue.path.join('.'), message: issue.message }],
    );
    throw new SchedulerError('INVALID_ARGUMENT', issues.map((i) => `${i.path}: ${i.message}`).join('; '), { issues });
  }
  const { concurrency, autoStart, organization, limits } = parsed.data;
  const { perOrganization, ...named } = limits;
  return { autoStart, organization, limits: { concurrency, ...named, ...(perOrganization !== undefined && { perOrganization }) } };
};
