import { z } from 'zod';
import { type NotifyRule, noticeKinds, usualNoticeKinds } from '../../domain/job/index.js';
import { readRecipient, recipientForm } from '../../domain/recipient.js';

const mostRecipients = 20;
const form = 'must be false, or { on?, to?, after?, recovered? }';

const misspelled = 'is not a field of a rule; check its spelling';

const nobody: NotifyRule = { on: [], to: [], after: 1, recovered: false };

const recipient = z.string({ error: recipientForm }).refine((text) => readRecipient(text) !== null, recipientForm);

const rule = z.strictObject(
  {
    on: z
      .array(z.enum(noticeKinds, { error: `must be one of ${noticeKinds.join(', ')}` }), { error: 'must be a list' })
      .min(1, 'must not be empty; for no messages at all write notify: false')
      .default([...usualNoticeKinds]),
    to: z.array(recipient, { error: 'must be a list' }).max(mostRecipients, `must be at most ${mostRecipients}`).default([]),
    after: z.int({ error: 'must be a whole number' }).min(1, 'must be at least 1').max(1_000, 'must be at most 1,000').default(1),
    recovered: z.boolean({ error: 'must be true or false' }).default(true),
  },
  { error: form },
);

/** Who hears of which troubles; each kind and recipient once. */
export const notifyRule = z.unknown().transform((input, context): NotifyRule => {
  if (input === false) return nobody;
  const read = rule.safeParse(input);
  if (read.success) return { ...read.data, on: [...new Set(read.data.on)], to: [...new Set(read.data.to)] };
  for (const issue of read.error.issues) {
    const faults =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key, misspelled] as const) : [[null, issue.message] as const];
    for (const [key, message] of faults)
      context.addIssue({ code: 'custom', path: key === null ? [...issue.path] : [...issue.path, key], message, input });
  }
  return z.NEVER;
});
