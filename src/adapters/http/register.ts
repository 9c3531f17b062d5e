import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Background } from '../../application/ports/clock.js';
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

/** Longer than a run may be waited for. */
const answerMs = 60_000;
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
  const within = atMost(route.atOnce ?? Number.POSITIVE_INFINITY);
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    // Before the body is read: who may not ask need not send it.
    onRequest: async (request) => request.setDecorator('access', guarded(request)),
    handler: async (request, reply) => {
      const { accept = '' } = request.headers;
      const takesStream = route.produces !== undefined && request.method === 'GET' && accept.toLowerCase().includes(route.produces);
      if (!takesStream && !accepts(accept, route.file ? file : json)) throw notAcceptable(route);
      const handle = (signal: AbortSignal) => within(() => route.handle(askedOf(request, route, dependencies, takesStream, signal)));
      const answer = await inTime(dependencies.background, reply.raw, handle);
      if (answer.content) return sendFile(reply, answer, answer.content, dependencies);
      if (!answer.events) return send(reply, answer);
      registering.streams.check();
      await stream(reply, registering.streams, answer.events, () => isStill(() => guarded(request)));
      return reply;
    },
  });
};

/** Lets so many at once do something. */
const atMost = (most: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let underWay = 0;
  return async (work) => {
    if (underWay >= most)
      throw new HttpError(503, 'TOO_BUSY', `${most} of these are under way already; try again`, { headers: { 'retry-after': '2' } });
    underWay++;
    try {
      return await work();
    } finally {
      underWay--;
    }
  };
};

/** The framework's own limit is forgotten once a body has been read. The signal aborts when nobody waits any more. */
const inTime = <T>(background: Background, response: ServerResponse, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const ended = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) ended.abort();
    });
    const stop = background.after(answerMs, () => {
      ended.abort();
      reject(
        new HttpError(503, 'TOO_BUSY', 'the answer took too long; what was asked for may still happen', {
          headers: { 'retry-after': '1' },
        }),
      );
    });
    work(ended.signal).then(resolve, reject).finally(stop);
  });

const askedOf = (
  request: FastifyRequest,
  route: Route,
  dependencies: HttpDependencies,
  takesStream: boolean,
  signal: AbortSignal,
): Asked => {
  const access = request.getDecorator<Asked['access']>('access');
  const params = readPart(route.params, request.params, 'params');
  const query = readPart(route.query, request.query, 'query');
  const body = route.body === undefined && request.body === undefined ? undefined : readPart(route.body, bodyOf(request, route), 'body');
  const { organization: named } = Object(query);
  const organization = organizationOf(access, named);
  const jobs = dependencies.scheduler.onBehalfOf(access.name, organization);
  const { headers } = request;
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
