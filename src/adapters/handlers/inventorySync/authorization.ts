import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { Services } from '../services.js';
import type { Source } from './schema.js';

/** The header that a secret makes. It is only made for the host that the secret belongs to: a page elsewhere is asked without. */
export const authorization = (
  { secrets }: Pick<Services, 'secrets'>,
  { auth, url: first }: Source,
  url: string,
): Record<string, string> => {
  if (!auth) return {};
  const secret = secrets.ofHost(auth.secret);
  if (!secret)
    throw new NonRetryableError(
      `source.auth names ${auth.secret}, which jobs may not use: SCHEDULER_SECRETS=${auth.secret}@HOST allows it`,
    );
  const { host } = new URL(url);
  if (host !== secret.host) {
    if (url !== first) return {};
    throw new NonRetryableError(`source.auth names ${auth.secret}, which is for ${secret.host} and not for ${host}`);
  }
  switch (auth.type) {
    case 'bearer':
      return { authorization: `Bearer ${secret.value}` };
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${auth.user}:${secret.value}`).toString('base64')}` };
    case 'header':
      return { [auth.name]: secret.value };
  }
};
