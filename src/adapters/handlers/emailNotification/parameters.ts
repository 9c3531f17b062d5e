import { z } from 'zod';
import { isMailAddress } from '../../../domain/mailAddress.js';
import { parseTemplate, TemplateFault } from './parseTemplate.js';

const mostRecipients = 100;
const mostAttachments = 20;

const address = z
  .string({ error: 'must be a mail address' })
  .max(460, 'must be a mail address, such as ada@example.com')
  .refine(isMailAddress, 'must be a mail address, such as ada@example.com or Ada <ada@example.com>')
  .meta({ description: 'local@domain, or a name with that in angle brackets' });
export const addresses = z.union(
  [
    address.transform((one) => [one]),
    z.array(address).min(1, 'must name at least one recipient').max(mostRecipients, `must have at most ${mostRecipients} recipients`),
  ],
  {
    error: (issue) =>
      Array.isArray(issue.input)
        ? 'must be a list of 1 to 100 mail addresses, such as ada@example.com'
        : 'must be a mail address, such as ada@example.com, or a list of them',
  },
);

const text = (longest: number) =>
  z
    .string({ error: 'must be a text' })
    .min(1, 'must not be empty')
    .max(longest, `must have at most ${longest} characters`)
    .superRefine((value, context) => {
      try {
        parseTemplate(value);
      } catch (error) {
        if (!(error instanceof TemplateFault)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
      }
    });

/** Parameters of `email_notification`. */
export const parameters = z
  .strictObject({
    to: addresses,
    cc: addresses.optional(),
    bcc: addresses.optional(),
    subject: text(400).refine((value) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value), 'must be one line'),
    template: text(200_000).optional().meta({ description: 'A plain text with {{names}} of data, sent as text and as html' }),
    text: text(200_000).optional(),
    html: text(200_000).optional().meta({ description: 'Values of data are escaped in it' }),
    data: z
      .record(z.string(), z.json())
      .default({})
      .meta({ description: 'What {{names}} stand for; {{job.name}} and the like are there by themselves' }),
    attachments: z
      .array(
        z.strictObject({
          artifactId: z.string({ error: 'must be the id of an artifact' }).min(1, 'must not be empty').max(600, 'is too long'),
          name: z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters').optional(),
        }),
      )
      .max(mostAttachments, `must be at most ${mostAttachments}`)
      .default([]),
  })
  .superRefine(({ template, text, html, to, cc = [], bcc = [] }, context) => {
    if (template === undefined && text === undefined && html === undefined)
      context.addIssue({ code: 'custom', path: ['text'], message: 'is needed, or html, or template' });
    if (template !== undefined && (text !== undefined || html !== undefined))
      context.addIssue({ code: 'custom', path: ['template'], message: 'is sent as text and html: leave those out' });
    if (to.length + cc.length + bcc.length > mostRecipients)
      context.addIssue({
        code: 'custom',
        path: ['to'],
        message: `together with cc and bcc must have at most ${mostRecipients} recipients`,
      });
  });
