import type { Background } from '../../application/ports/clock.js';
import type { Mailer } from '../../application/ports/mailer.js';
import { readMailAddress } from '../../domain/mailAddress.js';
import { readServerUrl } from './serverUrl.js';
import { createSmtpMailer, type MailLimits } from './smtpMailer.js';

type Options = { readonly url: string; readonly from?: string; readonly background: Background; readonly limits?: MailLimits };

/** A mailer for the server that `url` names. Nothing is connected to before the first mail. Throws an error that says which setting is wrong. */
export const openMailer = ({ url, from, ...rest }: Options): Mailer => {
  const server = readServerUrl(url);
  const sender = readMailAddress(from ?? senderOf(server.user, server.host));
  if (!sender) throw new Error('SCHEDULER_MAIL_FROM must be a mail address, such as Scheduler <scheduler@example.com>');
  return createSmtpMailer({ server, from: sender, ...rest });
};

/** Who logs in is who sends, where that is an address. */
const senderOf = (user: string | undefined, host: string): string => {
  if (user !== undefined && readMailAddress(user)) return user;
  return `nexus-scheduler@${/[a-z]/i.test(host) && !host.includes(':') ? host : 'localhost'}`;
};
