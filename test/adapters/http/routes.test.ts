import { describe, expect, it } from 'vitest';
import { connect } from '../../../src/adapters/client/index.js';
import { routes } from '../../../src/adapters/http/app.js';
import { problem } from '../../../src/adapters/http/schemas.js';
import { background } from '../../../src/adapters/system/background.js';
import { deferred, hour, hourly, time, untilAborted } from '../../application/opened.js';
import { type Answered, type Call, keyOf, openService, type Service, schemaOf } from './service.js';

const covered = new Set<string>();

/** Calls a route by its declaration, and holds the answer against what is declared. */
const ask = async (
  { call }: Service,
  method: string,
  path: string,
  values: { readonly [name: string]: string } = {},
  given: Call & { readonly query?: string } = {},
): Promise<Answered> => {
  const { query = '', ...rest } = given;
  const answered = await call(method, path.replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? '') + query, rest);
  const declared = schemaOf(method, path, answered.status);
  if (answered.status >= 400) expect(problem.safeParse(answered.body).error).toBeUndefined();
  else if (declared) expect(declared.safeParse(answered.body).error).toBeUndefined();
  else expect([answered.status, answered.body]).toEqual([204, '']);
  if (answered.status < 400) covered.add(`${method} ${path}`);
  return answered;
};

const report = { jobType: 'pdf', schedule: hourly };
const name = { name: 'report' };

const scheduled = async (options: Parameters<typeof openService>[0] = {}) => {
  const service = await openService(options);
  await ask(service, 'PUT', '/api/v1/jobs/{name}', name, { body: report });
  return service;
};

describe('PUT /jobs/{name}', () => {
  it('creates a job, and then updates it', async () => {
    const service = await openService();
    const created = await ask(service, 'PUT', '/api/v1/jobs/{name}', name, { body: report });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      jobName: 'report',
      status: 'scheduled',
      created: true,
      version: 1,
      nextRunAt: time('09:00').toISOString(),
    });
    expect([created.headers.get('etag'), created.headers.get('location')]).toEqual(['"1"', '/api/v1/jobs/report']);
    const same = await ask(service, 'PUT', '/api/v1/jobs/{name}', name, { body: report });
    expect([same.status, same.body.version]).toEqual([200, 1]);
    const updated = await ask(service, 'PUT', '/api/v1/jobs/{name}', name, { body: { ...report, jobName: 'report', priority: 'high' } });
    expect([updated.status, updated.body.version, updated.headers.get('etag')]).toEqual([200, 2, '"2"']);
  });

  it('only at the version that If-Match names', async () => {
    const service = await scheduled();
    const put = (headers: { readonly [name: string]: string }, to: object = {}, values = name) =>
      ask(service, 'PUT', '/api/v1/jobs/{name}', values, { body: { ...report, ...to }, headers });
    expect(await put({ 'if-match': '"2"' }, { priority: 'high' })).toMatchObject({ status: 412, body: { code: 'VERSION_MISMATCH' } });
    expect((await put({ 'if-match': '"1"' }, { priority: 'high' })).status).toBe(200);
    expect((await put({ 'if-match': '2' }, { priority: 'low' })).status).toBe(200);
    expect((await put({ 'if-match': '*' }, { priority: 'normal' })).status).toBe(200);
    expect((await put({ 'if-match': '*' }, {}, { name: 'other' })).status).toBe(412);
    expect((await put({ 'if-match': '"1"' }, {}, { name: 'other' })).status).toBe(412);
    expect((await put({ 'if-none-match': '*' })).status).toBe(412);
    expect((await put({ 'if-none-match': '*' }, {}, { name: 'other' })).status).toBe(201);
    for (const match of ['"0"', 'W/"1"', '"1", "2"', 'x', '-1', '1e3'])
      expect([match, (await put({ 'if-match': match })).status]).toEqual([match, 400]);
    expect((await put({ 'if-none-match': '"1"' })).status).toBe(400);
  });

  it('looks for that version in the organization of the body', async () => {
    const service = await openService();
    const put = (match: string, to: object) =>
      ask(service, 'PUT', '/api/v1/jobs/{name}', name, { body: { ...report, ...to }, headers: { 'if-match': match } });
    await service.scheduler.forOrganization('acme').scheduleJob({ jobName: 'report', jobType: 'pdf', schedule: { ...hourly } });
    expect(await put('*', { organization: 'acme', priority: 'high' })).toMatchObject({
      status: 200,
      body: { organization: 'acme', version: 2 },
    });
    expect((await put('"2"', { organization: 'acme', priority: 'low' })).status).toBe(200);
    expect((await put('*', {})).status).toBe(412);
    expect((await put('*', { organization: 'other' })).status).toBe(412);
    const wrong = { ...report, jobName: 'a b', organization: 'c d', timeout: -1 };
    const refused = await ask(service, 'POST', '/api/v1/jobs', {}, { body: wrong, headers: { 'if-match': '*' } });
    expect(refused.body.issues.map(({ path }: { path: string }) => path).sort()).toEqual(['jobName', 'organization', 'timeout']);
  });

  it('names everything that is wrong, and changes nothing', async () => {
    const service = await openService();
    const refused = await ask(service, 'PUT', '/api/v1/jobs/{name}', name, {
      body: {
        jobType: 'pdf',
        schedule: { type: 'recurring', cronExpression: '61 * * * *' },
        priority: 'urgent',
        timeout: -1,
        colour: 'red',
      },
    });
    expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_JOB', status: 400, title: 'Bad Request' } });
    expect(refused.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(refused.body.issues.map(({ path }: { path: string }) => path).sort()).toEqual([
      'colour',
      'priority',
      'schedule.cronExpression',
      'timeout',
    ]);
    const other = { ...report, jobName: 'other' };
    expect((await ask(service, 'PUT', '/api/v1/jobs/{name}', name, { body: other })).body.issues).toEqual([
      { path: 'jobName', message: 'must be "report" as in the URL, or left out' },
    ]);
    const handler = { ...report, handler: '/tmp/mine.mjs' };
    expect((await ask(service, 'PUT', '/api/v1/jobs/{name}', name, { body: handler })).body.issues).toMatchObject([{ path: 'handler' }]);
    expect(await service.scheduler.getScheduledJobs()).toEqual([]);
  });
});

describe('Location', () => {
  it('leads to what was made, in whatever organization', async () => {
    const bound = keyOf('admin', 'acme');
    const all = keyOf('admin', null);
    const service = await openService({ keys: [bound.entry, all.entry] });
    for (const [key, query, organization, location] of [
      [all.key, '', undefined, '/api/v1/jobs/report'],
      [all.key, '?organization=acme', undefined, '/api/v1/jobs/report?organization=acme'],
      [all.key, '', 'acme2', '/api/v1/jobs/report?organization=acme2'],
      [bound.key, '', undefined, '/api/v1/jobs/report'],
      [bound.key, '?organization=acme', 'acme', '/api/v1/jobs/report'],
    ] as const) {
      const body = { ...report, ...(organization && { organization }) };
      const made = await ask(service, 'PUT', '/api/v1/jobs/{name}', name, { key, query, body });
      expect([made.headers.get('location'), made.body.organization]).toEqual([location, expect.any(String)]);
      const { body: job } = await service.call('GET', location, { key });
      expect([job.jobName, job.organization]).toEqual(['report', made.body.organization]);
    }
    const ran = await ask(service, 'POST', '/api/v1/jobs/{name}/run', name, { key: all.key, query: '?organization=acme' });
    const location = ran.headers.get('location') ?? '';
    expect(location).toBe(`/api/v1/executions/${ran.body.executionId}?organization=acme`);
    expect((await service.call('GET', location, { key: all.key })).body.executionId).toBe(ran.body.executionId);
  });
});

describe('POST /jobs', () => {
  it('takes the name from the body, and repeats its answer for an Idempotency-Key', async () => {
    const service = await openService();
    const post = () =>
      ask(service, 'POST', '/api/v1/jobs', {}, { body: { ...report, jobName: 'report' }, headers: { 'idempotency-key': 'k1' } });
    const first = await post();
    await ask(service, 'PUT', '/api/v1/jobs/{name}', name, { body: { ...report, priority: 'low' } });
    const again = await post();
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect((await service.scheduler.getJob('report')).priority).toBe('low');
    expect(await ask(service, 'POST', '/api/v1/jobs', {}, { body: report })).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'jobName' }] },
    });
  });
});

describe('GET /jobs', () => {
  it('answers pages, filtered', async () => {
    const service = await openService();
    for (const [jobName, more] of Object.entries({
      a: { tags: ['x'] },
      b: {},
      c: { enabled: false },
      d: { jobType: 'csv', description: 'Müller' },
    }))
      await service.scheduler.scheduleJob({ jobName, ...report, ...more } as never);
    const names = async (query: string): Promise<unknown> => {
      const { body } = await ask(service, 'GET', '/api/v1/jobs', {}, { query });
      return [body.items.map(({ jobName }: { jobName: string }) => jobName), body.nextCursor];
    };
    expect(await names('')).toEqual([['a', 'b', 'c', 'd'], null]);
    expect(await names('?limit=2')).toEqual([['a', 'b'], 'b']);
    expect(await names('?limit=2&cursor=b')).toEqual([['c', 'd'], null]);
    expect(await names('?status=paused')).toEqual([['c'], null]);
    expect(await names('?status=paused&status=scheduled&limit=9')).toEqual([['a', 'b', 'c', 'd'], null]);
    expect(await names('?tag=x')).toEqual([['a'], null]);
    expect(await names('?type=csv')).toEqual([['d'], null]);
    expect(await names(`?q=${encodeURIComponent('mül')}`)).toEqual([['d'], null]);
    expect(await names('?status=&type=&tag=&q=&limit=&cursor=&organization=')).toEqual([['a', 'b', 'c', 'd'], null]);
    expect(await names('?status=&status=paused&limit=&limit=9')).toEqual([['c'], null]);
    for (const query of ['?limit=0', '?limit=x', '?limit=1&limit=2', '?status=odd', '?status[$ne]=x', '?colour=red'])
      expect([query, (await ask(service, 'GET', '/api/v1/jobs', {}, { query })).body.code]).toEqual([query, 'INVALID_ARGUMENT']);
  });
});

describe('a job', () => {
  it('is there with its version, and as it was', async () => {
    const service = await scheduled();
    const { body, headers } = await ask(service, 'GET', '/api/v1/jobs/{name}', name);
    expect([body.version, body.jobType, headers.get('etag')]).toEqual([1, 'pdf', '"1"']);
    await service.clock.advance(60_000);
    await ask(service, 'PUT', '/api/v1/jobs/{name}', name, { body: { ...report, priority: 'critical' } });
    const before = await ask(service, 'GET', '/api/v1/jobs/{name}', name, { query: `?asOf=${time('08:30').toISOString()}` });
    expect([before.body.priority, before.headers.get('etag')]).toEqual(['normal', null]);
    const refused = (await ask(service, 'GET', '/api/v1/jobs/{name}', name, { query: '?asOf=yesterday' })).body;
    expect(refused).toMatchObject({ status: 400, detail: expect.stringMatching(/^asOf: must be/), issues: [{ path: 'asOf' }] });
  });

  it('is deleted for good', async () => {
    const service = await scheduled();
    expect((await ask(service, 'DELETE', '/api/v1/jobs/{name}', name)).status).toBe(204);
    expect(await ask(service, 'GET', '/api/v1/jobs/{name}', name)).toMatchObject({ status: 404, body: { code: 'JOB_NOT_FOUND' } });
    expect((await ask(service, 'DELETE', '/api/v1/jobs/{name}', name)).status).toBe(404);
  });

  it('is paused, resumed and cancelled', async () => {
    const service = await scheduled();
    const paused = await ask(service, 'POST', '/api/v1/jobs/{name}/pause', name, {
      body: { note: 'sick', until: time('12:00').toISOString() },
    });
    expect(paused.body).toMatchObject({ status: 'paused', paused: { note: 'sick', until: time('12:00').toISOString() } });
    expect((await ask(service, 'POST', '/api/v1/jobs/{name}/resume', name)).body.status).toBe('scheduled');
    expect(
      (await ask(service, 'POST', '/api/v1/jobs/{name}/pause', name, { body: { until: 'then', colour: 1 } })).body.issues,
    ).toMatchObject([{ path: 'colour' }]);
    expect((await ask(service, 'POST', '/api/v1/jobs/{name}/cancel', name, { body: {} })).body.status).toBe('cancelled');
  });

  it('runs now: at once, to its end, or as far as it gets', async () => {
    const gate = deferred();
    const service = await scheduled({
      handlers: { pdf: (parameters) => (Object(parameters).wait ? gate.promise : { pages: Object(parameters).pages }) },
    });
    const queued = await ask(service, 'POST', '/api/v1/jobs/{name}/run', name);
    expect([queued.status, queued.body.jobName, queued.headers.get('location')]).toEqual([
      202,
      'report',
      `/api/v1/executions/${queued.body.executionId}`,
    ]);
    const ended = await ask(service, 'POST', '/api/v1/jobs/{name}/run', name, { body: { parameters: { pages: 3 }, wait: true } });
    expect([ended.status, ended.body.status, ended.body.result]).toEqual([200, 'completed', { pages: 3 }]);
    const waiting = await ask(service, 'POST', '/api/v1/jobs/{name}/run', name, {
      body: { parameters: { wait: true }, wait: true, waitMs: 1 },
    });
    expect([waiting.status, waiting.body.status, waiting.body.attempts]).toEqual([202, 'running', 1]);
    expect(await ask(service, 'POST', '/api/v1/jobs/{name}/run', name)).toMatchObject({
      status: 409,
      body: { code: 'JOB_ALREADY_RUNNING' },
    });
    gate.resolve('done');
  });

  it('runs with parameters as they were sent, or says that they are none', async () => {
    const service = await scheduled({ handlers: { pdf: (parameters) => parameters } });
    const parameters = '{"__proto__":{"a":1},"constructor":{"prototype":{}},"$set":1}';
    const ran = await ask(service, 'POST', '/api/v1/jobs/{name}/run', name, { body: `{"wait":true,"parameters":${parameters}}` });
    expect([ran.status, JSON.stringify(ran.body.result)]).toEqual([200, parameters]);
    for (const odd of [null, 7, 'x', []])
      expect([odd, await ask(service, 'POST', '/api/v1/jobs/{name}/run', name, { body: { parameters: odd } })]).toMatchObject([
        odd,
        { status: 400, body: { issues: [{ path: 'parameters' }] } },
      ]);
  });

  it('is run for occurrences of the past', async () => {
    const service = await scheduled({ handlers: { pdf: () => 'ran' } });
    const span = { from: time('05:30').toISOString(), to: time('07:30').toISOString() };
    const filled = await ask(service, 'POST', '/api/v1/jobs/{name}/backfill', name, { body: span });
    expect(filled.status).toBe(202);
    expect(filled.body.executions.map(({ scheduledFor }: { scheduledFor: string }) => scheduledFor)).toEqual([
      time('06:00').toISOString(),
      time('07:00').toISOString(),
    ]);
    expect((await ask(service, 'POST', '/api/v1/jobs/{name}/backfill', name)).body.code).toBe('MALFORMED_JSON');
  });

  it('has a history in pages, statistics, coming runs and explanations', async () => {
    const service = await scheduled({ handlers: { pdf: () => 'ran' } });
    await service.clock.advance(5 * hour);
    const at = ({ body }: Answered): unknown => [
      body.items.map(({ scheduledFor }: { scheduledFor: string }) => scheduledFor.slice(11, 16)),
      body.nextCursor !== null,
    ];
    const first = await ask(service, 'GET', '/api/v1/jobs/{name}/history', name, { query: '?limit=2' });
    expect(at(first)).toEqual([['13:00', '12:00'], true]);
    const second = await ask(service, 'GET', '/api/v1/jobs/{name}/history', name, { query: `?limit=2&cursor=${first.body.nextCursor}` });
    expect(at(second)).toEqual([['11:00', '10:00'], true]);
    const third = await ask(service, 'GET', '/api/v1/jobs/{name}/history', name, { query: `?limit=2&cursor=${second.body.nextCursor}` });
    expect(at(third)).toEqual([['09:00'], false]);
    expect((await ask(service, 'GET', '/api/v1/jobs/{name}/history', name, { query: '?cursor=x' })).body.issues).toMatchObject([
      { path: 'cursor' },
    ]);
    expect((await ask(service, 'GET', '/api/v1/jobs/{name}/stats', name)).body).toMatchObject({
      totalExecutions: 5,
      completed: 5,
      successRate: 1,
    });
    const { items } = (
      await ask(service, 'GET', '/api/v1/jobs/{name}/next', name, { query: `?count=2&after=${time('15:30').toISOString()}` })
    ).body;
    expect(items).toEqual(['16:00', '17:00'].map((text) => ({ occurrence: time(text).toISOString(), startAt: time(text).toISOString() })));
    const explained = await ask(service, 'GET', '/api/v1/jobs/{name}/explain', name, { query: `?at=${time('09:00').toISOString()}` });
    expect(explained.body).toMatchObject({ code: 'COMPLETED', executionId: third.body.items[0].executionId });
    expect((await ask(service, 'GET', '/api/v1/jobs/{name}/explain', name)).body.issues).toMatchObject([{ path: 'at' }]);
  });

  it('has events in pages', async () => {
    const service = await scheduled();
    await service.scheduler.toggleJob('report', false);
    await service.scheduler.scheduleJob({ jobName: 'other', ...report });
    const types = ({ body }: Answered): unknown =>
      body.items.map(({ type, jobName }: { type: string; jobName: string }) => `${jobName} ${type}`);
    const page = await ask(service, 'GET', '/api/v1/events', {}, { query: '?limit=2' });
    expect(types(page)).toEqual(['report JobScheduled', 'report JobPaused']);
    const next = await ask(service, 'GET', '/api/v1/events', {}, { query: `?cursor=${page.body.nextCursor}` });
    expect(types(next)).toEqual(['other JobScheduled']);
    expect((await ask(service, 'GET', '/api/v1/events', {}, { query: `?cursor=${next.body.nextCursor}` })).body).toEqual({
      items: [],
      nextCursor: next.body.nextCursor,
    });
    expect(types(await ask(service, 'GET', '/api/v1/events', {}, { query: '?last=1&type=JobScheduled&type=JobPaused' }))).toEqual([
      'other JobScheduled',
    ]);
    expect(types(await ask(service, 'GET', '/api/v1/events', {}, { query: '?last=9&job=report' }))).toEqual([
      'report JobScheduled',
      'report JobPaused',
    ]);
    expect(types(await ask(service, 'GET', '/api/v1/jobs/{name}/events', name))).toEqual(['report JobScheduled', 'report JobPaused']);
    expect((await ask(service, 'GET', '/api/v1/jobs/{name}/events', { name: 'nobody' })).status).toBe(404);
    for (const query of ['?after=x', '?type=odd', '?last=0', '?last=1&after=0:0:0', '?after=0:0:0&cursor=0:0:0'])
      expect([query, (await ask(service, 'GET', '/api/v1/events', {}, { query })).status]).toEqual([query, 400]);
  });
});

describe('an execution', () => {
  it('shows what its handler says, and stops when it is asked to', async () => {
    const service = await scheduled({
      handlers: {
        pdf: (parameters, context) => {
          context.progress(0.5, 'half');
          context.log.info('collecting');
          return untilAborted(parameters, context);
        },
      },
    });
    const { body } = await ask(service, 'POST', '/api/v1/jobs/{name}/run', name, { body: { wait: true, waitMs: 1 } });
    const id = { id: body.executionId };
    expect((await ask(service, 'GET', '/api/v1/executions/{id}', id)).body).toMatchObject({
      status: 'running',
      trigger: 'manual',
      progress: { fraction: 0.5, message: 'half' },
      log: [{ level: 'info', message: 'collecting' }],
    });
    expect((await ask(service, 'POST', '/api/v1/executions/{id}/cancel', id, { body: { note: 'enough' } })).body.status).toBe('cancelled');
    expect((await ask(service, 'POST', '/api/v1/executions/{id}/cancel', id)).body.status).toBe('cancelled');
    for (const path of ['/api/v1/executions/{id}', '/api/v1/executions/{id}'])
      expect(await ask(service, 'GET', path, { id: 'nobody' })).toMatchObject({ status: 404, body: { code: 'EXECUTION_NOT_FOUND' } });
  });
});

describe('a file of a run', () => {
  it('is saved whole, with its hash, and is no page of the service', async () => {
    const service = await scheduled({
      handlers: { pdf: (_, { artifact }) => artifact('Übersicht 1.html', '<script>alert(1)</script>', 'text/html') },
    });
    const { body } = await ask(service, 'POST', '/api/v1/jobs/{name}/run', name, { body: { wait: true } });
    const [file] = (await ask(service, 'GET', '/api/v1/executions/{id}', { id: body.executionId })).body.artifacts;
    const saved = await service.call('GET', `/api/v1/artifacts/${encodeURIComponent(file.artifactId)}`);
    expect([saved.status, saved.body]).toEqual([200, '<script>alert(1)</script>']);
    expect(saved.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''%C3%9Cbersicht%201.html");
    expect(saved.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(saved.headers.get('repr-digest')).toBe(`sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`);
    const artifact = connect({ url: service.url, background, now: () => 0 });
    const { content, ...info } = await artifact.openArtifact(file.artifactId);
    expect({ ...info, createdAt: info.createdAt.toISOString() }).toEqual(file);
    expect((await content[Symbol.asyncIterator]().next()).value?.length).toBe(file.bytes);
    expect(await service.call('GET', '/api/v1/artifacts/nobody')).toMatchObject({ status: 404, body: { code: 'ARTIFACT_NOT_FOUND' } });
    covered.add('GET /api/v1/artifacts/{id}');
  });
});

describe('what would be', () => {
  it('is previewed, compared and forecast, and nothing is saved', async () => {
    const service = await scheduled();
    const preview = await ask(
      service,
      'POST',
      '/api/v1/preview',
      {},
      { body: { schedule: { ...hourly, timezone: 'Europe/Berlin' }, count: 1, after: time('09:10').toISOString() } },
    );
    expect(preview.body.items).toEqual([
      { occurrence: time('10:00').toISOString(), startAt: time('10:00').toISOString(), wallTime: '2026-03-02T11:00:00+01:00' },
    ]);
    expect((await ask(service, 'POST', '/api/v1/preview', {}, { body: { schedule: { type: 'odd' } } })).body.code).toBe('INVALID_SCHEDULE');
    const whatIf = await ask(
      service,
      'POST',
      '/api/v1/what-if',
      {},
      { query: '?days=1', body: { ...report, jobName: 'report', schedule: { type: 'recurring', cronExpression: '0 */2 * * *' } } },
    );
    expect(whatIf.body).toMatchObject({ outcome: 'updated', changed: ['schedule'], kept: 12, added: [], moved: [], complete: true });
    expect(whatIf.body.removed).toHaveLength(12);
    const forecast = await ask(service, 'GET', '/api/v1/forecast', {}, { query: '?days=2' });
    expect(forecast.body).toMatchObject({ organization: 'default', jobs: 1, runs: 48, complete: true, unmeasured: ['report'] });
    expect((await service.scheduler.getJob('report')).version).toBe(1);
    expect((await ask(service, 'GET', '/api/v1/forecast', {}, { query: '?days=32' })).status).toBe(400);
  });
});

describe('what takes the time of the service', () => {
  it('is done for two at once, and others are told to come again', async () => {
    const service = await openService();
    for (let i = 0; i < 20; i++)
      await service.scheduler.scheduleJob({
        jobName: `j${i}`,
        jobType: 'pdf',
        schedule: { type: 'recurring', cronExpression: '* * * * *' },
      });
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(service, 'GET', '/api/v1/forecast', {}, { query: '?days=1' })));
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    expect(busy[0]).toMatchObject({ body: { code: 'TOO_BUSY' } });
    expect(busy[0]?.headers.get('retry-after')).toBe('2');
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect((await ask(service, 'GET', '/api/v1/forecast', {}, { query: '?days=1' })).status).toBe(200);
  });
});

describe('the service', () => {
  it('says which nodes there are, and who asks', async () => {
    const service = await openService({ handlers: { pdf: () => 1 } });
    expect((await ask(service, 'GET', '/api/v1/nodes')).body.items).toEqual([
      { node: expect.stringMatching(/^n1-/), self: true, handlers: ['pdf'] },
    ]);
    expect((await ask(service, 'GET', '/api/v1/access')).body).toEqual({
      name: null,
      scope: 'admin',
      organization: null,
      keyRequired: false,
      version: '1.2.3',
    });
  });

  it('has no route without a test', () => {
    expect([...covered].sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
  });
});
