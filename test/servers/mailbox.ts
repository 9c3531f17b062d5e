import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export type Received = {
  readonly from: string;
  /** The envelope's recipients, which is where bcc shows. */
  readonly recipients: readonly string[];
  readonly mail: Email;
  readonly raw: string;
};

/** A number and a text, as a mail server answers; null to accept. */
type Answer = { readonly code: number; readonly text: string } | null;

type Options = {
  readonly port?: number;
  readonly onRecipient?: (address: string) => Answer;
  readonly onMail?: (received: Received) => Answer;
  /** Holds back the acknowledgement of a mail. */
  readonly answerAfter?: () => Promise<void>;
  readonly login?: { readonly user: string; readonly password: string };
};

const faultOf = (answer: Answer): Error | null => (answer ? Object.assign(new Error(answer.text), { responseCode: answer.code }) : null);

/** A mail server on a socket of this machine. It opens what it is sent as a mail program would. */
export const openMailbox = async ({ port = 0, onRecipient, onMail, answerAfter, login }: Options = {}) => {
  const received: Received[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let connections = 0;
  const server = new SMTPServer({
    disabledCommands: login ? ['STARTTLS'] : ['AUTH', 'STARTTLS'],
    authOptional: !login,
    allowInsecureAuth: true,
    closeTimeout: 100,
    logger: false,
    onConnect: (_session, done) => {
      connections++;
      done();
    },
    onAuth: ({ username, password }, _session, done) =>
      username === login?.user && password === login?.password
        ? done(null, { user: username })
        : done(Object.assign(new Error('authentication failed'), { responseCode: 535 })),
    onRcptTo: ({ address }, _session, done) => done(faultOf(onRecipient?.(address) ?? null)),
    onData: async (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const raw = Buffer.concat(chunks);
      const arrived: Received = {
        from: envelope.mailFrom ? envelope.mailFrom.address : '',
        recipients: envelope.rcptTo.map(({ address }) => address),
        mail: await PostalMime.parse(raw),
        raw: raw.toString('utf8'),
      };
      const answer = onMail?.(arrived) ?? null;
      if (!answer) received.push(arrived);
      await answerAfter?.();
      done(faultOf(answer));
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: bound } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${bound}`,
    port: bound,
    received,
    get connections() {
      return connections;
    },
    /** Resolves once this many mails have come. */
    has: (count: number): Promise<void> =>
      received.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    close: (): Promise<void> => new Promise((resolve) => server.close(() => resolve())),
  };
};
