import { pipeline } from 'node:stream/promises';
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
/** Whoever takes this takes any file. */
const file = 'application/octet-stream';

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
      if (!takesStream && !accepts(accept, route.file ? file : json)) throw notAcceptable(route);
      const answer = await route.handle(askedOf(request, route, dependencies, takesStream));
      if (answer.content) return sendFile(reply, answer, answer.content, dependencies);
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

/** A file takes as long as its reader: one that takes nothing for a while is cut off, by the limit of idle connections. */
const sendFile = async (
  reply: FastifyReply,
  { status, headers }: Answer,
  content: AsyncIterable<Uint8Array>,
  { log }: HttpDependencies,
): Promise<FastifyReply> => {
  const all = { ...reply.getHeaders(), ...headers };
  reply.hijack();
  reply.raw.writeHead(status, all as Record<string, string>);
  // What breaks off is shorter than it says: that it is not whole is known to its reader.
  await pipeline(content, reply.raw).catch((error) => log.warn({ error }, 'a file could not be sent to its end'));
  return reply;
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

const notAcceptable = ({ produces, file: isFile }: Route): HttpError =>
  new HttpError(
    406,
    'NOT_ACCEPTABLE',
    `the answer is ${isFile ? 'a file, such as application/octet-stream' : json}${produces === undefined ? '' : ` or ${produces}`}`,
  );

export const peerOf = ({ headers, ip, socket }: FastifyRequest): Peer => ({ headers, address: ip, port: socket.localPort ?? 0 });
