import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { accepts } from './accept.js';
import type { EventStreams } from './eventStreams.js';
import { accessOf, allow, organizationOf, type Peer } from './guard.js';
import { HttpError } from './problem.js';
import { readPart } from './reading.js';
import type { Answer, Asked, Route } from './route.js';
import type { HttpDependencies } from './service.js';
import type { WrongTries } from './wrongTries.js';

export type Registering = {
  readonly dependencies: HttpDependencies;
  readonly wrongTries: WrongTries;
  readonly streams: EventStreams;
};

const json = 'application/json';

/** Has the framework answer what the route declares. */
export const register = (app: FastifyInstance, route: Route, registering: Registering): void => {
  const { dependencies, wrongTries } = registering;
  const guarded = (request: FastifyRequest): Asked['access'] => {
    const access = accessOf(peerOf(request), dependencies.keys, wrongTries);
    allow(access, route.scope);
    return access;
  };
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    // Before the body is read: who may not ask need not send it.
    onRequest: async (request) => request.setDecorator('access', guarded(request)),
    handler: async (request, reply) => {
      const { accept = '' } = request.headers;
      const takesStream = route.produces !== undefined && request.method === 'GET' && accept.toLowerCase().includes(route.produces);
      if (!takesStream && !accepts(accept, json)) throw notAcceptable(route);
      const answer = await route.handle(askedOf(request, route, dependencies, takesStream));
      if (!answer.events) return send(reply, answer);
      registering.streams.check();
      await stream(reply, registering.streams, answer.events, () => isStill(() => guarded(request)));
      return reply;
    },
  });
};

const askedOf = (request: FastifyRequest, route: Route, dependencies: HttpDependencies, takesStream: boolean): Asked => {
  const access = request.getDecorator<Asked['access']>('access');
  const params = readPart(route.params, request.params, 'params');
  const query = readPart(route.query, request.query, 'query');
  const body = route.body === undefined && request.body === undefined ? undefined : readPart(route.body, bodyOf(request, route), 'body');
  const { organization: named } = Object(query);
  const organization = organizationOf(access, named);
  const jobs = dependencies.scheduler.onBehalfOf(access.name, organization);
  const { headers, signal } = request;
  return { params, query, body, headers, access, organization, jobs, signal, takesStream, dependencies };
};

const bodyOf = ({ body }: FastifyRequest, { bodyOptional }: Route): unknown => {
  if (body !== undefined || bodyOptional) return body;
  throw new HttpError(400, 'MALFORMED_JSON', 'a JSON body is needed');
};

const send = (reply: FastifyReply, { status, body, headers = {} }: Answer): FastifyReply => {
  reply.code(status).headers(headers);
  return body === undefined ? reply.send() : reply.type(json).send(JSON.stringify(body));
};

const stream = (
  reply: FastifyReply,
  streams: EventStreams,
  events: NonNullable<Answer['events']>,
  mayRead: () => boolean,
): Promise<void> => {
  const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };
  reply.hijack();
  reply.raw.writeHead(200, headers as Record<string, string>);
  return streams.send(reply.raw, events, mayRead);
};

/** A key that was withdrawn ends what it began. */
const isStill = (guarded: () => unknown): boolean => {
  try {
    guarded();
    return true;
  } catch {
    return false;
  }
};

const notAcceptable = ({ produces }: Route): HttpError =>
  new HttpError(406, 'NOT_ACCEPTABLE', `the answer is ${json}${produces === undefined ? '' : ` or ${produces}`}`);

export const peerOf = ({ headers, ip, socket }: FastifyRequest): Peer => ({ headers, address: ip, port: socket.localPort ?? 0 });
