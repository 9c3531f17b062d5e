import { z } from 'zod';
import { route } from '../route.js';
import { node } from '../schemas.js';
import { inOrganization } from './inputs.js';

const nodes = route({
  method: 'GET',
  path: '/api/v1/nodes',
  scope: 'read',
  tag: 'service',
  summary: 'The live nodes, and the handlers they have',
  query: inOrganization,
  answers: { 200: { description: 'the nodes', schema: z.strictObject({ items: z.array(node) }) } },
  problems: [],
  handle: async ({ dependencies: { scheduler } }) => ({ status: 200, body: { items: await scheduler.nodes() } }),
});

const access = route({
  method: 'GET',
  path: '/api/v1/access',
  scope: 'read',
  tag: 'service',
  summary: 'What the key of this request allows',
  query: inOrganization,
  answers: {
    200: {
      description: 'who asks',
      schema: z.strictObject({
        name: z.string().nullable().describe('of the key'),
        scope: z.enum(['read', 'operate', 'admin']),
        organization: z.string().nullable().describe('null: all of them'),
        keyRequired: z.boolean(),
        version: z.string().describe('of the service'),
      }),
    },
  },
  problems: [],
  handle: async ({ access: { name = null, scope, organization }, dependencies: { keys, version } }) => ({
    status: 200,
    body: { name, scope, organization, keyRequired: keys.required, version },
  }),
});

export const nodeRoutes = [nodes, access];
