import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createNotifier } from '../../../src/adapters/notify/index.js';
import { noLog } from '../../../src/adapters/pino/noLog.js';
import { systemClock } from '../../../src/adapters/system/systemClock.js';
import { type Notice, type NoticeMessage, NotifierFailed } from '../../../src/application/ports/notifier.js';
import type { Outbound } from '../../../src/application/ports/outbound.js';
import { instant } from '../../../src/domain/instant.js';
import { httpServer, outboundTo, textOf } from '../outbound/servers.js';

// What the documentation shows to receivers is what verifies here.
// @ts-expect-error an example without types
const { createReceiver, isGenuine } = await import('../../../examples/webhookReceiver.mjs');

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const secret = 'whsec_bmV4dXMtc2NoZWR1bGVyLXNlY3JldA==';
const notice: Notice = {
  id: 'commit-1.0',
  kind: 'failed',
  organization: 'acme',
  jobName: 'report',
  jobType: 'print',
  at: instant(1_700_000_000_000),
  executionId: 'execution-1',
  attempt: 3,
  maxAttempts: 3,
  cause: 'error',
  error: { name: 'Error', message: 'no paper ü 在庫' },
  failuresInARow: 2,
  retryAt: null,
  nextRunAt: instant(1_700_000_060_000),
  missed: null,
};
const message: NoticeMessage = { key: 'commit-1.0-1', notices: [notice], total: 1, counts: { failed: 1 }, jobs: 1 };
const never = new AbortController().signal;

const notifier = (outbound: Outbound, webhookSecret: string | null = secret) =>
  createNotifier({
    mailer: () => Promise.reject(new Error('there is no mail here')),
    outbound: async () => outbound,
    log: noLog,
    clock: systemClock,
    baseUrl: 'https://scheduler.example.com',
    ...(webhookSecret !== null && { webhookSecret }),
  });

const failure = async (sending: Promise<void>): Promise<NotifierFailed> => {
  const error = await sending.then(
    () => null,
    (thrown) => thrown,
  );
  if (!(error instanceof NotifierFailed)) throw new Error('it was sent, or failed in another way', { cause: error });
  return error;
};

const receiver = async (key: string) => {
  const notifications: { readonly summary: string; readonly notices: readonly object[] }[] = [];
  const server = createReceiver(key, (notification: never) => notifications.push(notification));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  return { to: { kind: 'webhook', url: `http://127.0.0.1:${port}/hook` } as const, place: `127.0.0.1:${port}`, notifications };
};

describe('a webhook', () => {
  it('is signed, and the receiver of the documentation verifies it and acts on it once', async () => {
    const { to, place, notifications } = await receiver(secret);
    const { send } = notifier(outboundTo([place]));
    await send(to, message, never);
    await send(to, message, never);
    expect(notifications).toHaveLength(1);
    expect(notifications[0]).toMatchObject({
      type: 'nexus.scheduler.notification.v1',
      id: 'commit-1.0-1',
      summary: '[nexus-scheduler] job report of acme failed (3 of 3 attempts): no paper ü 在庫',
      total: 1,
      counts: { failed: 1 },
      notices: [
        {
          ...notice,
          at: '2023-11-14T22:13:20.000Z',
          nextRunAt: '2023-11-14T22:14:20.000Z',
          url: 'https://scheduler.example.com/api/v1/executions/execution-1',
        },
      ],
    });
  });

  it('is refused by a receiver with another secret, and where it was changed or is old', async () => {
    const { to, place } = await receiver('another secret');
    expect(await failure(notifier(outboundTo([place])).send(to, message, never))).toMatchObject({
      permanent: true,
      message: 'the webhook answered 401',
    });
    let caught: { readonly headers: object; readonly body: string } = { headers: {}, body: '' };
    const server = await httpServer(async (request, response) => {
      caught = { headers: request.headers, body: await textOf(request) };
      response.end();
    });
    await notifier(outboundTo([server.place])).send({ kind: 'webhook', url: server.url }, message, never);
    expect(isGenuine(secret, caught.headers, caught.body)).toBe(true);
    expect(isGenuine(secret, caught.headers, `${caught.body} `)).toBe(false);
    expect(isGenuine(secret, { ...caught.headers, 'webhook-id': 'other' }, caught.body)).toBe(false);
    expect(isGenuine(secret, caught.headers, caught.body, Date.now() + 301_000)).toBe(false);
    expect(isGenuine(secret, { ...caught.headers, 'webhook-timestamp': 'NaN' }, caught.body)).toBe(false);
  });

  it('is not signed without a secret', async () => {
    let signature: unknown;
    const server = await httpServer((request, response) => {
      signature = request.headers['webhook-signature'];
      response.end();
    });
    await notifier(outboundTo([server.place]), null).send({ kind: 'webhook', url: server.url }, message, never);
    expect(signature).toBeUndefined();
  });

  it.each([
    [301, true],
    [307, true],
    [308, true],
    [400, true],
    [404, true],
    [410, true],
    [408, false],
    [429, false],
    [500, false],
    [503, false],
  ])('answered with %i, is permanent: %s', async (status, permanent) => {
    const paths: unknown[] = [];
    const server = await httpServer((request, response) => {
      paths.push(request.url);
      response.writeHead(status, { location: '/elsewhere' }).end('x'.repeat(100_000));
    });
    const error = await failure(notifier(outboundTo([server.place])).send({ kind: 'webhook', url: `${server.url}/hook` }, message, never));
    expect(error).toMatchObject({ permanent, message: expect.stringContaining(`answered ${status}`) });
    expect(paths).toEqual(['/hook']);
  });

  it.each([
    'http://127.0.0.1:9/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://2130706433/',
    'http://10.0.0.1/',
    'http://localhost/',
  ])('to a private address is refused unless it is allowed: %s', async (url) => {
    expect(await failure(notifier(outboundTo([])).send({ kind: 'webhook', url }, message, never))).toMatchObject({ permanent: true });
  });

  it('to nobody may be tried again', async () => {
    const { to, place } = await receiver(secret);
    await closing.pop()?.();
    expect(await failure(notifier(outboundTo([place])).send(to, message, never))).toMatchObject({ permanent: false });
  });
});

it('a mail without a mail server is lost, and the error says what to set', async () => {
  const { NonRetryableError } = await import('../../../src/application/api/handlerErrors.js');
  const { send } = createNotifier({
    mailer: () => Promise.reject(new NonRetryableError('set SMTP_URL')),
    outbound: async () => outboundTo([]),
    log: noLog,
    clock: systemClock,
  });
  expect(await failure(send({ kind: 'mail', address: 'ops@example.com' }, message, never))).toMatchObject({
    permanent: true,
    message: 'set SMTP_URL',
  });
});

it('the log gets a line with everything in it', async () => {
  const lines: object[] = [];
  const log = { ...noLog, warn: (fields: object, text: string) => void lines.push({ ...fields, text }) };
  const { send } = createNotifier({ mailer: () => Promise.reject(), outbound: () => Promise.reject(), log, clock: systemClock });
  await send({ kind: 'log' }, message, never);
  expect(lines).toMatchObject([
    {
      text: 'a notification',
      summary: expect.stringContaining('job report of acme failed'),
      total: 1,
      notices: [{ jobName: 'report', organization: 'acme' }],
    },
  ]);
});
