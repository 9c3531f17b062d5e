import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import type { JobType } from '../../../application/ports/jobTypes.js';
import type { MailAttachment } from '../../../application/ports/mailer.js';
import type { Json } from '../../../domain/json.js';
import { defineType } from '../defineType.js';
import { type Delivered, deliver } from '../mailing/deliver.js';
import type { Services } from '../services.js';
import { contentOf, type Texts } from './content.js';
import { parameters } from './parameters.js';
import { TemplateFault } from './parseTemplate.js';

/** Mail servers refuse more as a rule, and say so only when all of it was sent. */
const mostAttachedBytes = 20 * 1024 * 1024;

/** Sends a mail. The execution's id is its Message-ID; after an attempt that reached some, only the others are tried again. */
export const emailNotification = (services: Services): JobType =>
  defineType({
    name: 'email_notification',
    summary: 'Sends a mail, made of a template and data, with artifacts attached.',
    schema: parameters,
    example: {
      to: ['warehouse@example.com'],
      subject: 'Stock of {{warehouse}}',
      template: 'Good morning,\n\n{{count}} items are low in {{warehouse}}:\n{{#each items}}\n- {{sku}}: {{quantity}}{{/each}}\n',
      data: {
        warehouse: 'Hamburg',
        count: 2,
        items: [
          { sku: 'A-1', quantity: 3 },
          { sku: 'B-7', quantity: 0 },
        ],
      },
    },
    run: async ({ to, cc, bcc, attachments, ...texts }, context) => {
      const content = filled(texts, texts.data, context);
      const compose = async () => ({ ...content, attachments: await attached(services, context, attachments), key: context.executionId });
      return resultOf(await deliver(services, context, { to, ...(cc && { cc }), ...(bcc && { bcc }) }, compose));
    },
  });

const resultOf = ({ accepted, refused, messageId }: Delivered) => ({
  success: true,
  message: `sent to ${accepted.length} of ${accepted.length + refused.length} recipients`,
  ...(messageId !== null && { messageId }),
  accepted,
  refused: refused.map(({ address, reason }) => ({ address, reason })),
});

const filled = (texts: Texts, data: { readonly [name: string]: Json }, context: HandlerContext) => {
  const { jobName, organization, executionId, attempt, scheduledFor } = context;
  const job = { name: jobName, organization, executionId, attempt, scheduledFor: scheduledFor.toISOString() };
  try {
    return contentOf(texts, { job, ...data });
  } catch (error) {
    if (error instanceof TemplateFault) throw new NonRetryableError(`the template ${error.message}`, { cause: error });
    throw error;
  }
};

type Wanted = { readonly artifactId: string; readonly name?: string | undefined };

/** Artifacts of this organization and no other files. */
const attached = async (
  services: Services,
  { organization }: HandlerContext,
  wanted: readonly Wanted[],
): Promise<readonly MailAttachment[]> => {
  if (wanted.length === 0) return [];
  const artifacts = await services.artifacts();
  let bytes = 0;
  const files: MailAttachment[] = [];
  for (const { artifactId, name } of wanted) {
    const opened = await artifacts.open(organization, artifactId);
    if (!opened) throw new NonRetryableError(`the organization ${organization} has no artifact ${artifactId}`);
    bytes += opened.artifact.bytes;
    if (bytes > mostAttachedBytes)
      throw new NonRetryableError(`attachments have more than ${mostAttachedBytes} bytes; send a link instead`);
    files.push({ name: name ?? opened.artifact.name, mediaType: opened.artifact.mediaType, content: opened.content });
  }
  return files;
};
