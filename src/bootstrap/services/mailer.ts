import { background } from '../../adapters/system/background.js';
import { NonRetryableError } from '../../application/api/handlerErrors.js';
import type { Mailer } from '../../application/ports/mailer.js';
import type { Opened, ServiceSettings } from './index.js';

/** Rejects with `NonRetryableError` where no mail server is configured, or wrongly so. */
export const openMailer = async ({ smtp, mailFrom }: ServiceSettings): Promise<Opened<Mailer>> => {
  if (smtp === undefined)
    throw new NonRetryableError(
      'no mail server is configured: set SMTP_URL, or the option predefined.smtp, such as smtp://user:password@host:587',
    );
  const mail = await import('../../adapters/mail/index.js');
  try {
    const value = mail.openMailer({ url: smtp, ...(mailFrom !== undefined && { from: mailFrom }), background });
    return { value, close: () => value.close() };
  } catch (error) {
    throw new NonRetryableError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};
