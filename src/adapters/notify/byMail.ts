import { type Mailer, MailFailed } from '../../application/ports/mailer.js';
import { type NoticeMessage, NotifierFailed } from '../../application/ports/notifier.js';
import type { Links } from './links.js';
import { mailText } from './mailText.js';
import { subjectOf } from './words.js';

/** The message's key becomes the Message-ID. */
export const sendByMail = async (
  mailer: () => Promise<Mailer>,
  links: Links,
  address: string,
  message: NoticeMessage,
  signal: AbortSignal,
): Promise<void> => {
  const opened = await mailer().catch((error) => {
    throw new NotifierFailed(error instanceof Error ? error.message : String(error), true, { cause: error });
  });
  try {
    await opened.send({ to: [address], subject: subjectOf(message), ...mailText(message, links), key: message.key }, signal);
  } catch (error) {
    throw new NotifierFailed(error instanceof Error ? error.message : String(error), error instanceof MailFailed && error.permanent, {
      cause: error,
    });
  }
};
