import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createTransport, type SMTPPoolOptions } from 'nodemailer';
import type { Background } from '../../application/ports/clock.js';
import type { Mailer } from '../../application/ports/mailer.js';
import type { Millis } from '../../domain/instant.js';
import type { MailAddress } from '../../domain/mailAddress.js';
import { addressed } from './envelope.js';
import { mailFailed, refusedOf } from './failures.js';
import type { MailServer } from './serverUrl.js';

export type MailLimits = {
  readonly connectMs: Millis;
  readonly greetingMs: Millis;
  /** Without a byte in either direction. */
  readonly silenceMs: Millis;
  /** For one mail as a whole, the wait for a free connection included. */
  readonly sendMs: Millis;
  readonly connections: number;
};

export const defaultMailLimits: MailLimits = { connectMs: 10_000, greetingMs: 15_000, silenceMs: 60_000, sendMs: 600_000, connections: 5 };

type Settings = { readonly server: MailServer; readonly from: MailAddress; readonly background: Background; readonly limits?: MailLimits };

/** Sends over SMTP, on connections that are kept for a while. Files and URLs are never read: attachments are what they are given as. */
export const createSmtpMailer = ({ server, from, background, limits = defaultMailLimits }: Settings): Mailer => {
  const options: SMTPPoolOptions & { pool: true } = {
    ...connectionTo(server, limits),
    pool: true,
    maxConnections: limits.connections,
    // Only before a byte of the mail was sent: a connection that was closed while it lay idle.
    maxRequeues: 1,
    idleTimeout: 30_000,
  };
  const transport = createTransport(options);
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);

  return {
    send: async (mail, given) => {
      const { to, cc, bcc, recipients } = addressed(mail);
      const tooLong = new AbortController();
      const signal = AbortSignal.any([given, tooLong.signal]);
      const stop = background.after(limits.sendMs, () => tooLong.abort(new Error(`sending took more than ${limits.sendMs} ms`)));
      const attachments = mail.attachments?.map(({ name, mediaType, content }) => ({
        filename: name,
        contentType: mediaType,
        content: Readable.from(content, { objectMode: false }),
      }));
      try {
        const info = await transport.sendMail({
          from: headerOf(from),
          to: to.map(headerOf),
          cc: cc.map(headerOf),
          bcc: bcc.map(headerOf),
          envelope: { from: from.address, to: [...recipients] },
          messageId: messageIdOf(mail.key, domain),
          subject: mail.subject,
          ...(mail.text !== undefined && { text: mail.text }),
          ...(mail.html !== undefined && { html: mail.html }),
          ...(attachments && { attachments }),
          // So that nobody's out-of-office answers a machine.
          headers: { 'Auto-Submitted': 'auto-generated' },
          disableFileAccess: true,
          disableUrlAccess: true,
          signal,
        });
        return { messageId: info.messageId, accepted: info.accepted.map(String), refused: refusedOf(info) };
      } catch (error) {
        throw mailFailed(error, signal);
      } finally {
        stop();
        for (const { content } of attachments ?? []) content.destroy();
      }
    },
    close: async () => transport.close({ force: true }),
  };
};

/** How a server is spoken to, whatever about. */
export const connectionTo = (server: MailServer, limits: Pick<MailLimits, 'connectMs' | 'greetingMs' | 'silenceMs'>) => {
  const { user, password } = server;
  return {
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: server.requireTls,
    ignoreTLS: server.ignoreTls,
    tls: { rejectUnauthorized: server.verifyCertificate },
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    dnsTimeout: limits.connectMs,
    connectionTimeout: limits.connectMs,
    greetingTimeout: limits.greetingMs,
    socketTimeout: limits.silenceMs,
    socketCloseTimeout: 1_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
};

const headerOf = ({ name, address }: MailAddress) => (name === '' ? address : { name, address });

/** Keys are ids as a rule; whatever else they are, the same key gives the same Message-ID, which is one line. */
const messageIdOf = (key: string, domain: string): string => {
  const local = /^[\w.-]{1,100}$/.test(key) ? key : createHash('sha256').update(key).digest('hex');
  return `<${local}@${domain}>`;
};
