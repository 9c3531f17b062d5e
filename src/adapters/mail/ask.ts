import { createTransport } from 'nodemailer';
import { reasonOf } from './failures.js';
import { type MailSettings, settingsOf } from './settings.js';
import { connectionTo, type MailLimits } from './smtpMailer.js';

export type AskedMailServer = { readonly server: string; readonly withLogin: boolean };

const patience: Pick<MailLimits, 'connectMs' | 'greetingMs' | 'silenceMs'> = { connectMs: 5_000, greetingMs: 10_000, silenceMs: 10_000 };

/** Asks a mail server whether it would take our mail: connection, greeting and login. Sends none. Rejects with an error that says what is wrong. */
export const askMailServer = async (given: MailSettings): Promise<AskedMailServer> => {
  const { server } = settingsOf(given);
  const where = `${server.host}:${server.port}`;
  const transport = createTransport(connectionTo(server, patience));
  try {
    await transport.verify();
    return { server: where, withLogin: server.user !== undefined };
  } catch (error) {
    throw new Error(`the mail server at ${where} cannot be used: ${reasonOf(Object(error))}`, { cause: error });
  } finally {
    transport.close();
  }
};
