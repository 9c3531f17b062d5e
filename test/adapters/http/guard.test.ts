import { describe, expect, it } from 'vitest';
import { routes } from '../../../src/adapters/http/app.js';
import { openHttp } from '../../../src/adapters/http/index.js';
import { KeyRing } from '../../../src/adapters/keys/index.js';
import { noLog } from '../../../src/adapters/pino/noLog.js';
import { background } from '../../../src/adapters/system/background.js';
import { systemClock } from '../../../src/adapters/system/systemClock.js';
import { hourly, openScheduler, rejection, untilAborted } from '../../application/opened.js';
import { keyOf, openService, type Service } from './service.js';

const report = { jobType: 'pdf', schedule: hourly };
const [admin, operator, reader] = (['admin', 'operate', 'read'] as const).map((scope) => keyOf(scope, 'acme'));
const other = keyOf('admin', 'other');
const everywhere = keyOf('admin', null, 'ops');
const keys = [admin, operator, reader, other, everywhere].map((made) => made?.entry ?? everywhere.entry);
const keyed = (options = {}): Promise<Service> => openService({ keys, ...options });

/** A path of each route, for a job, an execution and a file that are there. */
const pathOf = (path: string, ids: { readonly [name: string]: string }): string =>
  path.replace('{name}', 'report').replaceAll(/\{id\}/g, () => ids[path.includes('artifacts') ? 'artifact' : 'execution'] ?? '');
const queryOf = (path: string): { readonly [name: string]: string } => (path.endsWith('/explain') ? { at: '2026-03-02T08:00:00Z' } : {});
const bodyOf = (method: string, path: string): unknown => {
  if (method === 'GET' || method === 'DELETE') return undefined;
  if (path.endsWith('/jobs') || path.endsWith('/what-if')) return { ...report, jobName: 'report' };
  if (path.endsWith('/jobs/{name}')) return report;
  if (path.endsWith('/preview')) return { schedule: hourly };
  if (path.endsWith('/backfill')) return { from: '2026-03-02T06:00:00Z', to: '2026-03-02T07:00:00Z' };
  return {};
};
const call = (service: Service, { method, path }: (typeof routes)[number], key: string | undefined, ids = {}, organization?: string) =>
  service.call(method, `${pathOf(path, ids)}?${new URLSearchParams({ ...queryOf(path), ...(organization && { organization }) })}`, {
    ...(key !== undefined && { key }),
    body: bodyOf(method, path),
  });

describe('a key', () => {
  it('is needed for every route, and for the metrics', async () => {
    const service = await keyed();
    for (const route of routes)
      expect([route.path, await call(service, route, undefined)]).toMatchObject([
        route.path,
        { status: 401, body: { code: 'UNAUTHORIZED' } },
      ]);
    const refused = await service.call('GET', '/metrics');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="nexus-scheduler"']);
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs/', '/'])
      expect([path, (await service.call('GET', path)).status]).toEqual([path, 200]);
  });

  it('allows what its scope says, and nothing more', async () => {
    const service = await keyed();
    const ranks = ['read', 'operate', 'admin'];
    for (const [scope, made] of Object.entries({ read: reader, operate: operator }))
      for (const route of routes) {
        const { status, body } = await call(service, route, made?.key);
        const isAllowed = ranks.indexOf(route.scope) <= ranks.indexOf(scope);
        expect([scope, route.method, route.path, status === 403 && body.code === 'FORBIDDEN']).toEqual([
          scope,
          route.method,
          route.path,
          !isAllowed,
        ]);
      }
    expect(await service.scheduler.forOrganization('acme').getScheduledJobs()).toEqual([]);
  });

  it('of one organization finds nothing of another, and changes nothing there', async () => {
    const service = await keyed({
      handlers: {
        pdf: async (parameters: unknown, context: Parameters<typeof untilAborted>[1]) => {
          await context.artifact('page.txt', 'secret');
          return untilAborted(parameters, context);
        },
      },
    });
    const acme = service.scheduler.forOrganization('acme');
    await acme.scheduleJob({ jobName: 'report', ...report });
    const { body: run } = await service.call('POST', '/api/v1/jobs/report/run', {
      key: admin?.key ?? '',
      body: { wait: true, waitMs: 200 },
    });
    const { artifacts } = await acme.getExecution(run.executionId);
    const ids = { execution: run.executionId, artifact: encodeURIComponent(artifacts[0]?.artifactId ?? '') };
    expect((await service.call('GET', `/api/v1/artifacts/${ids.artifact}`, { key: admin?.key ?? '' })).body).toBe('secret');
    const before = JSON.stringify([await acme.getJob('report'), await acme.getExecution(run.executionId)]);
    const theirs = new Set<string>();
    for (const route of routes) {
      const answered = await call(service, route, other.key, ids);
      const text = JSON.stringify(answered.body);
      expect([route.path, /secret|acme/.test(text)]).toEqual([route.path, false]);
      if (route.path.includes('{') && route.method !== 'PUT') expect([route.path, answered.status]).toEqual([route.path, 404]);
      else theirs.add(`${route.method} ${route.path}`);
      // What the other organization now has by the same name is its own.
      if (route.method === 'PUT' || route.path === '/api/v1/jobs')
        await service.scheduler
          .forOrganization('other')
          .deleteJob('report')
          .catch(() => undefined);
    }
    expect([...theirs].sort()).toEqual([
      'GET /api/v1/access',
      'GET /api/v1/events',
      'GET /api/v1/forecast',
      'GET /api/v1/jobs',
      'GET /api/v1/nodes',
      'POST /api/v1/jobs',
      'POST /api/v1/preview',
      'POST /api/v1/what-if',
      'PUT /api/v1/jobs/{name}',
    ]);
    expect(JSON.stringify([await acme.getJob('report'), await acme.getExecution(run.executionId)])).toBe(before);
    for (const route of routes)
      for (const named of ['acme', 'nobody'])
        expect([route.path, await call(service, route, other.key, ids, named)]).toMatchObject([
          route.path,
          { status: 404, body: { code: 'NOT_FOUND', detail: `there is no organization "${named}" for this key` } },
        ]);
    const foreign = await service.call('POST', '/api/v1/jobs', { key: other.key, body: { ...report, jobName: 'x', organization: 'acme' } });
    expect(foreign).toMatchObject({ status: 400, body: { issues: [{ path: 'organization' }] } });
  });

  it('of no organization works in any, and its name is recorded', async () => {
    const service = await keyed();
    const { key } = everywhere;
    await service.call('PUT', '/api/v1/jobs/a', { key, body: report });
    await service.call('PUT', '/api/v1/jobs/b?organization=acme', { key, body: report });
    await service.call('PUT', '/api/v1/jobs/c', { key, body: { ...report, organization: 'acme' } });
    const names = async (query: string) =>
      (await service.call('GET', `/api/v1/jobs${query}`, { key })).body.items.map(({ jobName }: { jobName: string }) => jobName);
    expect([await names(''), await names('?organization=acme')]).toEqual([['a'], ['b', 'c']]);
    const { items } = (await service.call('GET', '/api/v1/events?organization=acme', { key })).body;
    expect(items.map(({ data }: { data: { by: string } }) => data.by)).toEqual(['ops', 'ops']);
    expect((await service.call('GET', '/metrics', { key })).status).toBe(200);
    expect((await service.call('GET', '/metrics', { key: admin?.key ?? '' })).status).toBe(403);
    expect((await service.call('GET', '/api/v1/jobs?organization=a%20b', { key })).status).toBe(400);
  });

  it('that is wrong or withdrawn is refused, and guessing is slow', async () => {
    const service = await keyed();
    const right = reader?.key ?? '';
    for (const authorization of [
      '',
      'Bearer',
      'Basic YTpi',
      `Bearer ${right}x`,
      `Bearer ${right.slice(0, -1)}`,
      'Bearer nxs_000000000000_x',
      `bearer  ${other.key} ${other.key}`,
    ])
      expect([authorization, (await service.call('GET', '/api/v1/jobs', { headers: { authorization } })).status]).toEqual([
        authorization,
        401,
      ]);
    expect((await service.call('GET', '/api/v1/jobs', { headers: { authorization: `bearer ${right}` } })).status).toBe(200);
    service.ring.replace([everywhere.entry]);
    expect((await service.call('GET', '/api/v1/jobs', { key: right })).status).toBe(401);
    let last = await service.call('GET', '/api/v1/jobs', { key: 'wrong' });
    for (let tries = 0; tries < 100 && last.status !== 429; tries++) last = await service.call('GET', '/api/v1/jobs', { key: 'wrong' });
    expect(last).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } });
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await service.call('GET', '/api/v1/jobs', { key: everywhere.key })).status).toBe(200);
  });
});

describe('without keys', () => {
  it('only pages of this service, asked for by a name of this machine, get an answer', async () => {
    const { url, call, scheduler } = await openService();
    const { port } = new URL(url);
    const status = async (headers: { readonly [name: string]: string }) => (await rawStatus(port, headers)).status;
    expect(await status({ host: `127.0.0.1:${port}` })).toBe(200);
    expect(await status({ host: `LOCALHOST:${port}` })).toBe(200);
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1.evil.example:${port}`,
      `127.0.0.1:${port}@evil`,
      `0.0.0.0:${port}`,
    ])
      expect([host, await status({ host })]).toEqual([host, 403]);
    const host = `127.0.0.1:${port}`;
    expect(await status({ host, origin: `http://${host}` })).toBe(200);
    for (const origin of ['http://evil.example', 'null', `https://${host}`, `http://localhost:1`])
      expect([origin, await status({ host, origin })]).toEqual([origin, 403]);
    for (const site of ['cross-site', 'same-site']) expect([site, await status({ host, 'sec-fetch-site': site })]).toEqual([site, 403]);
    expect(await status({ host, 'sec-fetch-site': 'same-origin' })).toBe(200);
    const led = await call('PUT', '/api/v1/jobs/x', { body: report, headers: { origin: 'http://evil.example' } });
    expect([led.status, await scheduler.getScheduledJobs()]).toEqual([403, []]);
    expect((await call('GET', '/metrics', { headers: { origin: 'http://evil.example' } })).status).toBe(403);
  });

  it('an address that others reach is refused, and says what to do', async () => {
    const { scheduler } = openScheduler();
    const dependencies = {
      scheduler,
      keys: new KeyRing([]),
      version: '1',
      clock: systemClock,
      background,
      log: noLog,
      consoleDirectory: '/nowhere',
    };
    for (const host of ['0.0.0.0', '::', '192.0.2.1'])
      expect(await rejection(openHttp(dependencies, { host, port: 0 }))).toMatchObject({
        code: 'NOT_AVAILABLE',
        message: expect.stringContaining('keys create'),
      });
    const open = await openService();
    const port = Number(new URL(open.url).port);
    expect(await rejection(openHttp(dependencies, { host: '127.0.0.1', port }))).toMatchObject({
      code: 'NOT_AVAILABLE',
      message: expect.stringContaining('--port'),
    });
    expect(await rejection(openHttp({ ...dependencies, keys: new KeyRing(keys) }, { host: '192.0.2.1', port: 0 }))).toMatchObject({
      message: expect.stringContaining('no address of this machine'),
    });
  });
});

/** With headers that `fetch` would not let one set. */
const rawStatus = async (port: string, headers: { readonly [name: string]: string }): Promise<{ readonly status: number }> => {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const asked = request({ port, path: '/api/v1/jobs', headers, agent: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    });
    asked.on('error', reject).end();
  });
};
