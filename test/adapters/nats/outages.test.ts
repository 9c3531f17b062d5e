import { afterEach, expect, it, vi } from 'vitest';
import { type Nats, openNats } from '../../../src/adapters/nats/index.js';
import { background } from '../../../src/adapters/system/background.js';
import { type Outgoing, PublisherUnavailable } from '../../../src/application/ports/publisher.js';
import { SchedulerError } from '../../../src/domain/errors.js';
import { describeOnNats, type NatsServer, type StartNats } from '../../servers/nats.js';
import { open } from './client.js';

const event = (n: number): Outgoing => ({
  id: `commit-${n}.0`,
  sequence: `0:${n}:0`,
  subject: 'scheduler.events.acme.ExecutionStarted.report',
  body: '{}',
});

const opened: { close(): Promise<void> }[] = [];
const servers: NatsServer[] = [];
afterEach(async () => {
  for (const nats of opened.splice(0)) await nats.close();
  for (const server of servers.splice(0)) await server.stop();
});

const on = (url: string): Nats => {
  const nats = open(url);
  opened.push(nats);
  return nats;
};
const kept = async (starting: ReturnType<StartNats>): Promise<NatsServer> => {
  const server = await starting;
  servers.push(server);
  return server;
};
const withLogin = (url: string, login: string): string => url.replace('://', `://${login}@`);
const complaintOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.catch((e: unknown) => e);
  expect(error).toBeInstanceOf(PublisherUnavailable);
  return error instanceof Error ? error.message : '';
};
/** Within 10 s, as soon as it is so. */
const soon = <T>(work: () => Promise<T>): Promise<T> => vi.waitFor(work, { timeout: 10_000, interval: 20 });

it('an address that is none is refused at once', () => {
  const opening = (url: string) => () => openNats({ url, partitions: 1, store: 's', node: 'n', background });
  for (const url of ['', 'http://127.0.0.1', 'nats://', 'nats://a,,nats://b', 'nats://user:secret@:4222']) {
    expect(opening(url)).toThrow(SchedulerError);
    expect(opening(url)).not.toThrow(/secret/);
  }
});

describeOnNats('a server', 'ours', (start) => {
  it('that is not there is not waited for, and used once it is', async () => {
    const server = await kept(start());
    await server.kill();
    const { publisher } = on(server.url);
    expect(await complaintOf(publisher.standing(0))).toMatch(/NATS at 127\.0\.0\.1:\d+ cannot be reached \(CONNECTION_REFUSED\)/);
    await server.restart();
    await soon(() => publisher.prepare(0));
  });

  it('without JetStream is explained, and used once it has it', async () => {
    const server = await kept(start('debug: false'));
    const { publisher } = on(server.url);
    expect(await complaintOf(publisher.prepare(0))).toContain('has no JetStream for this user');
    await server.kill();
    await server.restart('jetstream {}');
    await soon(() => publisher.prepare(0));
  });

  it('that asks for credentials gets them, and nobody else does', async () => {
    const server = await kept(start('jetstream {}\nauthorization { user: me, password: "p@ss word" }'));
    await on(withLogin(server.url, 'me:p%40ss%20word')).publisher.prepare(0);
    for (const login of ['me:secret', 'secret']) {
      const complaint = await complaintOf(on(withLogin(server.url, login)).publisher.prepare(0));
      expect(complaint).toContain('refuses these credentials');
      expect(complaint).not.toContain('secret');
    }
    expect(await complaintOf(on(server.url).publisher.prepare(0))).toContain('refuses these credentials');
  });

  it('that asks for a token gets it', async () => {
    const server = await kept(start('jetstream {}\nauthorization { token: "t0ken" }'));
    await on(withLogin(server.url, 't0ken')).publisher.prepare(0);
  });

  it('that does not permit something says what', async () => {
    const user = (permissions: string) =>
      `jetstream {}\nauthorization { users: [{ user: me, password: p, permissions: { ${permissions} } }] }`;
    const server = await kept(start(user('publish: { deny: ["scheduler.events.>"] }')));
    const { publisher } = on(withLogin(server.url, 'me:p'));
    await publisher.prepare(0);
    expect(await complaintOf(publisher.publish(0, [event(1)], 0))).toMatch(/does not permit .* "scheduler\.events\.acme/);
    await server.kill();
    await server.restart(user('publish: { deny: ["$JS.API.STREAM.>"] }'));
    await soon(async () => expect(await complaintOf(publisher.prepare(0))).toContain('does not permit'));
  });

  it('that goes down in the middle of something is noticed at once', async () => {
    const server = await kept(start());
    const { publisher } = on(server.url);
    await publisher.prepare(0);
    await publisher.standing(0);
    const events = Array.from({ length: 50_000 }, (_, i) => event(i + 1));
    const publishing = publisher.publish(0, events, 0).catch((error: unknown) => error);
    await soon(async () => expect((await publisher.standing(0)).streamSequence).toBeGreaterThan(0));
    await server.kill();
    expect(await publishing).toBeInstanceOf(PublisherUnavailable);
    expect(await complaintOf(publisher.standing(0))).toContain('was lost');
  });

  it('that was down is asked where it stands before it is given anything', async () => {
    const server = await kept(start());
    const { publisher } = on(server.url);
    await publisher.prepare(0);
    await publisher.standing(0);
    await publisher.publish(0, [event(1)], 0);
    await server.kill();
    await server.restart();
    await soon(() => publisher.prepare(0));
    expect(await publisher.publish(0, [event(2)], 1)).toEqual({ outcome: 'fenced' });
    expect(await publisher.standing(0)).toEqual({ streamSequence: 1, last: { id: 'commit-1.0', sequence: '0:1:0' } });
    expect(await publisher.publish(0, [event(2)], 1)).toEqual({ outcome: 'published', streamSequence: 2 });
  });

  it('is let go of, whether it is there or not', async () => {
    const server = await kept(start());
    const nats = on(server.url);
    await nats.publisher.prepare(0);
    await server.kill();
    const another = on(server.url);
    await Promise.all([nats.close(), another.close()]);
    for (const { publisher } of [nats, another]) expect(await complaintOf(publisher.standing(0))).toContain('was closed');
  });
});
