import { connect, type NatsConnection } from 'nats';
import type { Background, Stop } from '../../application/ports/clock.js';
import { PublisherUnavailable } from '../../application/ports/publisher.js';
import type { Millis } from '../../domain/instant.js';
import { explained, isRefused } from './failures.js';
import { type Servers, serversOf } from './servers.js';

const connectTimeoutMs: Millis = 5_000;
const shortestPauseMs: Millis = 100;
const longestPauseMs: Millis = 5_000;
const reconnectMs: Millis = 250;
/** A server that is silent for so long is taken to be gone. */
const pingMs: Millis = 10_000;
const pingsUnanswered = 2;

/** A connection that comes back by itself, for ever. Whoever wants to use it while it is away is told so at once. */
export class Connection {
  readonly server: string;
  readonly #servers: Servers;
  readonly #name: string;
  readonly #background: Background;
  readonly #first: Promise<void>;
  readonly #onConnected: ((connection: NatsConnection) => void)[] = [];
  readonly #inUse = new Set<(fault: PublisherUnavailable) => void>();
  #connection: NatsConnection | null = null;
  #isUp = false;
  #losses = 0;
  #fault: PublisherUnavailable;
  #pauseMs = shortestPauseMs;
  #stopPause: Stop = () => undefined;
  #closed = false;

  constructor(url: string, name: string, background: Background) {
    this.#servers = serversOf(url);
    this.#name = name;
    this.#background = background;
    this.server = this.#servers.servers.join(', ');
    this.#fault = new PublisherUnavailable(`NATS at ${this.server} is not connected yet`);
    this.#first = this.#open();
  }

  /** Null while there is none. */
  get current(): NatsConnection | null {
    return this.#isUp ? this.#connection : null;
  }

  /** How often it was lost: what a server said before may be gone after it. */
  get losses(): number {
    return this.#losses;
  }

  /** Rejects with `PublisherUnavailable`, saying why, as soon as it is clear that there will be no answer. */
  async use<T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> {
    await this.#first;
    const connection = this.current;
    if (!connection) throw this.#fault;
    let lost: (fault: PublisherUnavailable) => void = () => undefined;
    const loss = new Promise<never>((_, reject) => {
      lost = reject;
    });
    this.#inUse.add(lost);
    try {
      return await Promise.race([work(connection), loss]);
    } finally {
      this.#inUse.delete(lost);
    }
  }

  /** Calls for the connection that is there, and for every one after it; a connection that comes back keeps its subscriptions. */
  onConnected(listener: (connection: NatsConnection) => void): void {
    this.#onConnected.push(listener);
    if (this.#connection) listener(this.#connection);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopPause();
    this.#lose(new PublisherUnavailable('the connection to NATS was closed'));
    await this.#connection?.close();
  }

  async #open(): Promise<void> {
    try {
      const connection = await connect({
        ...this.#servers,
        name: this.#name,
        timeout: connectTimeoutMs,
        maxReconnectAttempts: -1,
        reconnectTimeWait: reconnectMs,
        ignoreAuthErrorAbort: true,
        pingInterval: pingMs,
        maxPingOut: pingsUnanswered,
        noEcho: true,
        noAsyncTraces: true,
      });
      if (this.#closed) return await connection.close();
      this.#take(connection);
    } catch (error) {
      if (this.#closed) return;
      this.#fault = explained(error, this.server);
      this.#openLater();
    }
  }

  #take(connection: NatsConnection): void {
    this.#connection = connection;
    this.#isUp = true;
    this.#pauseMs = shortestPauseMs;
    void this.#watch(connection);
    for (const listener of this.#onConnected) listener(connection);
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type, data } of connection.status()) {
      if (type === 'disconnect') this.#lose(new PublisherUnavailable(`the connection to NATS at ${this.server} was lost`));
      else if (type === 'reconnect') this.#isUp = true;
      else if (type === 'error' && isRefused(data)) this.#lose(explained({ code: data, message: data }, this.server));
    }
    if (this.#closed) return;
    // The client has given up, which it does for reasons that a new connection may not have.
    this.#lose(new PublisherUnavailable(`the connection to NATS at ${this.server} was closed`));
    this.#connection = null;
    this.#openLater();
  }

  #lose(fault: PublisherUnavailable): void {
    this.#isUp = false;
    this.#losses++;
    this.#fault = fault;
    for (const lost of this.#inUse) lost(fault);
  }

  #openLater(): void {
    this.#stopPause = this.#background.after(this.#pauseMs, () => void this.#open());
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
  }
}
