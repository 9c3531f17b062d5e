import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Address, isLoopback, keysNeeded, notListening } from './address.js';
import { createApp } from './app.js';
import { Connections } from './connections.js';
import type { HttpDependencies } from './service.js';

export type HttpServer = {
  /** Where it is reached, such as `http://127.0.0.1:7070`. */
  readonly url: string;
  /** Answers what is under way, takes nothing more, and closes every connection. */
  close(): Promise<void>;
};

const closeMs = 5_000;

/** Listens. Throws `NOT_AVAILABLE` naming the remedy where the address is not to be had, or others could reach it without a key. */
export const openHttp = async (dependencies: HttpDependencies, address: Address): Promise<HttpServer> => {
  if (!dependencies.keys.required && !isLoopback(address.host)) throw keysNeeded(address.host);
  const app = await createApp(dependencies);
  const connections = new Connections(app.server);
  try {
    await app.listen({ host: address.host, port: address.port });
  } catch (error) {
    await app.close();
    throw notListening(error, address);
  }
  return { url: urlOf(app.server.address() as AddressInfo), close: () => closing(app, connections, dependencies) };
};

const urlOf = ({ family, address, port }: AddressInfo): string => `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;

/** Requests under way have a moment to end; then their connections are cut. */
const closing = async (app: FastifyInstance, connections: Connections, { background }: HttpDependencies): Promise<void> => {
  const stop = background.after(closeMs, () => app.server.closeAllConnections(), 'keepAlive');
  try {
    const closed = app.close();
    connections.end();
    await closed;
  } finally {
    stop();
  }
};
