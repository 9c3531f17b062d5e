import type { Background } from '../../application/ports/clock.js';
import type { Mailer } from '../../application/ports/mailer.js';
import { type MailSettings, settingsOf } from './settings.js';
import { createSmtpMailer, type MailLimits } from './smtpMailer.js';

export { askMailServer } from './ask.js';

type Options = MailSettings & { readonly background: Background; readonly limits?: MailLimits };

/** A mailer for the server that `url` names. Nothing is connected to before the first mail. Throws an error that says which setting is wrong. */
export const openMailer = ({ url, from, ...rest }: Options): Mailer =>
  createSmtpMailer({ ...settingsOf({ url, ...(from !== undefined && { from }) }), ...rest });
