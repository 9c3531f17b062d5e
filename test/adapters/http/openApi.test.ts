import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routes } from '../../../src/adapters/http/app.js';
import { healthRoutes } from '../../../src/adapters/http/healthRoutes.js';
import { jobDefinition } from '../../../src/adapters/http/schemas.js';
import type { JobInput } from '../../../src/bootstrap/index.js';
import { begin, hourly, openScheduler } from '../../application/opened.js';
import { openService } from './service.js';

// biome-ignore lint/suspicious/noExplicitAny: the document is looked at as whoever reads it does
const documentOf = async (): Promise<any> => (await (await openService()).call('GET', '/openapi.json')).body;

/** Every reference in it. */
const referencesIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (name === '$ref' ? [String(inner)] : referencesIn(inner)));
};

describe('the description of the API', () => {
  it('has every route that there is, and no other', async () => {
    const { openapi, info, paths } = await documentOf();
    expect([openapi, info.version]).toEqual(['3.1.0', '1.2.3']);
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual([...routes, ...healthRoutes].map(({ method, path }) => `${method} ${path}`).sort());
  });

  it('refers to nothing that it does not have, and is a document of OpenAPI 3.1', async () => {
    const document = await documentOf();
    const found = (reference: string): unknown =>
      reference
        .slice(2)
        .split('/')
        .reduce((at, part) => Object(at)[part], document);
    for (const reference of new Set(referencesIn(document)))
      expect([reference, found(reference) === undefined]).toEqual([reference, false]);
    const ids = Object.values(document.paths).flatMap((path) => Object.values(path as object).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(routes.length + healthRoutes.length);
    for (const [path, methods] of Object.entries(document.paths))
      for (const operation of Object.values(methods as object)) {
        const inPath = operation.parameters.filter((parameter: { in: string }) => parameter.in === 'path');
        expect(inPath.map(({ name, required }: { name: string; required: boolean }) => [name, required])).toEqual(
          [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, true]),
        );
        expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
        for (const parameter of operation.parameters) expect([parameter.name, typeof parameter.schema]).toEqual([parameter.name, 'object']);
      }
    // Schemas are read by whoever knows JSON Schema.
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      const rooted = JSON.parse(
        JSON.stringify({ ...(schema as object), $defs: document.components.schemas }).replaceAll('#/components/schemas/', '#/$defs/'),
      );
      expect([name, () => z.fromJSONSchema(rooted)]).toSatisfy(([, read]) => Boolean(read()));
    }
  });

  it('has what says how the service is, which needs no key but for the metrics', async () => {
    const service = await openService();
    const { paths } = (await service.call('GET', '/openapi.json')).body;
    for (const { path, answers } of healthRoutes) {
      const { status, headers, body } = await service.call('GET', path);
      expect([path, answers[status]?.schema?.safeParse(body).error]).toEqual([path, undefined]);
      const [mediaType = ''] = headers.get('content-type')?.split(';') ?? [];
      const { responses, security } = paths[path].get;
      expect([path, Object.keys(responses[status].content), security]).toEqual([path, [mediaType], path === '/metrics' ? undefined : []]);
    }
  });

  it('names every field that a job may have, as the scheduler takes it', async () => {
    const { scheduler } = openScheduler();
    const whole: { readonly [field in Exclude<keyof JobInput, 'handler'>]-?: unknown } = {
      jobName: 'a',
      jobType: 'pdf',
      schedule: { ...hourly, timezone: 'UTC', startAt: begin.toISOString(), maxRuns: 3, jitter: 1_000, exclude: ['2026-03-03'] },
      parameters: { a: 1 },
      priority: 'high',
      maxAttempts: 2,
      organization: 'default',
      timeout: 1_000,
      backoff: { type: 'constant', delay: 1 },
      overlap: 'allow',
      misfire: { policy: 'all', max: 3 },
      isolation: 'inline',
      tags: ['a'],
      description: 'x',
      enabled: true,
      retention: { executions: 3, days: null },
      notify: { on: ['failed'] },
      idempotencyKey: 'k',
    };
    expect(Object.keys(jobDefinition.shape).sort()).toEqual(Object.keys(whole).sort());
    expect(jobDefinition.safeParse(whole).error).toBeUndefined();
    expect(await scheduler.scheduleJob(whole as JobInput)).toMatchObject({ created: true });
    for (const schedule of [
      { type: 'once', runAt: '2026-03-03T00:00:00Z' },
      { type: 'recurring', interval: { value: 2, unit: 'hours' }, anchor: begin.toISOString() },
      { type: 'recurring', rrule: 'FREQ=DAILY', timezone: 'Europe/Berlin' },
    ]) {
      expect(jobDefinition.safeParse({ jobName: 'b', jobType: 'pdf', schedule }).error).toBeUndefined();
      expect(await scheduler.scheduleJob({ jobName: 'b', jobType: 'pdf', schedule } as JobInput)).toMatchObject({ jobName: 'b' });
    }
  });

  it('can be read by people, without a script from elsewhere', async () => {
    const { call } = await openService();
    const page = await call('GET', '/docs/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe|https?:/);
    expect((await call('GET', '/docs/json')).body).toEqual((await call('GET', '/openapi.json')).body);
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source as string);
    for (const source of sources)
      expect([source, (await call('GET', new URL(source, 'http://x/docs/').pathname)).status]).toEqual([source, 200]);
  });
});
