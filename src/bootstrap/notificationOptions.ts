import { z } from 'zod';
import { notifyRule } from '../adapters/input/notifyRule.js';
import type { NotifyInput } from '../application/api/types.js';
import { nameForm, namePattern } from '../domain/name.js';
import { readRecipient, recipientForm } from '../domain/recipient.js';

/** Who hears of jobs' troubles where a job has no `notify` of its own. Recipients are mail addresses, `webhook:URL`, or `log`. */
export type NotificationOptions = {
  /** Who hears of executions that failed for good, of all organizations. Default: nobody. */
  readonly to?: readonly string[];
  /** Rules for all jobs of an organization. */
  readonly organizations?: { readonly [organization: string]: NotifyInput };
  /** Signs webhooks (HMAC SHA-256, as standardwebhooks.com has it). Without it they are not signed. */
  readonly webhookSecret?: string;
  /** Where the service is reached by people; messages link to it. */
  readonly baseUrl?: string;
  /** Within so long of a message to a recipient further ones are collected into one; milliseconds, default five minutes. */
  readonly windowMs?: number;
};

const name = z.string().regex(namePattern, nameForm);

/** What follows `whsec_` is the key itself, in base64 (standardwebhooks.com). */
export const webhookSecret = z
  .string()
  .min(8, 'must have at least 8 characters')
  .regex(/^(?!whsec_)|^whsec_[A-Za-z0-9+/]{11,}={0,2}$/, 'after whsec_ must be base64 of at least 8 bytes');

export const notifications = z.strictObject({
  to: z
    .array(z.string().refine((text) => readRecipient(text) !== null, recipientForm))
    .max(20, 'must be at most 20')
    .default([]),
  organizations: z.record(name, notifyRule).default({}),
  webhookSecret: webhookSecret.optional(),
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be an URL such as https://scheduler.example.com' }).optional(),
  windowMs: z
    .int({ error: 'must be a whole number' })
    .min(10, 'must be at least 10')
    .max(86_400_000, 'must be at most a day')
    .default(300_000),
});
