import { SchedulerError } from '../../domain/errors.js';

/** What configuration allows of a host: its private addresses, and where a port was named that port too. */
export type AllowedHosts = {
  /** Whether the host may be of a private network. */
  allows(host: string, port: number): boolean;
  /** Whether this very port was named. */
  names(host: string, port: number): boolean;
};

/** From `host`, `host:port` and `[address]:port`. Throws `INVALID_ARGUMENT` for what is none of them. */
export const allowedHosts = (entries: readonly string[]): AllowedHosts => {
  const hosts = new Set<string>();
  const places = new Set<string>();
  for (const entry of entries) {
    const { host, port } = parse(entry);
    if (port === null) hosts.add(host);
    else places.add(`${host}:${port}`);
  }
  const names = (host: string, port: number) => places.has(`${host}:${port}`);
  return { allows: (host, port) => hosts.has(host) || names(host, port), names };
};

const parse = (entry: string): { readonly host: string; readonly port: number | null } => {
  const bare = /^[^[\]]*:[^[\]]*:[^[\]]*$/.test(entry) ? `[${entry}]` : entry;
  // The default port of a protocol disappears from an URL: a port is one that either protocol shows.
  const [http, https] = [`http://${bare}`, `https://${bare}`].map((text) => (URL.canParse(text) ? new URL(text) : null));
  if (!http || !https || /[/?#@\s]/.test(bare))
    throw new SchedulerError('INVALID_ARGUMENT', `outboundHosts: ${JSON.stringify(entry)} is no host and no host:port`, {
      issues: [{ path: 'outboundHosts', message: 'must be hosts, as host or host:port' }],
    });
  const port = http.port || https.port;
  return { host: hostOf(http), port: port === '' ? null : Number(port) };
};

/** A host as it is compared and resolved: without brackets and without the dot that ends a full name. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
