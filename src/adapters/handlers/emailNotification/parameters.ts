import { z } from 'zod';
import { addresses, mostRecipients } from '../mailing/addresses.js';
import { parseTemplate, TemplateFault } from './parseTemplate.js';

const mostAttachments = 20;

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
