import { z } from 'zod';
import { issuesOf } from '../adapters/input/issues.js';
import { listFields, movementFields, productFields } from '../adapters/inventory/mongo/names.js';
import { lineage } from '../adapters/system/lineage.js';
import { fieldsOf, invalidArgument } from '../application/api/arguments.js';
import type { Limits } from '../application/dispatch/limits.js';
import type { Quotas } from '../application/quota/quotas.js';
import type { NotificationSettings } from '../application/subscribers/notifications/rules.js';
import { refused } from '../domain/errors.js';
import { nameForm, namePattern } from '../domain/name.js';
import { notifications } from './notificationOptions.js';
import type { AnyOptions } from './options.js';

const atLeastOne = z.int({ error: 'must be a whole number' }).min(1, 'must be at least 1');
const perName = z.record(z.string(), atLeastOne).default({});
const isHandler = (value: unknown): boolean =>
  value === undefined ||
  typeof value === 'function' ||
  typeof value === 'string' ||
  (typeof value === 'object' && value !== null && 'handler' in value);
const isA = (type: string) => (value: unknown) => typeof value === type;

const names = <const K extends string>(known: readonly K[]) => z.partialRecord(z.enum(known), nameOfField).optional();
const nameOfField = z
  .string({ error: 'must be a name' })
  .regex(/^[^$.\0][^.\0]*(\.[^$.\0][^.\0]*)*$/, 'must be the name of a field or collection, without $ at its beginning');

const texts = z.array(z.string().min(1, 'must not be empty'));

const predefined = z.strictObject({
  directory: z.string().min(1, 'must not be empty').optional(),
  maxArtifactMiB: atLeastOne.optional(),
  inventory: z
    .strictObject({
      mongodb: z.string().min(1, 'must not be empty'),
      database: z.string().optional(),
      collections: names(['products', 'movements', 'lists', 'memory']),
      fields: z.strictObject({ products: names(productFields), movements: names(movementFields), lists: names(listFields) }).optional(),
      organizationAs: z.enum(['text', 'objectId'], { error: "must be 'text' or 'objectId'" }).optional(),
    })
    .optional(),
  tables: texts.optional(),
  roots: texts.optional(),
  fonts: texts.optional(),
  smtp: z.url({ protocol: /^smtps?$/, error: 'must be an URL such as smtp://user:password@host:587' }).optional(),
  mailFrom: z.string().min(3, 'must be an address').optional(),
  secrets: z
    .record(z.string(), z.strictObject({ value: z.string().min(1, 'must not be empty'), host: z.string().min(1, 'must not be empty') }))
    .optional(),
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
      jobsPerOrganization: atLeastOne.optional(),
      jobsOf: z.record(z.string(), z.int({ error: 'must be a whole number' }).min(0, 'must be at least 0')).default({}),
      chainDepth: z.int({ error: 'must be a whole number' }).min(0, 'must be at least 0').optional(),
    })
    .prefault({}),
  organization: z.string().regex(namePattern, nameForm).default('default'),
  logger: z.union([z.literal(false), z.custom<object>(isA('object'))], { error: 'must be false or a logger' }).optional(),
  autoStart: z.boolean({ error: 'must be true or false' }).default(true),
  handlers: z.record(z.string(), z.custom(isHandler, 'must be a function, the path of a module, or { handler }')).optional(),
  predefined: z.union([z.literal(false), predefined]).optional(),
  notifications: z.union([z.literal(false), notifications]).prefault({}),
  customSchedules: z.record(z.string(), z.custom(isA('function'), 'must be a function')).optional(),
  actor: z.string().min(1).max(256).optional(),
});

export type Settings = Pick<z.output<typeof schema>, 'autoStart' | 'organization'> & {
  readonly limits: Limits;
  readonly quotas: Quotas;
  /** Null where nobody is to be told of anything. */
  readonly notifications: NotificationSettings | null;
};

/** The options as they are at this moment. Throws `INVALID_ARGUMENT` where they are no object, or cannot be read. */
export const readableOptions = <T extends AnyOptions>(options: T): T => fieldsOf('options', options) as T;

/** Checks options once, where they come in. Throws `INVALID_ARGUMENT` naming every option that is wrong. */
export const readOptions = (options: AnyOptions): Settings => {
  const parsed = safely(() => {
    const { success, data, error } = schema.safeParse(options);
    return success ? { success, data } : { success, issues: error.issues.flatMap((issue) => issuesOf(issue, words)) };
  });
  if (!parsed.success) {
    const { issues } = parsed;
    throw refused('INVALID_ARGUMENT', issues);
  }
  const { concurrency, autoStart, organization, limits, notifications } = parsed.data;
  const { perOrganization, jobsPerOrganization, jobsOf, chainDepth, ...named } = limits;
  return {
    autoStart,
    organization,
    limits: { concurrency, ...named, ...(perOrganization !== undefined && { perOrganization }) },
    quotas: {
      jobsOf,
      ...(jobsPerOrganization !== undefined && { jobsPerOrganization }),
      chain: chainDepth === undefined ? null : { depth: chainDepth, lineage },
    },
    notifications: notifications || null,
  };
};

const words = { misspelled: 'is not an option; check its spelling', whole: 'options' };

const safely = <T>(read: () => T): T => {
  try {
    return read();
  } catch {
    throw invalidArgument('options', 'could not be read: a getter or proxy in it threw');
  }
};
