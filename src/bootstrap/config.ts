import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { notifyRule } from '../adapters/input/notifyRule.js';
import { readServerUrl } from '../adapters/mail/serverUrl.js';
import { serversOf } from '../adapters/nats/servers.js';
import { SchedulerError } from '../domain/errors.js';
import { isMailAddress } from '../domain/mailAddress.js';
import { nameForm, namePattern } from '../domain/name.js';
import { readRecipient } from '../domain/recipient.js';
import { webhookSecret } from './notificationOptions.js';

const count = (most: number) =>
  z.coerce
    .number<string>({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(most, `must be at most ${most}`);
const port = z.coerce
  .number<string>({ error: 'must be a number' })
  .int('must be a whole number')
  .min(0, 'must be at least 0')
  .max(65_535, 'must be at most 65535');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
);
const mailServer = z.string().superRefine((text, context) => {
  try {
    readServerUrl(text);
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^SMTP_URL:? /, '') : String(error);
    context.addIssue({ code: 'custom', message });
  }
});

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
});
const flag = z.enum(['true', 'false', '1', '0'], { error: 'must be true or false' }).transform((v) => v === 'true' || v === '1');

const mongoUrl = z.string().regex(/^mongodb(\+srv)?:\/\/[^/]/, 'must be an URL such as mongodb://host:27017');
const isNatsUrl = (text: string): boolean => {
  try {
    return serversOf(text).servers.length > 0;
  } catch {
    return false;
  }
};

/** Every variable this program reads, with its default. `NAME_FILE` names a file that holds the value of `NAME`. */
const schema = z.object({
  MONGODB_URI: mongoUrl.optional(),
  MONGODB_DB: z.string().optional(),
  NATS_URL: z.string().refine(isNatsUrl, 'must be nats://host:port, or several of these with commas in between').optional(),
  DATA_DIR: z.string().min(1, 'must not be empty').default('./data'),
  HOST: z.string().default('127.0.0.1'),
  /** What the command line shows to a service that it asks with `--url`. */
  SCHEDULER_API_KEY: z.string().min(1, 'must not be empty').optional(),
  /** 0: one that is free. */
  PORT: port.default(7070),
  SCHEDULER_HTTP: flag.default(true),
  /** What `keys create` writes; mostly as `SCHEDULER_API_KEYS_FILE`. */
  SCHEDULER_API_KEYS: z.string().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'must be debug, info, warn, error or silent' }).default('warn'),
  SMTP_URL: mailServer.optional(),
  NOTIFY_EMAIL: list
    .refine((all) => all.every(isMailAddress), 'must be a mail address, or several with commas, such as ops@example.com')
    .optional(),
  NOTIFY_WEBHOOK: list
    .refine(
      (all) => all.every((url) => readRecipient(`webhook:${url}`) !== null),
      'must be an http or https URL without a password, or several with commas',
    )
    .optional(),
  SCHEDULER_ORGANIZATION: z.string().regex(namePattern, nameForm).default('default'),
  SCHEDULER_CONCURRENCY: count(10_000).default(50),
  /** Jobs that any one organization may have. */
  SCHEDULER_MAX_JOBS: count(1_000_000_000).optional(),
  /** How many jobs in a row may have been made by runs of each other. */
  SCHEDULER_CHAIN_DEPTH: count(1_000_000).optional(),
  SCHEDULER_NODE_ID: z.string().min(1).max(100).optional(),
  SCHEDULER_DRAIN_SECONDS: count(86_400).default(30),
  SCHEDULER_LEASE_SECONDS: count(3_600).default(15),
  SCHEDULER_ACTOR: z.string().min(1).max(256).optional(),
  SCHEDULER_TABLES: list.optional(),
  SCHEDULER_FILE_ROOTS: list.optional(),
  SCHEDULER_FONTS: list.optional(),
  SCHEDULER_MAX_ARTIFACT_MIB: count(1_048_576).optional(),
  SCHEDULER_MAIL_FROM: z.string().optional(),
  SCHEDULER_OUTBOUND_HOSTS: list.optional(),
  /** `NAME@host`: the variable NAME is what `auth` of a job may name, and is only ever sent to that host. */
  SCHEDULER_SECRETS: list.optional(),
  SCHEDULER_INVENTORY_MONGODB_URI: mongoUrl.optional(),
  SCHEDULER_INVENTORY_MONGODB_DB: z.string().optional(),
  SCHEDULER_WEBHOOK_SECRET: webhookSecret.optional(),
  /** Where the service is reached by people, such as `https://scheduler.example.com`. */
  SCHEDULER_BASE_URL: z.url({ protocol: /^https?$/, error: 'must be an URL such as https://scheduler.example.com' }).optional(),
  SCHEDULER_NOTIFY_WINDOW_SECONDS: count(86_400).optional(),
  /** JSON: rules by organization, as `notify` of a job has them. */
  SCHEDULER_NOTIFY_ORGANIZATIONS: json.pipe(z.record(z.string(), notifyRule)).optional(),
  SCHEDULER_PRETTY_LOG: flag.default(false),
});

/** The file that holds the keys of the HTTP API, where the environment names one. */
type KeysFrom = { readonly apiKeysFile?: string };
type Secrets = { readonly [name: string]: { readonly value: string; readonly host: string } };
export type Config = z.output<typeof schema> & KeysFrom & { readonly secrets: Secrets };
type Environment = { readonly [name: string]: string | undefined };

const known = new Set(Object.keys(schema.shape));
const apiKeysFile = 'SCHEDULER_API_KEYS_FILE';

/** Reads the environment once. Throws `INVALID_ARGUMENT` naming every variable that is wrong. */
export const readConfig = (environment: Environment): Config => {
  const issues: { path: string; message: string }[] = [];
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    // What is set to nothing is not set, as in files of variables with places to fill in.
    if (value === undefined || value === '') continue;
    const base = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : name;
    if (known.has(name)) values[name] = value;
    // Read when it is needed, and again whenever it changes; the first key is made in it.
    else if (name === apiKeysFile) continue;
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
  if (isUndeliverable(values, environment)) issues.push({ path: 'NOTIFY_EMAIL', message: 'needs a mail server: set SMTP_URL' });
  const secrets: Secrets = Object.fromEntries(
    (parsed.data?.SCHEDULER_SECRETS ?? []).flatMap((entry) => {
      const secret = secretOf(entry, environment);
      if (typeof secret !== 'string') return [[secret.name, { value: secret.value, host: secret.host }]];
      issues.push({ path: 'SCHEDULER_SECRETS', message: secret });
      return [];
    }),
  );
  const keysFrom: KeysFrom = environment[apiKeysFile] ? { apiKeysFile: environment[apiKeysFile] } : {};
  if (parsed.success && issues.length === 0) return { ...parsed.data, ...keysFrom, secrets };
  throw new SchedulerError('INVALID_ARGUMENT', `the environment is wrong: ${issues.map((i) => `${i.path} ${i.message}`).join('; ')}`, {
    issues,
  });
};

/** Whether people are to be told by mail where no mail server is named, rightly or wrongly. */
const isUndeliverable = ({ NOTIFY_EMAIL }: Environment, { SMTP_URL, SMTP_URL_FILE }: Environment): boolean =>
  NOTIFY_EMAIL !== undefined && !SMTP_URL && !SMTP_URL_FILE;

/** What an entry such as `ERP_TOKEN@erp.example.com` names, or what is wrong with it. */
const secretOf = (
  entry: string,
  environment: Environment,
): { readonly name: string; readonly value: string; readonly host: string } | string => {
  const [, name, host] = /^([A-Za-z_][A-Za-z0-9_]*)@([^@/\s]+)$/.exec(entry) ?? [];
  if (name === undefined || host === undefined)
    return `${entry.slice(0, 100)} must be the name of a variable and a host, such as ERP_TOKEN@erp.example.com`;
  const file = environment[`${name}_FILE`];
  const read = file === undefined ? null : readSecret(file);
  if (read && !read.ok) return `${name}_FILE ${read.fault}`;
  const value = environment[name] ?? read?.text;
  return value ? { name, value, host } : `names ${name}, and neither ${name} nor ${name}_FILE is set`;
};

const readSecret = (path: string): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: string } => {
  try {
    return { ok: true, text: readFileSync(path, 'utf8').trim() };
  } catch (error) {
    return { ok: false, fault: `names a file that cannot be read (${error instanceof Error && 'code' in error ? error.code : 'error'})` };
  }
};
