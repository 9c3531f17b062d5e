import { OutboundRefused } from '../../application/ports/outbound.js';
import { isAddress, reachOf } from './addresses.js';
import { type AllowedHosts, hostOf } from './allowedHosts.js';
import { isWebPort } from './ports.js';

/** A place that may be connected to: only at these addresses. */
export type Target = { readonly url: URL; readonly host: string; readonly addresses: readonly string[] };

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const longestUrl = 8_192;

/** Parses an URL and refuses what is wrong without asking anybody. */
export const parseTarget = (text: string, allowed: AllowedHosts): Omit<Target, 'addresses'> => {
  if (text.length > longestUrl) throw new OutboundRefused(`the URL is longer than ${longestUrl} characters`);
  if (!URL.canParse(text)) throw new OutboundRefused('that is no URL: it must look like https://host/path');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new OutboundRefused(`only http and https are spoken, not ${url.protocol.slice(0, -1)}`);
  if (url.username !== '' || url.password !== '')
    throw new OutboundRefused('an URL must not carry a user or password: give them as authorization');
  const host = hostOf(url);
  const port = portOf(url);
  if (!isWebPort(port) && !allowed.names(host, port))
    throw new OutboundRefused(`port ${port} is not one of web servers: allow ${host}:${port} in outboundHosts`);
  return { url, host };
};

/** Finds the addresses of a host and refuses it unless every one of them is allowed. */
export const locate = async ({ url, host }: Omit<Target, 'addresses'>, allowed: AllowedHosts, resolve: Resolve): Promise<Target> => {
  const addresses = isAddress(host) ? [host] : await resolve(host);
  const isLocalAllowed = allowed.allows(host, portOf(url));
  for (const address of addresses) {
    const reach = reachOf(address);
    if (reach === 'public' || (isLocalAllowed && (reach === 'local' || address === host))) continue;
    throw new OutboundRefused(
      reach === 'never' && isLocalAllowed
        ? `${host} leads to ${address}, which no name may lead to`
        : `${host} is of this machine or a private network: allow it in outboundHosts`,
    );
  }
  return { url, host, addresses };
};

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));
