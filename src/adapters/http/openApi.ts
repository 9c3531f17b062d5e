import { z } from 'zod';
import type { AnswerDoc, Route, RouteDoc } from './route.js';
import { problem } from './schemas.js';

type Json = { readonly [name: string]: unknown };

const descriptions: { readonly [status: number]: string } = {
  400: 'the input is wrong; `issues` says where',
  401: 'a key is needed, or this one is not known',
  403: 'the key does not allow this',
  404: 'there is no such thing in this organization, or no such organization for this key',
  406: 'none of the media types asked for',
  409: 'the state of the job does not allow this',
  410: 'the job was deleted meanwhile',
  412: 'the job is not at this version',
  413: 'the body is larger than 1 MiB',
  415: 'the body is not JSON as it is',
  429: 'too many wrong keys from this address; try again later',
  503: 'not now; try again',
  504: 'it took too long; it goes on',
};
/** What any route of the API may answer with. */
const usual = [400, 401, 403, 404, 406, 429, 503];
const withBody = [413, 415];

/** OpenAPI 3.1, made of what the server registers: it cannot say anything else than what is there. */
export const openApiOf = (routes: readonly Route[], healthRoutes: readonly RouteDoc[], version: string): Json => {
  const schemas: Record<string, unknown> = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const { $schema, $defs = {}, ...made } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [name, definition] of Object.entries($defs)) schemas[name] = relinked(definition);
    return relinked(made) as Json;
  };
  schemaOf(problem, 'output');
  const paths: Record<string, Json> = {};
  const add = (route: RouteDoc, problems: readonly number[]): void => {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, problems, schemaOf) };
  };
  for (const route of routes) add(route, [...usual, ...(route.body ? withBody : []), ...route.problems]);
  for (const route of healthRoutes) add(route, route.problems);
  return {
    openapi: '3.1.0',
    info: {
      title: 'nexus-scheduler',
      version,
      description: 'Schedules jobs, runs them, and explains every run. Errors are problems of RFC 9457 with a stable `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: ['jobs', 'executions', 'schedules', 'events', 'service'].map((name) => ({ name })),
    security: [{ key: [] }, {}],
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'Made by `nexus-scheduler keys create`. Where no key is configured none is needed.',
        },
      },
      responses: Object.fromEntries(
        Object.entries(descriptions).map(([status, description]) => [
          `Problem${status}`,
          { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
        ]),
      ),
      schemas,
    },
  };
};

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => Json;

const operationOf = (route: RouteDoc, problems: readonly number[], schemaOf: SchemaOf): Json => {
  const { method, path, summary, description, tag, scope, answers, params, query, headers, body, bodyDoc, bodyOptional } = route;
  const codes = [...new Set(problems)].filter((code) => !(code in answers)).sort();
  const key = scope === null ? 'Needs no key.' : `Needs a key of scope \`${scope}\`.`;
  return {
    operationId: operationIdOf(method, path),
    tags: [tag],
    summary,
    description: `${description ? `${description}\n\n` : ''}${key}`,
    ...(scope === null && { security: [] }),
    parameters: [
      ...parametersOf(params, 'path', schemaOf),
      ...parametersOf(query, 'query', schemaOf),
      ...parametersOf(headers, 'header', schemaOf),
    ],
    ...(body && {
      requestBody: { required: bodyOptional !== true, content: { 'application/json': { schema: schemaOf(bodyDoc ?? body, 'input') } } },
    }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, doc]) => [status, answerOf(route, doc, schemaOf)])),
      ...Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/responses/Problem${code}` }])),
    },
  };
};

const answerOf = (
  { produces, file }: RouteDoc,
  { description, schema, mediaType = 'application/json' }: AnswerDoc,
  schemaOf: SchemaOf,
): Json => ({
  description,
  ...(file && { content: { 'application/octet-stream': {} } }),
  ...(schema && {
    content: {
      [mediaType]: { schema: schemaOf(schema, 'output') },
      ...(produces !== undefined && { [produces]: { schema: { type: 'string' } } }),
    },
  }),
});

const parametersOf = (shape: RouteDoc['query'], place: 'path' | 'query' | 'header', schemaOf: SchemaOf): readonly Json[] =>
  Object.entries(shape?.shape ?? {}).map(([name, field]) => {
    const { description, asNumber, ...text } = schemaOf(field as z.ZodType, 'input');
    const schema = asNumber ?? text;
    const required = place === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required, ...(description !== undefined && { description }), schema };
  });

/** `PUT /api/v1/jobs/{name}` is `putJobsName`. */
const operationIdOf = (method: string, path: string): string =>
  [method.toLowerCase(), ...path.replace(/^(\/api\/v1)?\//, '').split('/')]
    .map((part) => part.replaceAll(/[{}]/g, ''))
    .flatMap((part) => part.split('-'))
    .map((part, i) => (i === 0 ? part : part[0]?.toUpperCase() + part.slice(1)))
    .join('');

/** Definitions stand in one place of the document, and not beside each schema that uses them. A format says enough without its pattern. */
const relinked = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(relinked);
  if (typeof value !== 'object' || value === null) return value;
  const said = Object.entries(value).filter(([name]) => name !== 'pattern' || !('format' in value));
  return Object.fromEntries(
    said.map(([name, inner]) =>
      name === '$ref' && typeof inner === 'string' ? [name, inner.replace('#/$defs/', '#/components/schemas/')] : [name, relinked(inner)],
    ),
  );
};
