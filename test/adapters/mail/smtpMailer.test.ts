import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setInterval } from 'node:timers';
import { afterEach, describe, expect, it } from 'vitest';
import { openMailer } from '../../../src/adapters/mail/index.js';
import { defaultMailLimits, type MailLimits } from '../../../src/adapters/mail/smtpMailer.js';
import { background } from '../../../src/adapters/system/background.js';
import { type Mail, MailFailed } from '../../../src/application/ports/mailer.js';
import { openMailbox } from '../../servers/mailbox.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const mailbox = async (options: Parameters<typeof openMailbox>[0] = {}) => {
  const opened = await openMailbox(options);
  closing.push(opened.close);
  return opened;
};

const mailer = (url: string, limits: Partial<MailLimits> = {}, from = 'Scheduler <scheduler@example.com>') => {
  const opened = openMailer({ url, from, background, limits: { ...defaultMailLimits, ...limits } });
  closing.push(() => opened.close());
  return opened;
};

const never = new AbortController().signal;
const mail = (given: Partial<Mail> = {}): Mail => ({
  to: ['ada@example.com'],
  subject: 'Stock',
  text: 'All is well.',
  key: 'k-1',
  ...given,
});

const failure = async (sending: Promise<unknown>): Promise<MailFailed> => {
  const error = await sending.then(
    () => null,
    (thrown) => thrown,
  );
  if (!(error instanceof MailFailed)) throw new Error('it was sent, or failed in another way', { cause: error });
  return error;
};

/** A server that speaks no SMTP of its own: what it does with a connection is up to the test. */
const rawServer = async (onConnection: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Answers every command that begins with one of these words; silence for others. */
const scripted = (answers: { readonly [word: string]: string | ((socket: Socket) => void) }) =>
  rawServer((socket) => {
    socket.write('220 ready\r\n');
    socket.on('data', (chunk) => {
      const text = chunk.toString();
      const answer = Object.entries(answers).find(([word]) => text.startsWith(word) || (word === '.' && text.endsWith('\r\n.\r\n')))?.[1];
      if (typeof answer === 'string') socket.write(`${answer}\r\n`);
      else answer?.(socket);
    });
  });

describe('a mail', () => {
  it('arrives with text, html, attachments, and a Message-ID made of its key', async () => {
    const { url, received } = await mailbox();
    const bytes = new Uint8Array(300_000).map((_, i) => i % 251);
    const content = async function* () {
      for (let at = 0; at < bytes.length; at += 64_000) yield bytes.subarray(at, at + 64_000);
    };
    const delivery = await mailer(url).send(
      mail({
        to: ['Ada Lovelace <ada@example.com>'],
        cc: ['grace@example.com'],
        bcc: ['secret@example.com'],
        subject: 'Bestand: Übersicht – 在庫',
        html: '<b>All is well.</b>',
        attachments: [{ name: 'Übersicht.pdf', mediaType: 'application/pdf', content: content() }],
      }),
      never,
    );
    expect(delivery).toEqual({
      messageId: '<k-1@example.com>',
      accepted: ['ada@example.com', 'grace@example.com', 'secret@example.com'],
      refused: [],
    });
    expect(received).toHaveLength(1);
    expect(received[0]?.recipients).toEqual(['ada@example.com', 'grace@example.com', 'secret@example.com']);
    expect(received[0]?.mail).toMatchObject({
      messageId: '<k-1@example.com>',
      from: { address: 'scheduler@example.com', name: 'Scheduler' },
      to: [{ address: 'ada@example.com', name: 'Ada Lovelace' }],
      subject: 'Bestand: Übersicht – 在庫',
    });
    expect(received[0]?.mail.text?.trim()).toBe('All is well.');
    expect(received[0]?.mail.html?.trim()).toBe('<b>All is well.</b>');
    expect(received[0]?.raw).not.toContain('secret@example.com');
    expect(received[0]?.raw).toContain('Auto-Submitted: auto-generated');
    const [attachment] = received[0]?.mail.attachments ?? [];
    expect(attachment).toMatchObject({ filename: 'Übersicht.pdf', mimeType: 'application/pdf' });
    expect(Buffer.from(attachment?.content as ArrayBuffer).equals(Buffer.from(bytes))).toBe(true);
  });

  it('goes over connections that are kept', async () => {
    const box = await mailbox();
    const { send } = mailer(box.url, { connections: 2 });
    await Promise.all(Array.from({ length: 20 }, (_, i) => send(mail({ key: `k-${i}` }), never)));
    expect(box.received).toHaveLength(20);
    expect(box.connections).toBeLessThanOrEqual(2);
  });

  it('logs in', async () => {
    const { port, received } = await mailbox({ login: { user: 'me@example.com', password: 'p:w@rd' } });
    await openMailerAt(`smtp://me%40example.com:p%3Aw%40rd@127.0.0.1:${port}`).send(mail(), never);
    expect(received[0]?.from).toBe('me@example.com');
    const error = await failure(openMailerAt(`smtp://me%40example.com:wrong@127.0.0.1:${port}`).send(mail(), never));
    expect(error.permanent).toBe(true);
    expect(error.message).not.toContain('wrong');
  });

  it('goes only to those who still lack it, and names all', async () => {
    const { url, received } = await mailbox();
    await mailer(url).send(mail({ to: ['Ada <ada@example.com>', 'bob@example.com'], only: ['bob@example.com'] }), never);
    expect(received[0]?.recipients).toEqual(['bob@example.com']);
    expect(received[0]?.mail.to).toHaveLength(2);
  });
});

const openMailerAt = (url: string) => {
  const opened = openMailer({ url, background });
  closing.push(() => opened.close());
  return opened;
};

describe('what would inject headers or commands', () => {
  const injections = [
    'a@b.c>\r\nRCPT TO:<x@y.z',
    'a@b.c\r\nBcc: x@y.z',
    'a@b.c\n',
    'a@b.c\u0000',
    'a@b.c, x@y.z',
    'A\r\nBcc: x@y.z <a@b.c>',
    'A" <a@b.c>',
    '<a@b.c> <x@y.z>',
    'a b@c.d',
    '@b.c',
    'a@',
    'a@b..c',
    '"a\r\n"@b.c',
    '',
  ];
  it.each(injections)('is no recipient: %j', async (address) => {
    const { url, received } = await mailbox();
    const { send } = mailer(url);
    for (const field of ['to', 'cc', 'bcc'] as const) {
      const error = await failure(send(mail({ [field]: [address] }), never));
      expect(error.permanent).toBe(true);
      expect(error.message).toMatch(new RegExp(`^The mail was not sent: ${field} `));
      expect(error.message).not.toMatch(/[\r\n\0]/);
    }
    expect(received).toEqual([]);
  });

  it.each(['Hi\r\nBcc: x@y.z', 'Hi\nX', 'Hi\u0000', 'Hi\u2028X', 'Hi\u0085X'])('is no subject: %j', async (subject) => {
    const { url } = await mailbox();
    const error = await failure(mailer(url).send(mail({ subject }), never));
    expect(error).toMatchObject({ permanent: true, message: 'The mail was not sent: subject must be one line without control characters' });
  });

  it.each([
    { name: 'a\r\nX: y.pdf', mediaType: 'application/pdf' },
    { name: '../a.pdf', mediaType: 'application/pdf' },
    { name: 'a.pdf', mediaType: 'application/pdf\r\nX: y' },
  ])('is no attachment: %j', async (attachment) => {
    const { url } = await mailbox();
    const content = (async function* () {})();
    const error = await failure(mailer(url).send(mail({ attachments: [{ ...attachment, content }] }), never));
    expect(error).toMatchObject({ permanent: true, message: expect.stringContaining('attachments') });
  });

  it('is harmless in a key', async () => {
    const { url, received } = await mailbox();
    await mailer(url).send(mail({ key: 'k\r\nX-Evil: 1' }), never);
    expect(received[0]?.mail.messageId).toMatch(/^<[0-9a-f]{64}@example\.com>$/);
    expect(received[0]?.raw).not.toContain('X-Evil');
  });

  it('is text where text is meant', async () => {
    const { url, received } = await mailbox();
    await mailer(url).send(mail({ text: 'line\r\n.\r\nRCPT TO:<x@y.z>\r\n' }), never);
    expect(received[0]?.recipients).toEqual(['ada@example.com']);
    expect(received[0]?.mail.text).toContain('RCPT TO:<x@y.z>');
  });
});

it('10,000 recipients are refused before the server is asked', async () => {
  const box = await mailbox();
  const many = Array.from({ length: 10_000 }, (_, i) => `r${i}@example.com`);
  const error = await failure(mailer(box.url).send(mail({ to: many }), never));
  expect(error).toMatchObject({ permanent: true, message: 'The mail was not sent: to must have at most 100 recipients, not 10000' });
  const spread = await failure(mailer(box.url).send(mail({ to: many.slice(0, 60), bcc: many.slice(60, 120) }), never));
  expect(spread.message).toContain('to, cc and bcc must have at most 100 recipients, not 120');
  expect(box.connections).toBe(0);
});

/** A reply that never ends, so that the connection is never silent. */
const drip = (socket: Socket): void => {
  const timer = setInterval(() => socket.write('250-\r\n'), 20);
  socket.on('close', () => clearInterval(timer));
};

describe('what a server answers', () => {
  it.each([
    { code: 450, permanent: false },
    { code: 451, permanent: false },
    { code: 550, permanent: true },
    { code: 552, permanent: true },
  ])('$code to a recipient, permanent: $permanent', async ({ code, permanent }) => {
    const { url } = await mailbox({ onRecipient: () => ({ code, text: 'not now or never' }) });
    expect(await failure(mailer(url).send(mail(), never))).toMatchObject({
      permanent,
      refused: [{ address: 'ada@example.com', reason: expect.stringContaining(String(code)), permanent }],
    });
  });

  it.each([
    { code: 421, permanent: false },
    { code: 452, permanent: false },
    { code: 554, permanent: true },
  ])('$code to the mail itself, permanent: $permanent', async ({ code, permanent }) => {
    const { url } = await mailbox({ onMail: () => ({ code, text: 'no' }) });
    expect(await failure(mailer(url).send(mail(), never))).toMatchObject({ permanent, message: expect.stringContaining(String(code)) });
  });

  it('one bad recipient of three is reported, the others get it', async () => {
    const answers: { readonly [address: string]: { code: number; text: string } } = {
      'no@example.com': { code: 550, text: 'no such user' },
    };
    const { url, received } = await mailbox({ onRecipient: (address) => answers[address] ?? null });
    const delivery = await mailer(url).send(mail({ to: ['ada@example.com', 'no@example.com', 'bob@example.com'] }), never);
    expect(delivery.accepted).toEqual(['ada@example.com', 'bob@example.com']);
    expect(delivery.refused).toEqual([{ address: 'no@example.com', reason: '550 no such user', permanent: true }]);
    expect(received[0]?.recipients).toEqual(['ada@example.com', 'bob@example.com']);
  });

  it('nothing: the limits end it, and it may be tried again', async () => {
    const url = await rawServer(() => undefined);
    expect(await failure(mailer(url, { greetingMs: 50 }).send(mail(), never))).toMatchObject({
      permanent: false,
      message: expect.stringMatching(/greeting/i),
    });
    const silent = await scripted({ EHLO: '250 hello', MAIL: '250 ok' });
    expect(await failure(mailer(silent, { silenceMs: 50 }).send(mail(), never))).toMatchObject({
      permanent: false,
      message: expect.stringMatching(/timeout/i),
    });
  });

  it('a byte now and then: the limit of the whole ends it', async () => {
    const url = await scripted({ EHLO: '250 hello', MAIL: drip });
    const sending = failure(mailer(url, { sendMs: 300, silenceMs: 200 }).send(mail(), never));
    expect(await sending).toMatchObject({ permanent: false, message: 'The mail was given up before the server had taken it' });
  });

  it('421 to a recipient: the server is closing, and it may be tried again', async () => {
    const { url } = await mailbox({ onRecipient: () => ({ code: 421, text: 'closing' }) });
    expect(await failure(mailer(url).send(mail(), never))).toMatchObject({
      permanent: false,
      message: expect.stringContaining('421 closing'),
    });
  });

  it('a dropped connection, before or after the mail: it may be tried again', async () => {
    const before = await scripted({ EHLO: '250 hello', MAIL: (socket) => void socket.destroy() });
    expect(await failure(mailer(before).send(mail(), never))).toMatchObject({ permanent: false });
    const after = await scripted({
      EHLO: '250 hello',
      MAIL: '250 ok',
      RCPT: '250 ok',
      DATA: '354 go on',
      '.': (socket) => void socket.destroy(),
    });
    expect(await failure(mailer(after).send(mail(), never))).toMatchObject({ permanent: false });
  });

  it('nobody there: it may be tried again', async () => {
    const box = await openMailbox();
    await box.close();
    expect(await failure(mailer(box.url).send(mail(), never))).toMatchObject({ permanent: false });
  });
});

it('an abort ends it half-way, and lets go of attachments', async () => {
  const aborting = new AbortController();
  let released = false;
  const url = await scripted({ EHLO: '250 hello', MAIL: '250 ok', RCPT: '250 ok', DATA: '354 go on' });
  let reads = 0;
  const content: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        if (reads++ === 0) return Promise.resolve({ done: false, value: Buffer.alloc(1_000) });
        aborting.abort(new Error('time-out'));
        return new Promise(() => undefined);
      },
      return: async () => {
        released = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const attachments = [{ name: 'a.bin', mediaType: 'application/octet-stream', content }];
  const error = await failure(mailer(url).send(mail({ attachments }), aborting.signal));
  expect(error).toMatchObject({ permanent: false, cause: expect.objectContaining({ message: 'time-out' }) });
  expect(released).toBe(true);
});

describe('the address of a server', () => {
  it.each([
    ['mail.example.com', 'SMTP_URL must be an URL such as smtp://user:password@host:587'],
    ['http://mail.example.com', 'SMTP_URL must be an URL'],
    ['smtp://host?pool=true', 'SMTP_URL has the unknown setting pool'],
    ['smtp://host?requireTLS=yes', 'SMTP_URL: requireTLS must be true or false'],
  ])('%s is refused', (url, message) => {
    expect(() => openMailer({ url, background })).toThrow(message);
  });

  it('a password is not sent in the clear to another machine', async () => {
    const { readServerUrl } = await import('../../../src/adapters/mail/serverUrl.js');
    expect(readServerUrl('smtp://u:p@mail.example.com')).toMatchObject({
      requireTls: true,
      port: 587,
      secure: false,
      verifyCertificate: true,
    });
    expect(readServerUrl('smtps://u:p@mail.example.com')).toMatchObject({ requireTls: false, port: 465, secure: true });
    expect(readServerUrl('smtp://u:p@mail.example.com?ignoreTLS=true')).toMatchObject({ requireTls: false, ignoreTls: true });
    expect(readServerUrl('smtp://u:p@[::1]:25')).toMatchObject({ requireTls: false, host: '::1', port: 25 });
  });

  it('refuses a wrong sender', () => {
    expect(() => openMailer({ url: 'smtp://host', from: 'me\r\nBcc: x@y.z', background })).toThrow('SCHEDULER_MAIL_FROM');
  });
});
