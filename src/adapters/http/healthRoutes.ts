import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { accepts } from './accept.js';
import { accessOf, allow } from './guard.js';
import type { Metrics } from './metrics.js';
import { HttpError } from './problem.js';
import { peerOf, type Registering } from './register.js';
import type { Answer, RouteDoc } from './route.js';

type Serving = Pick<Registering, 'dependencies' | 'wrongTries'> & { readonly metrics: Metrics };

/** Outside of the API, and for whoever keeps the service running. */
type HealthRoute = RouteDoc & {
  readonly method: 'GET';
  readonly handle: (request: FastifyRequest, serving: Serving) => Promise<Answer>;
};

const tag = 'service';
const method = 'GET';
const readiness = z
  .strictObject({ ready: z.boolean(), reasons: z.array(z.string()).describe('why not, such as `STORE_UNAVAILABLE`') })
  .meta({ id: 'Readiness' });

const healthz: HealthRoute = {
  method,
  path: '/healthz',
  scope: null,
  tag,
  summary: 'Whether the process answers',
  answers: { 200: { description: 'it does', schema: z.strictObject({ status: z.literal('ok') }) } },
  problems: [],
  handle: async () => ({ status: 200, body: { status: 'ok' } }),
};

const readyz: HealthRoute = {
  method,
  path: '/readyz',
  scope: null,
  tag,
  summary: 'Whether this node takes work and can record it',
  answers: { 200: { description: 'it does', schema: readiness }, 503: { description: 'not now', schema: readiness } },
  problems: [],
  handle: async (_, { dependencies: { scheduler } }) => {
    const { ready, reasons } = await scheduler.health();
    return { status: ready ? 200 : 503, body: { ready, reasons } };
  },
};

const plainText = 'text/plain';

const metrics: HealthRoute = {
  method,
  path: '/metrics',
  scope: 'read',
  tag,
  summary: 'What this node has done since it began, and how it is',
  description: 'Takes a key that is bound to no organization: what the node does, it does for all of them.',
  answers: { 200: { description: 'in the text format of Prometheus', schema: z.string(), mediaType: plainText } },
  problems: [401, 403, 406, 429],
  handle: async (request, { dependencies: { keys }, wrongTries, metrics }) => {
    const access = accessOf(peerOf(request), keys, wrongTries);
    allow(access, 'read');
    if (access.organization !== null) throw new HttpError(403, 'FORBIDDEN', 'this needs a key that is bound to no organization');
    if (!accepts(request.headers.accept, plainText)) throw new HttpError(406, 'NOT_ACCEPTABLE', `the answer is ${plainText}`);
    return { status: 200, body: await metrics.text(), headers: { 'content-type': metrics.contentType } };
  },
};

export const healthRoutes: readonly HealthRoute[] = [healthz, readyz, metrics];

/** Has the framework answer them, whatever else is asked for beside the path. */
export const serveHealth = (app: FastifyInstance, serving: Serving): void => {
  for (const { path, handle } of healthRoutes) app.get(path, async (request, reply) => send(reply, await handle(request, serving)));
};

const send = (reply: FastifyReply, { status, body, headers }: Answer): FastifyReply =>
  reply
    .code(status)
    .headers({ 'content-type': 'application/json', ...headers })
    .send(typeof body === 'string' ? body : JSON.stringify(body));
