import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { serversOf } from '../../src/bootstrap/servers.js';
import { startCannedMongo } from '../servers/cannedMongo.js';
import { openMailbox } from '../servers/mailbox.js';
import { describeOnMongo } from '../servers/mongo.js';
import { describeOnNats, type NatsServer } from '../servers/nats.js';
import { freePort } from '../servers/process.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Named = Omit<Parameters<typeof serversOf>[0], 'SCHEDULER_LEASE_SECONDS'>;

/** What is said of the one server that is named. */
const said = async (config: Named) => {
  const [server, ...more] = serversOf({ SCHEDULER_LEASE_SECONDS: 15, ...config });
  if (!server || more.length > 0) throw new Error('name one server');
  return { what: server.what, ...(await server.ask()) };
};

/** Takes connections, and never says anything. */
const silentServer = async (onTestFinished: (close: () => Promise<void>) => void): Promise<number> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return port;
};

it('no server is asked that is not named', () => {
  expect(serversOf({ SCHEDULER_LEASE_SECONDS: 15 })).toEqual([]);
});

// At once: each waits for what does not come.
describe.concurrent('an address', () => {
  it.for([
    ['MongoDB', (place: string) => ({ MONGODB_URI: `mongodb://me:secret@${place}/` })],
    ['NATS', (place: string) => ({ NATS_URL: `nats://me:secret@${place}` })],
    ['mail', (place: string) => ({ SMTP_URL: `smtp://me:secret@${place}` })],
  ] as const)('of %s at which nobody listens, or nobody speaks, is said without credentials', async ([what, named], { onTestFinished }) => {
    for (const port of [await freePort(), await silentServer(onTestFinished)]) {
      const found = await said(named(`127.0.0.1:${port}`));
      expect(found).toMatchObject({ what, state: 'bad', detail: expect.stringContaining(`127.0.0.1:${port}`) });
      expect(found.detail).not.toMatch(/secret|me:/);
    }
  });
});

describeOnNats('NATS', 'ours', (start) => {
  const started = async (configuration?: string): Promise<NatsServer> => {
    const server = await start(configuration);
    closing.push(() => server.stop());
    return server;
  };

  it('is said with its version, and makes nothing', async () => {
    const { url } = await started();
    const found = {
      what: 'NATS',
      state: 'good',
      detail: expect.stringMatching(/^2\.\d+\.\d+ at 127\.0\.0\.1:\d+, and JetStream answers$/),
    };
    expect([await said({ NATS_URL: url }), await said({ NATS_URL: url })]).toEqual([found, found]);
  });

  it('is wrong without JetStream, with other credentials, or with messages that are too small', async () => {
    for (const [configuration, why] of [
      ['', 'has no JetStream'],
      ['jetstream {}\nauthorization { user: me, password: "another" }', 'refuses these credentials'],
      ['jetstream {}\nmax_payload: 1000', 'max_payload is 1000'],
    ] as const) {
      const { host } = new URL((await started(configuration)).url);
      const found = await said({ NATS_URL: `nats://me:secret@${host}` });
      expect(found).toMatchObject({ state: 'bad', detail: expect.stringContaining(why) });
      expect(found.detail).not.toContain('secret');
    }
  });
});

describe('a mail server', () => {
  const mailbox = async (login?: { readonly user: string; readonly password: string }) => {
    const opened = await openMailbox({ ...(login && { login }) });
    closing.push(opened.close);
    return opened;
  };

  it('answers, and is sent no mail', async () => {
    const { url, received, port } = await mailbox();
    expect(await said({ SMTP_URL: url })).toEqual({ what: 'mail', state: 'good', detail: `127.0.0.1:${port} answers` });
    expect(received).toEqual([]);
  });

  it('takes the login, or does not', async () => {
    const { port } = await mailbox({ user: 'me', password: 'secret' });
    expect(await said({ SMTP_URL: `smtp://me:secret@127.0.0.1:${port}` })).toMatchObject({
      state: 'good',
      detail: `127.0.0.1:${port} answers, and takes the login`,
    });
    const refused = await said({ SMTP_URL: `smtp://me:mistaken@127.0.0.1:${port}` });
    expect(refused).toMatchObject({ state: 'bad', detail: expect.stringContaining('authentication failed') });
    expect(refused.detail).not.toContain('mistaken');
  });

  it('is wrong where the sender is no address', async () => {
    const { url } = await mailbox();
    expect(await said({ SMTP_URL: url, SCHEDULER_MAIL_FROM: 'nobody' })).toMatchObject({
      state: 'bad',
      detail: expect.stringContaining('SCHEDULER_MAIL_FROM'),
    });
  });
});

describeOnMongo('MongoDB', (server) => {
  it('answers, with the clock of this machine', async () => {
    const { host } = new URL(server().uri);
    expect(await said({ MONGODB_URI: server().uri })).toEqual({
      what: 'MongoDB',
      state: 'good',
      detail: `${host} answers, its clock is as this one's`,
    });
  });
});

describe('the clock of a store', () => {
  const clockAt = async (localTime: Date | undefined) => {
    const { uri, close } = await startCannedMongo({ isWritablePrimary: true, minWireVersion: 0, maxWireVersion: 21, localTime });
    closing.push(close);
    return said({ MONGODB_URI: uri });
  };

  it('is to be looked at where it is far from this one', async () => {
    const minute = 60_000;
    expect(await clockAt(new Date(Date.now() + 60 * minute))).toMatchObject({
      state: 'warn',
      detail: expect.stringMatching(/answers, its clock is (1 h|59 min \d+ s) ahead of this one's$/),
    });
    expect(await clockAt(new Date(Date.now() - 60 * minute))).toMatchObject({
      state: 'warn',
      detail: expect.stringMatching(/answers, its clock is 1 h( \d+ min)? behind this one's$/),
    });
  });

  it('is not judged where the server does not tell it', async () => {
    expect(await clockAt(undefined)).toMatchObject({ state: 'good', detail: expect.stringContaining('does not tell its clock') });
  });
});
