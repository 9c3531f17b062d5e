import type { IncomingHttpHeaders } from 'node:http';
import { type Access, type ApiKeys, type Scope, scopes } from '../../application/ports/apiKeys.js';
import { HttpError } from './problem.js';
import type { WrongTries } from './wrongTries.js';

const challenge = { 'www-authenticate': 'Bearer realm="nexus-scheduler"' };

/** Without keys, whoever reaches the loopback interface may do everything: on the machine of one person that is that person. */
const everything: Access = { scope: 'admin', organization: null };

export type Peer = { readonly headers: IncomingHttpHeaders; readonly address: string; readonly port: number };

/** Who asks. Throws where a key is needed and there is none, or where a browser was led here by a page from elsewhere. */
export const accessOf = ({ headers, address, port }: Peer, keys: ApiKeys, wrongTries: WrongTries): Access => {
  if (!keys.required) {
    fromHere(headers, port);
    return everything;
  }
  const { authorization } = headers;
  if (authorization === undefined) throw new HttpError(401, 'UNAUTHORIZED', missing, { headers: challenge });
  const [, token] = /^bearer +([\w~+/.=-]{1,512})$/i.exec(authorization) ?? [];
  const access = token === undefined ? null : keys.find(token);
  if (access) return access;
  wrongTries.count(address);
  throw new HttpError(401, 'UNAUTHORIZED', 'this key is not known here, or no longer', { headers: challenge });
};

const missing = 'a key is needed: send it as `Authorization: Bearer KEY`; `nexus-scheduler keys create` makes one';

export const allow = (access: Access, needed: Scope): void => {
  if (scopes.indexOf(access.scope) < scopes.indexOf(needed))
    throw new HttpError(403, 'FORBIDDEN', `this needs a key of scope "${needed}", and this one is of scope "${access.scope}"`);
};

/**
 * The organization that is meant; null where none is named, and the key is bound to none. Another than that of the key is not found: whether
 * there is one is not for its holder to know.
 */
export const organizationOf = ({ organization: bound }: Access, named: string | undefined): string | null => {
  if (bound === null) return named ?? null;
  if (named !== undefined && named !== bound) throw new HttpError(404, 'NOT_FOUND', `there is no organization "${named}" for this key`);
  return bound;
};

/**
 * Without keys a browser is the way in for strangers: a page from anywhere can make it send requests to this machine, or read the answers
 * under a name of its own that resolves to it. The first shows in Origin, the second in Host.
 */
const fromHere = ({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders, port: number): void => {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
  if (!hosts.includes((host ?? '').toLowerCase()))
    throw new HttpError(403, 'HOST_NOT_ALLOWED', `without keys this service answers to ${hosts.join(', ')} alone`);
  const isOther = origin !== undefined && !hosts.some((name) => origin.toLowerCase() === `http://${name}`);
  if (isOther || site === 'cross-site' || site === 'same-site')
    throw new HttpError(403, 'FORBIDDEN', 'without keys this service answers no pages from elsewhere');
};
