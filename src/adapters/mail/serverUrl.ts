/** A mail server, as SMTP_URL names it. */
export type MailServer = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else STARTTLS where the server offers it. */
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
  /** Nothing is sent before the connection is encrypted. */
  readonly requireTls: boolean;
  readonly ignoreTls: boolean;
  /** False: a certificate that nobody vouches for will do. */
  readonly verifyCertificate: boolean;
};

const settings = ['requireTLS', 'ignoreTLS', 'rejectUnauthorized'];
const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Reads `smtp://user:password@host:587` or `smtps:`. Throws an error that says what is wrong with it, without the password. */
export const readServerUrl = (text: string): MailServer => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '' || !['', '/'].includes(url.pathname))
    throw new Error('SMTP_URL must be an URL such as smtp://user:password@host:587');
  const unknown = [...url.searchParams.keys()].filter((name) => !settings.includes(name));
  if (unknown.length > 0) throw new Error(`SMTP_URL has the unknown setting ${unknown[0]}; known are ${settings.join(', ')}`);
  const secure = url.protocol === 'smtps:';
  const ignoreTls = flag(url, 'ignoreTLS', false);
  const hasSecret = url.password !== '' && !loopback.test(url.hostname);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ...(url.username !== '' && { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
    // A password never leaves this machine in the clear unless that is asked for.
    requireTls: flag(url, 'requireTLS', hasSecret && !secure && !ignoreTls),
    ignoreTls,
    verifyCertificate: flag(url, 'rejectUnauthorized', true),
  };
};

const flag = (url: URL, name: string, absent: boolean): boolean => {
  const value = url.searchParams.get(name);
  if (value === null) return absent;
  if (value !== 'true' && value !== 'false') throw new Error(`SMTP_URL: ${name} must be true or false`);
  return value === 'true';
};
