import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SchedulerError } from '../../domain/errors.js';
import { accepts } from './accept.js';
import { serveConsole } from './console.js';
import { accessOf, allow, organizationOf } from './guard.js';
import { HttpError, internal, refusalOf } from './problem.js';
import { readPart } from './reading.js';
import type { Asked, Route } from './route.js';
import { changeRoutes } from './routes/changes.js';
import { jobRoutes } from './routes/jobs.js';
import { planRoutes } from './routes/plans.js';
import { recordRoutes } from './routes/records.js';
import type { HttpDependencies } from './service.js';
import { WrongTries } from './wrongTries.js';

export type HttpServer = {
  /** Where it is reached, such as `http://127.0.0.1:7070`. */
  readonly url: string;
  /** Answers what is under way, takes nothing more, and closes every connection. */
  close(): Promise<void>;
};

type Address = { readonly host: string; readonly port: number };

/** Jobs and their parameters are at most 256 KiB each way. */
const mostBodyBytes = 1_048_576;
const mostConnections = 2_000;
const requestMs = 30_000;
const headersMs = 10_000;
const idleMs = 70_000;
const handlerMs = 60_000;
const closeMs = 5_000;

const routes: readonly Route[] = [...jobRoutes, ...changeRoutes, ...recordRoutes, ...planRoutes];

/** Listens. Throws `NOT_AVAILABLE` naming the remedy where the address is not to be had. */
export const openHttp = async (dependencies: HttpDependencies, { host, port }: Address): Promise<HttpServer> => {
  if (!dependencies.keys.required && !isLoopback(host)) throw keysNeeded(host);
  const app = appOf(dependencies);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw notListening(error, host, port);
  }
  const address = app.server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, close: () => closing(app, dependencies) };
};

const appOf = (dependencies: HttpDependencies): FastifyInstance => {
  const { log } = dependencies;
  const app = fastify({
    bodyLimit: mostBodyBytes,
    requestTimeout: requestMs,
    connectionTimeout: idleMs,
    keepAliveTimeout: idleMs,
    handlerTimeout: handlerMs,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    routerOptions: { maxParamLength: 2_048 },
    http: { headersTimeout: headersMs, maxHeaderSize: 16_384 },
  });
  app.server.maxConnections = mostConnections;
  app.decorateRequest('access', null);
  readBodies(app);
  app.addHook('onRequest', async (_, reply) => void reply.headers(securityHeaders));
  app.setErrorHandler((error, _, reply) => {
    const refusal = refusalOf(error);
    if (!refusal) log.error({ error }, 'a request failed');
    const { problem, headers } = refusal ?? internal;
    return reply.code(problem.status).headers(headers).type('application/problem+json').send(JSON.stringify(problem));
  });
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
  serveConsole(app, dependencies.consoleDirectory);
  const wrongTries = new WrongTries(dependencies.clock);
  for (const route of routes) register(app, route, dependencies, wrongTries);
  return app;
};

/** JSON alone, as it was written: names such as `__proto__` are data like any other. */
const readBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (request.headers['content-encoding'] !== undefined && request.headers['content-encoding'] !== 'identity')
      return done(new HttpError(415, 'UNSUPPORTED_MEDIA_TYPE', 'send the body as it is, without Content-Encoding'));
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text));
    } catch (error) {
      const why = error instanceof Error ? error.message : 'it is not JSON';
      done(new HttpError(400, 'MALFORMED_JSON', `the body is not JSON: ${why.slice(0, 200)}`));
    }
  });
};

const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const register = (app: FastifyInstance, route: Route, dependencies: HttpDependencies, wrongTries: WrongTries): void => {
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    // Before the body is read: who may not ask need not send it.
    onRequest: async (request) => {
      const access = accessOf(peerOf(request), dependencies.keys, wrongTries);
      allow(access, route.scope);
      request.setDecorator('access', access);
    },
    handler: async (request, reply) => {
      if (!accepts(request.headers.accept, 'application/json'))
        throw new HttpError(406, 'NOT_ACCEPTABLE', 'the answer is application/json');
      return answer(reply, await route.handle(askedOf(request, route, dependencies)));
    },
  });
};

const askedOf = (request: FastifyRequest, route: Route, dependencies: HttpDependencies): Asked => {
  const access = request.getDecorator<Asked['access']>('access');
  const params = readPart(route.params, request.params, 'params');
  const query = readPart(route.query, request.query, 'query');
  const body = route.body === undefined && request.body === undefined ? undefined : readPart(route.body, bodyOf(request, route), 'body');
  const { organization: named } = Object(query);
  const organization = organizationOf(access, named);
  const jobs = dependencies.scheduler.onBehalfOf(access.name, organization);
  return { params, query, body, headers: request.headers, access, organization, jobs, dependencies };
};

const bodyOf = ({ body }: FastifyRequest, { bodyOptional }: Route): unknown => {
  if (body !== undefined || bodyOptional) return body;
  throw new HttpError(400, 'MALFORMED_JSON', 'a JSON body is needed');
};

const answer = (reply: FastifyReply, { status, body, headers = {} }: Awaited<ReturnType<Route['handle']>>): FastifyReply => {
  reply.code(status).headers(headers);
  return body === undefined ? reply.send() : reply.type('application/json').send(JSON.stringify(body));
};

const peerOf = ({ headers, ip, socket }: FastifyRequest) => ({ headers, address: ip, port: socket.localPort ?? 0 });

/** Another method may be what was meant. */
const notFound = ({ method, url }: FastifyRequest): HttpError => {
  const [path = ''] = url.split('?', 1);
  const allowed = routes.filter((route) => matches(route.path, path)).map((route) => route.method);
  if (allowed.length === 0) return new HttpError(404, 'NOT_FOUND', 'there is nothing here; /docs shows what there is');
  const all = [...new Set([...allowed, ...(allowed.includes('GET') ? ['HEAD'] : [])])].join(', ');
  return new HttpError(405, 'METHOD_NOT_ALLOWED', `${method.slice(0, 20)} is not for this; ${all} may be`, { headers: { allow: all } });
};

const matches = (pattern: string, path: string): boolean => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((part, i) => part === given[i] || (part.startsWith('{') && given[i] !== ''));
};

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

const keysNeeded = (host: string): SchedulerError =>
  new SchedulerError(
    'NOT_AVAILABLE',
    `HOST is ${host}, which others can reach, and there is no key: make one with \`nexus-scheduler keys create\`, or listen on 127.0.0.1`,
  );

const notListening = (error: unknown, host: string, port: number): unknown => {
  const { code } = Object(error);
  const why: { readonly [code: string]: string } = {
    EADDRINUSE: `port ${port} on ${host} is taken, perhaps by another service; choose another with PORT or --port, or do without with --no-http`,
    EACCES: `port ${port} may not be opened by this user; choose one above 1023 with PORT or --port`,
    EADDRNOTAVAIL: `${host} is no address of this machine; set HOST to one that is, such as 127.0.0.1`,
    ENOTFOUND: `HOST is ${host}, and nothing is known by that name; set it to an address of this machine, such as 127.0.0.1`,
  };
  const message = why[code];
  return message === undefined ? error : new SchedulerError('NOT_AVAILABLE', message, { cause: error });
};

/** Requests under way have a moment to end; then their connections are cut. */
const closing = async (app: FastifyInstance, { background }: HttpDependencies): Promise<void> => {
  const stop = background.after(closeMs, () => app.server.closeAllConnections(), 'keepAlive');
  try {
    await app.close();
  } finally {
    stop();
  }
};
