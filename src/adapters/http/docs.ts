import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { pagePolicy } from './console.js';

type Document = { readonly [name: string]: unknown };

/** In its place until somebody asks: a start need not wait for what few read. */
const placeholder = { openapi: '3.1.0' as const, info: { title: 'nexus-scheduler', version: '' }, paths: {} };

/** The description of the API for programs, and a page that makes it readable and lets one try it. */
export const serveDocs = async (app: FastifyInstance, describe: () => Document): Promise<void> => {
  let described: { readonly document: Document; readonly text: string } | null = null;
  const description = () => {
    if (described) return described;
    const document = describe();
    described = { document, text: JSON.stringify(document) };
    return described;
  };
  app.get('/openapi.json', async (_, reply) => reply.type('application/json').send(description().text));
  await app.register(swagger, { mode: 'static', specification: { document: placeholder } });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    transformStaticCSP: () => pagePolicy,
    transformSpecification: () => description().document,
    transformSpecificationClone: false,
    uiConfig: { deepLinking: true, docExpansion: 'list' },
  });
};
