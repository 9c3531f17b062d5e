import { OutboundRefused } from '../../application/ports/outbound.js';
import { type Headers, harmlessOf } from './headers.js';

export const mostRedirects = 5;

const followedBy = { GET: new Set([301, 302, 303, 307, 308]), POST: new Set([307, 308]) };

/** Where an answer sends the request; null where it is the answer. */
export const redirectOf = (method: 'GET' | 'POST', status: number, location: string | undefined, from: URL): string | null => {
  if (location === undefined || !followedBy[method].has(status)) return null;
  if (!URL.canParse(location, from.href)) throw new OutboundRefused(`${from.host} redirects to what is no URL`);
  const to = new URL(location, from);
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw new OutboundRefused(`${from.host} redirects from https to http, where others could read along`);
  return to.href;
};

export const headersFor = (headers: Headers, from: URL, to: URL): Headers => (from.origin === to.origin ? headers : harmlessOf(headers));
