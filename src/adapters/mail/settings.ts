import { type MailAddress, readMailAddress } from '../../domain/mailAddress.js';
import { type MailServer, readServerUrl } from './serverUrl.js';

export type MailSettings = { readonly url: string; readonly from?: string };

/** Which server, and who sends. Throws an error that says which setting is wrong. */
export const settingsOf = ({ url, from }: MailSettings): { readonly server: MailServer; readonly from: MailAddress } => {
  const server = readServerUrl(url);
  const sender = readMailAddress(from ?? senderOf(server.user, server.host));
  if (!sender) throw new Error('SCHEDULER_MAIL_FROM must be a mail address, such as Scheduler <scheduler@example.com>');
  return { server, from: sender };
};

/** Who logs in is who sends, where that is an address. */
const senderOf = (user: string | undefined, host: string): string => {
  if (user !== undefined && readMailAddress(user)) return user;
  return `nexus-scheduler@${/[a-z]/i.test(host) && !host.includes(':') ? host : 'localhost'}`;
};
