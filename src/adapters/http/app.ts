import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { serveConsole } from './console.js';
import { serveDocs } from './docs.js';
import { EventStreams } from './eventStreams.js';
import { healthRoutes, serveHealth } from './healthRoutes.js';
import { createMetrics } from './metrics.js';
import { openApiOf } from './openApi.js';
import { HttpError } from './problem.js';
import { refuse, refuseConnection, securityHeaders } from './refuse.js';
import { register } from './register.js';
import type { Route } from './route.js';
import { changeRoutes } from './routes/changes.js';
import { eventRoutes } from './routes/events.js';
import { jobRoutes } from './routes/jobs.js';
import { nodeRoutes } from './routes/nodes.js';
import { planRoutes } from './routes/plans.js';
import { recordRoutes } from './routes/records.js';
import type { HttpDependencies } from './service.js';
import { WrongTries } from './wrongTries.js';

/** Jobs and their parameters are at most 256 KiB each way. */
const mostBodyBytes = 1_048_576;
const mostHeaderBytes = 16_384;
const mostConnections = 2_000;
const headersMs = 10_000;
const requestMs = 30_000;
const idleMs = 70_000;

export const routes: readonly Route[] = [...jobRoutes, ...changeRoutes, ...recordRoutes, ...planRoutes, ...eventRoutes, ...nodeRoutes];

/** Everything that is answered, before anybody listens. */
export const createApp = async (dependencies: HttpDependencies): Promise<FastifyInstance> => {
  const { log, scheduler, version, clock, background } = dependencies;
  const app = fastify({
    bodyLimit: mostBodyBytes,
    requestTimeout: requestMs,
    connectionTimeout: idleMs,
    keepAliveTimeout: idleMs,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    routerOptions: { maxParamLength: 2_048 },
    http: { headersTimeout: headersMs, maxHeaderSize: mostHeaderBytes },
    frameworkErrors: (error, _, reply) => refuse(error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? nothingHere() : error, reply, log),
    clientErrorHandler: refuseConnection,
  });
  app.server.maxConnections = mostConnections;
  const streams = new EventStreams(background);
  const wrongTries = new WrongTries(clock);
  const metrics = createMetrics(scheduler, version, () => streams.size);
  app.addHook('preClose', async () => streams.closeAll());
  app.addHook('onClose', async () => metrics.close());
  app.addHook('onRequest', async (_, reply) => void reply.headers(securityHeaders));
  app.addHook('onResponse', async (request, { statusCode, elapsedTime }) =>
    metrics.request(request.method, request.routeOptions.url ?? 'none', statusCode, elapsedTime / 1_000),
  );
  app.decorateRequest('access', null);
  readBodies(app);
  app.setErrorHandler((error, _, reply) => refuse(error, reply, log));
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
  for (const route of routes) register(app, route, { dependencies, wrongTries, streams });
  serveHealth(app, { dependencies, wrongTries, metrics });
  await serveDocs(app, () => openApiOf(routes, healthRoutes, version));
  await serveConsole(app, dependencies.consoleDirectory);
  await app.ready();
  return app;
};

/** JSON alone, as it was written: names such as `__proto__` are data like any other. */
const readBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    const { 'content-encoding': encoding = 'identity' } = request.headers;
    if (encoding !== 'identity')
      return done(new HttpError(415, 'UNSUPPORTED_MEDIA_TYPE', 'send the body as it is, without Content-Encoding'));
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text));
    } catch (error) {
      const why = error instanceof Error ? error.message : '';
      done(new HttpError(400, 'MALFORMED_JSON', `the body is not JSON: ${why.slice(0, 200)}`));
    }
  });
};

/** Another method may be what was meant. Where it is the right one, a part of the path is longer than that of anything there is. */
const notFound = ({ method, url }: FastifyRequest): HttpError => {
  const [path = ''] = url.split('?', 1);
  const methods = routes.filter((route) => matches(route.path, path)).map((route) => route.method);
  const allowed: readonly string[] = [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])])];
  if (allowed.length === 0 || allowed.includes(method)) return nothingHere();
  const all = allowed.join(', ');
  return new HttpError(405, 'METHOD_NOT_ALLOWED', `${method.slice(0, 20)} is not for this; ${all} may be`, { headers: { allow: all } });
};

const nothingHere = (): HttpError => new HttpError(404, 'NOT_FOUND', 'there is nothing here; /docs shows what there is');

const matches = (pattern: string, path: string): boolean => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((part, i) => part === given[i] || (part.startsWith('{') && given[i] !== ''));
};
