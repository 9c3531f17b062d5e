import { type NatsConnection, RetentionPolicy, StorageType } from 'nats';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Nats } from '../../../src/adapters/nats/index.js';
import type { Outgoing } from '../../../src/application/ports/publisher.js';
import { describeOnNats, type NatsServer } from '../../servers/nats.js';
import { open, operator, readStream } from './client.js';

const event = (partition: number, n: number, job = 'report'): Outgoing => ({
  id: `commit-${partition}-${n}.0`,
  sequence: `${partition}:${n}:0`,
  subject: `scheduler.events.acme.ExecutionStarted.${job}`,
  body: '{}',
});

describeOnNats('the streams', 'ours', (start) => {
  let server: NatsServer;
  let connection: NatsConnection;
  let nats: Nats;
  beforeEach(async () => {
    server = await start();
    connection = await operator(server.url);
    nats = open(server.url);
  });
  afterEach(async () => {
    await Promise.all([nats.close(), connection.close()]);
    await server.stop();
  });

  const manager = () => connection.jetstreamManager();

  it('are created as promised', async () => {
    await nats.publisher.prepare(0);
    const { config } = await (await manager()).streams.info('SCHEDULER_EVENTS');
    expect(config).toMatchObject({
      subjects: ['scheduler.events.>'],
      storage: 'file',
      retention: 'limits',
      duplicate_window: 600 * 1e9,
      max_age: 0,
      max_bytes: -1,
    });
  });

  it('may have limits and other things of the operator', async () => {
    const { streams } = await manager();
    const limits = { max_age: 3_600 * 1e9, max_bytes: 50_000_000, description: 'ours', duplicate_window: 1_200 * 1e9, allow_direct: true };
    await streams.add({ name: 'SCHEDULER_EVENTS', subjects: ['scheduler.events.>'], ...limits });
    await nats.publisher.prepare(0);
    expect((await streams.info('SCHEDULER_EVENTS')).config).toMatchObject(limits);
  });

  it('are refused, and left alone, where they are not fit', async () => {
    const { streams } = await manager();
    const { config } = await streams.add({
      name: 'SCHEDULER_EVENTS',
      subjects: ['scheduler.>'],
      storage: StorageType.Memory,
      retention: RetentionPolicy.Workqueue,
      duplicate_window: 60 * 1e9,
      deny_purge: true,
    });
    const refusal = await nats.publisher.prepare(0).catch((error: Error) => error.message);
    expect(refusal).toContain('stream SCHEDULER_EVENTS: subjects is ["scheduler.>"] instead of ["scheduler.events.>"]');
    for (const field of ['storage', 'retention', 'duplicate_window', 'deny_purge']) expect(refusal).toContain(field);
    expect((await streams.info('SCHEDULER_EVENTS')).config).toEqual(config);
  });

  it('are refused where another stream has their subjects', async () => {
    await (await manager()).streams.add({ name: 'ALL', subjects: ['scheduler.events.acme.>'] });
    await expect(nats.publisher.prepare(0)).rejects.toThrow(/refused: subjects overlap with an existing stream/);
  });

  it('are one for each partition, with the same subjects in all', async (test) => {
    if (/^[01]\.|^2\.[0-9]\./.test(connection.info?.version ?? ''))
      test.skip(`nats-server ${connection.info?.version} cannot rename subjects`);
    const several = open(server.url, { partitions: 3 });
    for (const partition of [0, 1, 2]) await several.publisher.prepare(partition);
    for (const partition of [0, 1, 2]) {
      const events = [event(partition, 1), event(partition, 2, 'other'), event(partition, 3)];
      await several.publisher.publish(partition, events, 0);
    }
    const deletion = { ...event(1, 4), subject: 'scheduler.events.acme.JobDeleted.report' };
    await several.publisher.publish(1, [deletion], 3);
    await several.publisher.purge(1, 'scheduler.events.acme.*.report', deletion.subject);
    expect((await readStream(connection, 'SCHEDULER_EVENTS_0')).map((m) => m.subject)).toEqual([
      'scheduler.events.acme.ExecutionStarted.report',
      'scheduler.events.acme.ExecutionStarted.other',
      'scheduler.events.acme.ExecutionStarted.report',
    ]);
    expect((await readStream(connection, 'SCHEDULER_EVENTS_1')).map((m) => m.sequence)).toEqual(['1:2:0', '1:4:0']);
    expect(await several.publisher.standing(2)).toEqual({ streamSequence: 3, last: { id: 'commit-2-3.0', sequence: '2:3:0' } });
    await several.close();
  });

  it('may hold messages of others, which are passed over', async () => {
    await nats.publisher.prepare(0);
    const intruder = connection.jetstream();
    await intruder.publish('scheduler.events.not.ours', 'x');
    expect(await nats.publisher.standing(0)).toEqual({ streamSequence: 1, last: null });
    await nats.publisher.publish(0, [event(0, 1)], 1);
    const { streams } = await manager();
    for (let i = 0; i < 20; i++) await intruder.publish('scheduler.events.not.ours', 'x');
    for (const gap of [5, 6, 22]) await streams.deleteMessage('SCHEDULER_EVENTS', gap);
    expect(await nats.publisher.standing(0)).toEqual({ streamSequence: 22, last: { id: 'commit-0-1.0', sequence: '0:1:0' } });
    expect(await nats.publisher.publish(0, [event(0, 2)], 22)).toEqual({ outcome: 'published', streamSequence: 23 });
  });

  it('are not searched for ever for a message of ours', async () => {
    await nats.publisher.prepare(0);
    await nats.publisher.publish(0, [event(0, 1)], 0);
    await Promise.all(Array.from({ length: 150 }, () => connection.jetstream().publish('scheduler.events.not.ours', 'x')));
    await expect(nats.publisher.standing(0)).rejects.toThrow(/ends with messages that are not the scheduler's/);
  });

  it('do not take again what the server remembers, and say so', async () => {
    await nats.publisher.prepare(0);
    await nats.publisher.publish(0, [event(0, 1), event(0, 2)], 0);
    await (await manager()).streams.deleteMessage('SCHEDULER_EVENTS', 2);
    await nats.publisher.standing(0);
    await expect(nats.publisher.publish(0, [event(0, 1)], 2)).rejects.toThrow(/took event commit-0-1.0 before, as message 1/);
  });
});

describeOnNats('a server that takes small messages only', 'ours', (start) => {
  it('is refused', async () => {
    const server = await start('jetstream {}\nmax_payload: 100000');
    const { publisher, close } = open(server.url);
    await expect(publisher.prepare(0)).rejects.toThrow(/max_payload is 100000 instead of at least 1048576/);
    await close();
    await server.stop();
  });
});
