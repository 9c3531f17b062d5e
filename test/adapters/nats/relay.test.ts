import { cpSync, rmSync } from 'node:fs';
import fc from 'fast-check';
import type { NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Nats } from '../../../src/adapters/nats/index.js';
import { background } from '../../../src/adapters/system/background.js';
import type { Relay } from '../../../src/application/subscribers/relay.js';
import { problemsOf } from '../../application/relay/problems.js';
import { deletion, World } from '../../application/relay/world.js';
import { completed } from '../../contracts/samples.js';
import { describeOnNats, type NatsServer } from '../../servers/nats.js';
import { open, operator, readStream } from './client.js';

describeOnNats('a relay to a real server', 'ours', (start) => {
  let server: NatsServer;
  let connection: NatsConnection;
  let world: World;
  const running: { readonly relay: Relay; readonly nats: Nats }[] = [];
  beforeEach(async () => {
    server = await start();
    connection = await operator(server.url);
    world = new World();
  });
  afterEach(async () => {
    for (const { relay, nats } of running.splice(0)) {
      await relay.stop(1_000);
      await nats.close();
    }
    await connection.close();
    await server.stop();
  });

  const launch = (leases = { hold: async () => true, release: async () => undefined }) => {
    const nats = open(server.url);
    const relay = world.relay('n1', (ports) => ({ ...ports, publisher: nats.publisher, leases }), background);
    relay.start();
    running.push({ relay, nats });
    return { relay, nats };
  };

  const fill = async (commits: number): Promise<void> => {
    for (let i = 0; i < commits; i++) await world.append(`acme/job-${i % 5}.x`, [completed(i), completed('second')]);
    for (const { relay } of running) relay.wake(0);
  };
  const lastSequence = async (): Promise<number> =>
    (await (await connection.jetstreamManager({ checkAPI: false, timeout: 200 })).streams.info('SCHEDULER_EVENTS')).state.last_seq;
  const soon = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: 20_000, interval: 20 });
  const published = async (count: number) => soon(async () => expect(await lastSequence()).toBeGreaterThanOrEqual(count));
  const problems = async () => problemsOf(world, await readStream(connection, 'SCHEDULER_EVENTS'));

  it('publishes what the log has, and what comes', async () => {
    await fill(700);
    launch();
    await published(1_400);
    await fill(3);
    await published(1_406);
    expect(await problems()).toEqual([]);
  });

  it('catches up in order when the server was away', async () => {
    launch();
    for (let outage = 0; outage < 2; outage++) {
      await fill(400);
      await published(800 * outage + 100);
      await server.kill();
      await fill(100);
      await server.restart();
      await fill(100);
      await published(1_200 * (outage + 1));
    }
    expect(await problems()).toEqual([]);
  });

  it('publishes again what the server has lost', async () => {
    const copy = `${server.data}-older`;
    launch();
    await fill(100);
    await published(200);
    await server.kill();
    cpSync(server.data, copy, { recursive: true });
    await server.restart();
    await fill(100);
    await published(400);
    await server.kill();
    rmSync(server.data, { recursive: true });
    cpSync(copy, server.data, { recursive: true });
    rmSync(copy, { recursive: true });
    await server.restart();
    await fill(1);
    await published(402);
    expect(await problems()).toEqual([]);
  });

  it('is continued by the next one, wherever it was', async () => {
    await fill(3_000);
    for (let life = 0; life < 4; life++) {
      const before = life === 0 ? 0 : await lastSequence();
      const { nats } = launch();
      await published(before + 1);
      await nats.close();
    }
    launch();
    await published(6_000);
    expect(await problems()).toEqual([]);
  });

  it('gets along with another that believes to be the only one', async () => {
    launch();
    launch();
    for (let i = 0; i < 10; i++) {
      await fill(150);
      await published(300 * i + 50);
    }
    await published(3_000);
    expect(await problems()).toEqual([]);
  });

  it('leaves nothing of a deleted job but its deletion', async () => {
    const { relay } = launch();
    await fill(50);
    await published(100);
    const { version } = await world.append('acme/job-3.x', [completed('last'), deletion]);
    await world.log.store.redact('acme/job-3.x', version);
    await world.append('acme/job-3.x', [completed('next generation')]);
    relay.wake(0);
    await soon(async () => expect(await problems()).toEqual([]));
    const left = (await readStream(connection, 'SCHEDULER_EVENTS')).filter(({ subject }) => subject.endsWith('.job-3=2Ex'));
    expect(left.map(({ subject }) => subject.split('.')[3])).toEqual(['JobDeleted', 'ExecutionCompleted']);
  });

  it('has the whole log, whatever is made, deleted and made again', async () => {
    const job = fc.constantFrom('acme/a', 'acme/b.c', 'globex/a');
    const step = fc.record({ job, ends: fc.boolean(), redacted: fc.boolean(), pause: fc.boolean() });
    const script = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      world = new World();
      const { relay, nats } = launch();
      for (const { job, ends, redacted, pause } of steps) {
        const { version } = await world.append(job, ends ? [deletion] : [completed(1), completed(2)]);
        if (ends && redacted) await world.log.store.redact(job, version);
        relay.wake(0);
        if (pause) await published(1);
      }
      await soon(async () => expect(await problems()).toEqual([]));
      running.pop();
      await relay.stop(1_000);
      await nats.close();
      await (await connection.jetstreamManager()).streams.delete('SCHEDULER_EVENTS');
    });
    await fc.assert(script, { numRuns: 20, examples: [[[{ job: 'acme/a', ends: true, redacted: true, pause: false }]]] });
  });

  it('publishes thousands of events a second', async () => {
    const events = 30_000;
    await fill(events / 2);
    const startedAt = performance.now();
    launch();
    await published(events);
    const perSecond = Math.round((events / (performance.now() - startedAt)) * 1_000);
    console.info(`${perSecond} events/s`);
    expect(await problems()).toEqual([]);
    expect(perSecond).toBeGreaterThan(2_000);
  });
});
