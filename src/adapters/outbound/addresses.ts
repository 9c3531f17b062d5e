import ipaddr from 'ipaddr.js';

/** `local`: of a private network or this machine. `never`: not even a host that configuration allows by name may lead there. */
export type Reach = 'public' | 'local' | 'never';

/** Link-local addresses hold the credentials of cloud machines; the others are no single server. */
const never = new Set(['linkLocal', 'multicast', 'broadcast', 'unspecified']);
/** Where cloud providers answer with a machine's credentials, outside the link-local range. */
const metadata = new Set(['168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254']);
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Of an address as the URL parser or a resolver writes it. Whatever is not plainly public is not. */
export const reachOf = (address: string): Reach => {
  if (!ipaddr.isValid(address)) return 'never';
  const parsed = ipaddr.process(address);
  if (metadata.has(parsed.toString())) return 'never';
  const range = parsed.range();
  if (never.has(range)) return 'never';
  if (range !== 'unicast') return 'local';
  // Outside it are forms that carry an IPv4 address, and what was once site-local.
  return parsed instanceof ipaddr.IPv6 && !parsed.match(globalUnicast) ? 'local' : 'public';
};

/** Whether a host is an address and no name. The URL parser has brought every spelling of one into this form. */
export const isAddress = (host: string): boolean => ipaddr.isValid(host);
