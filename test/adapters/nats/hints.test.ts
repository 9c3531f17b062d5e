import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Nats } from '../../../src/adapters/nats/index.js';
import { describeOnNats, type NatsServer } from '../../servers/nats.js';
import { open, operator } from './client.js';

describeOnNats('wake-up hints', 'ours', (start) => {
  let server: NatsServer;
  let a: Nats;
  let b: Nats;
  let heard: string[];
  beforeEach(async () => {
    server = await start();
    [a, b] = [open(server.url, { store: 'my store.1' }), open(server.url, { store: 'my store.1' })];
    await Promise.all([a.publisher.prepare(0), b.publisher.prepare(0)]);
    heard = [];
    b.hints.onHint((partition, position) => heard.push(`${partition}:${position}`));
  });
  afterEach(async () => {
    await Promise.all([a.close(), b.close()]);
    await server.stop();
  });

  const hears = (...hints: readonly string[]) => vi.waitFor(() => expect(heard).toEqual(hints), { timeout: 10_000, interval: 5 });

  it('reach the other nodes on the same store', async () => {
    a.hints.announce(0, 17);
    await hears('0:17');
  });

  it('reach nobody else', async () => {
    const [mine, others]: string[][] = [[], []];
    const other = open(server.url, { store: 'another' });
    await other.publisher.prepare(0);
    a.hints.onHint((...hint) => mine?.push(hint.join()));
    other.hints.onHint((...hint) => others?.push(hint.join()));
    a.hints.announce(0, 1);
    await hears('0:1');
    expect([mine, others]).toEqual([[], []]);
    await other.close();
  });

  it('come together: the newest of many is enough', async () => {
    for (let position = 1; position <= 1_000; position++) a.hints.announce(0, position);
    a.hints.announce(3, 7);
    await vi.waitFor(() => expect(heard).toContain('0:1000'), { timeout: 10_000, interval: 5 });
    expect(heard).toContain('3:7');
    expect(heard.length).toBeLessThan(100);
  });

  it('come again after the server was away', async () => {
    await server.kill();
    a.hints.announce(0, 1);
    await server.restart();
    let position = 1;
    await vi.waitFor(
      () => {
        a.hints.announce(0, ++position);
        expect(heard.length).toBeGreaterThan(0);
      },
      { timeout: 10_000, interval: 20 },
    );
  });

  it('are not believed if they make no sense', async () => {
    const connection = await operator(server.url);
    for (const [subject, text] of [
      ['x', '1'],
      ['0', 'x'],
      ['0', ''],
      ['-1', '1'],
      ['1.5', '1'],
      ['0', '1e99'],
    ] as const)
      connection.publish(`scheduler.wake.my=20store=2E1.${subject}`, text);
    await connection.flush();
    a.hints.announce(0, 5);
    await hears('0:5');
    await connection.close();
  });

  it('end when they are not wanted any more', async () => {
    const all: number[] = [];
    const stop = b.hints.onHint((_, position) => all.push(position));
    a.hints.announce(0, 1);
    await hears('0:1');
    stop();
    a.hints.announce(0, 2);
    await hears('0:1', '0:2');
    expect(all).toEqual([1]);
  });
});
