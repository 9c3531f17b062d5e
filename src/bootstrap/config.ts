import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SchedulerError } from '../domain/errors.js';

const count = (most: number) =>
  z.coerce
    .number<string>({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(most, `must be at most ${most}`);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
);
const flag = z.enum(['true', 'false', '1', '0'], { error: 'must be true or false' }).transform((v) => v === 'true' || v === '1');

/** Every variable this program reads, with its default. `NAME_FILE` names a file that holds the value of `NAME`. */
const schema = z.object({
  MONGODB_URI: z.string().optional(),
  MONGODB_DB: z.string().optional(),
  NATS_URL: z.string().optional(),
  DATA_DIR: z.string().min(1, 'must not be empty').default('./data'),
  HOST: z.string().default('127.0.0.1'),
  PORT: count(65_535).default(7070),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'must be debug, info, warn, error or silent' }).default('warn'),
  SMTP_URL: z.string().optional(),
  NOTIFY_EMAIL: z.string().optional(),
  NOTIFY_WEBHOOK: z.string().optional(),
  SCHEDULER_ORGANIZATION: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ : -')
    .default('default'),
  SCHEDULER_CONCURRENCY: count(10_000).default(50),
  SCHEDULER_NODE_ID: z.string().min(1).max(100).optional(),
  SCHEDULER_DRAIN_SECONDS: count(86_400).default(30),
  SCHEDULER_LEASE_SECONDS: count(3_600).default(15),
  SCHEDULER_ACTOR: z.string().min(1).max(256).optional(),
  SCHEDULER_TABLES: list.optional(),
  SCHEDULER_FILE_ROOTS: list.optional(),
  SCHEDULER_MAIL_FROM: z.string().optional(),
  SCHEDULER_OUTBOUND_HOSTS: list.optional(),
  SCHEDULER_INVENTORY_MONGODB_URI: z.string().optional(),
  SCHEDULER_INVENTORY_MONGODB_DB: z.string().optional(),
  SCHEDULER_PRETTY_LOG: flag.default(false),
});

export type Config = z.output<typeof schema>;
type Environment = { readonly [name: string]: string | undefined };

const known = new Set(Object.keys(schema.shape));

/** Reads the environment once. Throws `INVALID_ARGUMENT` naming every variable that is wrong. */
export const readConfig = (environment: Environment): Config => {
  const issues: { path: string; message: string }[] = [];
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    const base = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : name;
    if (known.has(name)) values[name] = value;
    else if (known.has(base)) {
      const read = readSecret(value);
      if (read.ok) values[base] = read.text;
      else issues.push({ path: name, message: read.fault });
    } else if (name.startsWith('SCHEDULER_'))
      issues.push({
        path: name,
        message: `is not a setting; known are ${[...known].filter((k) => k.startsWith('SCHEDULER_')).join(', ')}`,
      });
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) issues.push(...parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
  if (parsed.success && issues.length === 0) return parsed.data;
  throw new SchedulerError('INVALID_ARGUMENT', `the environment is wrong: ${issues.map((i) => `${i.path} ${i.message}`).join('; ')}`, {
    issues,
  });
};

const readSecret = (path: string): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: string } => {
  try {
    return { ok: true, text: readFileSync(path, 'utf8').trim() };
  } catch (error) {
    return { ok: false, fault: `names a file that cannot be read (${error instanceof Error && 'code' in error ? error.code : 'error'})` };
  }
};
