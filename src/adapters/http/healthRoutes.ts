import type { FastifyInstance } from 'fastify';
import { accepts } from './accept.js';
import { accessOf, allow } from './guard.js';
import type { Metrics } from './metrics.js';
import { HttpError } from './problem.js';
import { peerOf, type Registering } from './register.js';

/** For whoever keeps the service running. The first two tell nothing of anybody's jobs, and need no key. */
export const serveHealth = (
  app: FastifyInstance,
  { dependencies, wrongTries, metrics }: Pick<Registering, 'dependencies' | 'wrongTries'> & { readonly metrics: Metrics },
): void => {
  const { scheduler, keys } = dependencies;
  app.get('/healthz', async (_, reply) => reply.type('application/json').send(JSON.stringify({ status: 'ok' })));
  app.get('/readyz', async (_, reply) => {
    const { ready, reasons } = await scheduler.health();
    return reply
      .code(ready ? 200 : 503)
      .type('application/json')
      .send(JSON.stringify({ ready, reasons }));
  });
  app.get('/metrics', async (request, reply) => {
    const access = accessOf(peerOf(request), keys, wrongTries);
    allow(access, 'read');
    // What the node does, it does for all organizations.
    if (access.organization !== null) throw new HttpError(403, 'FORBIDDEN', 'this needs a key that is bound to no organization');
    if (!accepts(request.headers.accept, 'text/plain')) throw new HttpError(406, 'NOT_ACCEPTABLE', 'the answer is text/plain');
    return reply.type(metrics.contentType).send(await metrics.text());
  });
};
