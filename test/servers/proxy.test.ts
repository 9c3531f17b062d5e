import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FaultyPath, startProxy } from './proxy.js';

let seen = '';
let upstream: Server;
let proxy: FaultyPath;
let client: Socket;
let received = '';

/** Answers every packet with the same in capitals. */
beforeEach(async () => {
  seen = received = '';
  upstream = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      seen += data;
      socket.write(`${data}`.toUpperCase());
    });
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const address = upstream.address();
  proxy = await startProxy(typeof address === 'object' && address ? address.port : 0);
  client = await dial();
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  upstream.close();
});

const dial = async (): Promise<Socket> => {
  const socket = connect(proxy.port, '127.0.0.1');
  socket
    .on('error', () => undefined)
    .on('data', (data) => {
      received += data;
    });
  await once(socket, 'connect');
  return socket;
};
const receives = async (text: string): Promise<void> => {
  while (received !== text) await once(client, 'data');
};
/** Bytes that pass at all have passed long before. */
const aMoment = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 50));

it('lets everything through', async () => {
  client.write('hello');
  await receives('HELLO');
});

it('cuts what is open and what comes, until it is healed', async () => {
  client.write('a');
  await receives('A');
  proxy.cut();
  await once(client, 'close');
  await once(await dial(), 'close');
  proxy.heal();
  client = await dial();
  client.write('b');
  await receives('AB');
});

it('holds bytes back without a word, and lets them through in order afterwards', async () => {
  client.write('a');
  await receives('A');
  proxy.hold();
  client.write('b');
  const late = await dial();
  await aMoment();
  expect([seen, received, late.destroyed]).toEqual(['a', 'A', false]);
  proxy.heal();
  client.write('c');
  await receives('ABC');
});

it('ends a connection in place of the reply to a chosen request, which the server has seen', async () => {
  proxy.loseReplies((request) => request.includes('x'));
  client.write('a');
  await receives('A');
  client.write('x');
  await once(client, 'close');
  expect([seen, received, proxy.lostReplies]).toEqual(['ax', 'A', 1]);
});

it('lets every packet take its time', async () => {
  proxy.slow(100);
  const startedAt = performance.now();
  client.write('a');
  await receives('A');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(195);
});

it('lets bytes through one by one', async () => {
  proxy.trickle(20);
  const startedAt = performance.now();
  client.write('abc');
  await receives('ABC');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(190);
});
