import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { createOutbound, type OutboundOptions } from '../../../src/adapters/outbound/index.js';
import { background } from '../../../src/adapters/system/background.js';
import type { Outbound, OutboundRequest } from '../../../src/application/ports/outbound.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server on this machine, gone after the test. */
export type LocalServer = { readonly url: string; readonly place: string; readonly port: number; readonly connections: () => number };

const listening = (server: Server): Promise<LocalServer> =>
  new Promise((resolve) => {
    const open = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      closing.push(
        () =>
          new Promise<void>((done) => {
            for (const socket of open) socket.destroy();
            server.close(() => done());
          }),
      );
      resolve({ url: `http://127.0.0.1:${port}`, place: `127.0.0.1:${port}`, port, connections: () => open.size });
    });
  });

export const httpServer = (listener: RequestListener): Promise<LocalServer> => listening(createServer(listener));
export const tcpServer = (onSocket: (socket: Socket) => void): Promise<LocalServer> => listening(createTcpServer(onSocket));

export const outboundTo = (hosts: readonly string[], options: Partial<OutboundOptions> = {}): Outbound => {
  const outbound = createOutbound({ hosts, background, ...options });
  closing.push(() => outbound.close());
  return outbound;
};

export const get = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  url,
  method: 'GET',
  signal: new AbortController().signal,
  maxBytes: 1_000_000,
  ...more,
});

export const textOf = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};
