import { SchedulerError } from '../../domain/errors.js';

export type Servers = {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  readonly tls?: Record<string, never>;
};

/**
 * Reads `nats://[user:password@|token@]host[:port]`, or several of these with commas in between; `tls://` asks for encryption.
 * Throws `INVALID_ARGUMENT`, without the credentials, for anything else.
 */
export const serversOf = (url: string): Servers => {
  const urls = url.split(',').map((part) => parse(part.trim()));
  const [first] = urls;
  const secret = first && {
    ...(first.password !== '' && { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }),
    ...(first.password === '' && first.username !== '' && { token: decodeURIComponent(first.username) }),
  };
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
    ...secret,
    ...(urls.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
  };
};

const parse = (text: string): URL => {
  try {
    const url = new URL(text.includes('://') ? text : `nats://${text}`);
    if (['nats:', 'tls:'].includes(url.protocol) && url.hostname !== '') return url;
  } catch {}
  const message = 'must be nats://host:port, or several of these with commas in between';
  throw new SchedulerError('INVALID_ARGUMENT', `the address of NATS ${message}`, { issues: [{ path: 'nats', message }] });
};
