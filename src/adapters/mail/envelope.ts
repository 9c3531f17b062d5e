import { type Mail, MailFailed } from '../../application/ports/mailer.js';
import { type MailAddress, readMailAddress } from '../../domain/mailAddress.js';

/** More than these are a mailing list, which is not a scheduler's business. */
const mostRecipients = 100;
const longestSubject = 500;
const longestBody = 5_000_000;
const mostAttachments = 20;

const controls = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const attachmentName = /^[^\p{Cc}\p{Zl}\p{Zp}/\\"]{1,200}$/u;
const mediaType = /^[\w.+-]+\/[\w.+-]+(?:; ?charset=[\w-]+)?$/;

/** A mail whose every header is known to be one line. */
export type Addressed = {
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  /** Bare addresses, each once, that the server is asked to deliver to. */
  readonly recipients: readonly string[];
};

/** Checks what goes into headers and SMTP commands. Throws `MailFailed`, permanent, before anything is sent. */
export const addressed = (mail: Mail): Addressed => {
  const { subject, text = '', html = '', attachments = [], only } = mail;
  const [to, cc, bcc] = [readAll('to', mail.to), readAll('cc', mail.cc), readAll('bcc', mail.bcc)];
  const everyone = [...new Set([...to, ...cc, ...bcc].map(({ address }) => address))];
  const recipients = only ? everyone.filter((address) => only.includes(address)) : everyone;
  if (recipients.length === 0) throw refused('to', 'must name at least one recipient');
  if (everyone.length > mostRecipients)
    throw refused('to, cc and bcc', `must have at most ${mostRecipients} recipients, not ${everyone.length}`);
  if (controls.test(subject)) throw refused('subject', 'must be one line without control characters');
  if (subject.length > longestSubject) throw refused('subject', `must have at most ${longestSubject} characters`);
  if (text.length > longestBody || html.length > longestBody)
    throw refused('text and html', `must have at most ${longestBody} characters each`);
  if (attachments.length > mostAttachments) throw refused('attachments', `must be at most ${mostAttachments}`);
  for (const attachment of attachments) {
    if (!attachmentName.test(attachment.name)) throw refused('attachments', 'must have file names of one line, without a path');
    if (!mediaType.test(attachment.mediaType)) throw refused('attachments', 'must have media types such as application/pdf');
  }
  return { to, cc, bcc, recipients };
};

const readAll = (field: string, given: readonly string[] = []): readonly MailAddress[] => {
  if (given.length > mostRecipients) throw refused(field, `must have at most ${mostRecipients} recipients, not ${given.length}`);
  return given.map((text) => {
    const read = readMailAddress(text);
    if (!read) throw refused(field, `has ${shown(text)}, which is no mail address`);
    return read;
  });
};

const refused = (field: string, fault: string): MailFailed => new MailFailed(`The mail was not sent: ${field} ${fault}`, true);

/** As one short line, whatever it holds. */
const shown = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
