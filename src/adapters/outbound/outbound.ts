import { lookup } from 'node:dns/promises';
import type { Background } from '../../application/ports/clock.js';
import {
  type Outbound,
  OutboundFailed,
  OutboundRefused,
  type OutboundRequest,
  type OutboundResponse,
} from '../../application/ports/outbound.js';
import { type AllowedHosts, allowedHosts } from './allowedHosts.js';
import { checkLength, decoded } from './body.js';
import { type Exchange, exchange, type Timeouts } from './exchange.js';
import { explained } from './failures.js';
import { checkedHeaders, type Headers, plainHeaders } from './headers.js';
import { headersFor, mostRedirects, redirectOf } from './redirects.js';
import { locate, parseTarget, type Resolve } from './target.js';

export type OutboundOptions = {
  /** Hosts of private networks that may be reached, as `host` or `host:port`. */
  readonly hosts: readonly string[];
  readonly background: Background;
  readonly resolve?: Resolve;
  readonly timeouts?: Partial<Timeouts>;
};

const usualTimeouts: Timeouts = { connectMs: 10_000, answerMs: 30_000, idleMs: 30_000 };
/** Answers without a body. */
const empty = new Set([204, 205, 304]);

const resolveByMachine: Resolve = async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/** Throws `INVALID_ARGUMENT` for hosts that are none. */
export const createOutbound = ({ hosts, background, resolve = resolveByMachine, timeouts }: OutboundOptions): Outbound =>
  new SafeOutbound(allowedHosts(hosts), background, resolve, { ...usualTimeouts, ...timeouts });

type Hop = { readonly url: URL; readonly headers: Headers; readonly exchange: Exchange };

class SafeOutbound implements Outbound {
  readonly #allowed: AllowedHosts;
  readonly #background: Background;
  readonly #resolve: Resolve;
  readonly #timeouts: Timeouts;
  readonly #closing = new AbortController();

  constructor(allowed: AllowedHosts, background: Background, resolve: Resolve, timeouts: Timeouts) {
    this.#allowed = allowed;
    this.#background = background;
    this.#resolve = resolve;
    this.#timeouts = timeouts;
  }

  async request(request: OutboundRequest): Promise<OutboundResponse> {
    const signal = AbortSignal.any([request.signal, this.#closing.signal]);
    let hop = await this.#hop(request, request.url, checkedHeaders(request.headers ?? {}), signal);
    for (let redirects = 0; ; redirects++) {
      const next = await endUnless(hop, () => redirectIn(request, hop));
      if (next === null) return endUnless(hop, () => answerOf(request, hop, signal));
      await hop.exchange.end();
      if (redirects === mostRedirects) throw new OutboundRefused(`${hop.url.host} redirects more than ${mostRedirects} times`);
      hop = await this.#hop(request, next, headersFor(hop.headers, hop.url, new URL(next)), signal);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new OutboundFailed('requests to other servers have ended: the scheduler stops'));
  }

  /** Checks where it leads, connects to what was checked, and waits for the headers. */
  async #hop({ method, body }: OutboundRequest, text: string, headers: Headers, signal: AbortSignal): Promise<Hop> {
    signal.throwIfAborted();
    const place = parseTarget(text, this.#allowed);
    const late = new AbortController();
    const inTime = AbortSignal.any([signal, late.signal]);
    const stop = this.#background.after(
      this.#timeouts.answerMs,
      () => late.abort(new OutboundFailed(`${place.url.host} did not answer in time`)),
      'keepAlive',
    );
    try {
      const target = await unlessAborted(locate(place, this.#allowed, this.#resolve), inTime);
      return { url: place.url, headers, exchange: await exchange(target, method, headers, body, inTime, this.#timeouts) };
    } catch (error) {
      throw explained(error, place.url.host, inTime);
    } finally {
      stop();
    }
  }
}

const redirectIn = ({ method, redirects }: OutboundRequest, { url, exchange: { answer } }: Hop): string | null =>
  redirects === 'return' ? null : redirectOf(method, answer.statusCode, plainHeaders(answer.headers).location, url);

const answerOf = ({ maxBytes }: OutboundRequest, { url, exchange: { answer, end } }: Hop, signal: AbortSignal): OutboundResponse => {
  const headers = plainHeaders(answer.headers);
  const hasBody = !empty.has(answer.statusCode);
  if (hasBody) checkLength(headers['content-length'], maxBytes, url.host);
  const read = async function* () {
    try {
      if (hasBody) yield* decoded(answer.body, headers['content-encoding'], maxBytes, url.host);
    } catch (error) {
      throw explained(error, url.host, signal);
    } finally {
      await end();
    }
  };
  return { url: url.href, status: answer.statusCode, headers, body: read(), discard: end };
};

/** Whatever is wrong with an answer, its connection is let go. */
const endUnless = async <T>(hop: Hop, read: () => T): Promise<T> => {
  try {
    return read();
  } catch (error) {
    await hop.exchange.end();
    throw error;
  }
};

/** A resolver cannot be stopped, but nobody has to wait for it. */
const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
