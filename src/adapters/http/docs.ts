import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { pagePolicy } from './console.js';

/** The description of the API for programs, and a page that makes it readable and lets one try it. */
export const serveDocs = async (app: FastifyInstance, document: { readonly [name: string]: unknown }): Promise<void> => {
  const text = JSON.stringify(document);
  app.get('/openapi.json', async (_, reply) => reply.type('application/json').send(text));
  await app.register(swagger, { mode: 'static', specification: { document: document as never } });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    transformStaticCSP: () => pagePolicy,
    uiConfig: { deepLinking: true, docExpansion: 'list' },
  });
};
