import { isIPv6, type LookupFunction } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Millis } from '../../domain/instant.js';
import { acceptedEncodings } from './body.js';
import type { Headers } from './headers.js';
import type { Target } from './target.js';

export type Timeouts = {
  readonly connectMs: Millis;
  /** From the question for an address to the end of the headers. */
  readonly answerMs: Millis;
  /** Between two parts of a body. */
  readonly idleMs: Millis;
};

/** One question and one answer, on a connection of its own to an address that was checked. */
export type Exchange = { readonly answer: Dispatcher.ResponseData; end(): Promise<void> };

const userAgent = 'nexus-scheduler';

export const exchange = async (
  target: Target,
  method: 'GET' | 'POST',
  headers: Headers,
  body: string | undefined,
  signal: AbortSignal,
  timeouts: Timeouts,
): Promise<Exchange> => {
  const client = new Client(target.url.origin, {
    connect: { timeout: timeouts.connectMs, lookup: pinnedTo(target.addresses) },
    headersTimeout: timeouts.answerMs,
    bodyTimeout: timeouts.idleMs,
    pipelining: 0,
  });
  const end = () => client.destroy();
  try {
    const answer = await client.request({
      method,
      path: `${target.url.pathname}${target.url.search}`,
      headers: { 'user-agent': userAgent, ...headers, 'accept-encoding': acceptedEncodings },
      ...(body !== undefined && { body }),
      signal,
    });
    // Whoever ends an exchange hears of it where the body is read; without a reader nobody has to.
    answer.body.on('error', () => undefined);
    return { answer, end };
  } catch (error) {
    await end();
    throw error;
  }
};

/** A name must not lead elsewhere between the check and the connection: the connection gets what was checked. */
const pinnedTo =
  (addresses: readonly string[]): LookupFunction =>
  (_host, options, callback) => {
    const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    const [first] = found;
    if (options.all) callback(null, found);
    else if (first) callback(null, first.address, first.family);
    else callback(new Error('no address'), '', 4);
  };
