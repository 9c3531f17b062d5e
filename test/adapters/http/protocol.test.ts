import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { problem } from '../../../src/adapters/http/schemas.js';
import { deferred, hourly } from '../../application/opened.js';
import { openService } from './service.js';

const endless = 'x'.repeat(3_000);
const report = { jobType: 'pdf', schedule: hourly };
const built = mkdtempSync(path.join(tmpdir(), 'console-'));
mkdirSync(path.join(built, 'assets'));
writeFileSync(path.join(built, 'index.html'), '<!doctype html><title>console</title>');
writeFileSync(path.join(built, 'assets', 'main-abc123.js'), 'export {};');
afterAll(() => rmSync(built, { recursive: true, force: true }));

describe('a request', () => {
  it('for what is not there is told so, and one by a wrong method which methods there are', async () => {
    const { call } = await openService({ consoleDirectory: built });
    for (const missing of [
      '/api/v1',
      '/api/v1/nothing',
      '/api/v2/jobs',
      '/api/v1/jobs/a/b/c',
      '/assets/../package.json',
      '/%2e%2e/package.json',
      `/api/v1/jobs/${endless}`,
      `/api/v1/jobs/${endless}/history`,
      `/api/v1/executions/${endless}`,
    ])
      expect([missing, await call('GET', missing)]).toMatchObject([missing, { status: 404 }]);
    for (const [method, path] of [
      ['HEAD', `/api/v1/executions/${endless}`],
      ['PUT', `/api/v1/jobs/${endless}`],
      ['POST', `/api/v1/jobs/${endless}/run`],
    ] as const)
      expect([method, (await call(method, path)).status]).toEqual([method, 404]);
    const allowed = async (method: string, at: string) => {
      const { status, headers, body } = await call(method, at);
      return [status, headers.get('allow'), body.code];
    };
    expect(await allowed('PATCH', '/api/v1/jobs/a')).toEqual([405, 'PUT, GET, DELETE, HEAD', 'METHOD_NOT_ALLOWED']);
    expect(await allowed('DELETE', '/api/v1/jobs')).toEqual([405, 'POST, GET, HEAD', 'METHOD_NOT_ALLOWED']);
    expect(await allowed('GET', '/api/v1/what-if')).toEqual([405, 'POST', 'METHOD_NOT_ALLOWED']);
    expect(await allowed('OPTIONS', '/api/v1/jobs/a/run')).toEqual([405, 'POST', 'METHOD_NOT_ALLOWED']);
  });

  it('whose URL cannot be read is refused as any other is', async () => {
    const { call } = await openService();
    for (const at of ['/api/v1/jobs/%ff', '/%ff', `/api/v1/jobs/${endless}/run`]) {
      const { status, headers, body } = await call('POST', at);
      expect([at, problem.safeParse(body).error, body.status]).toEqual([at, undefined, status]);
      expect([at, status]).toEqual([at, at.endsWith('%ff') ? 400 : 404]);
      expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect([headers.get('x-content-type-options'), headers.get('cache-control')]).toEqual(['nosniff', 'no-store']);
    }
  });

  it('is answered in JSON, if it takes that', async () => {
    const { call } = await openService();
    const status = async (accept: string) => (await call('GET', '/api/v1/jobs', { headers: { accept } })).status;
    for (const accept of ['*/*', 'application/json', 'text/html, application/*;q=0.8', 'APPLICATION/JSON; charset=utf-8', ''])
      expect([accept, await status(accept)]).toEqual([accept, 200]);
    for (const accept of ['text/html', 'application/xml', 'application/json;q=0', 'text/event-stream'])
      expect([accept, await status(accept)]).toEqual([accept, 406]);
    const { headers } = await call('GET', '/api/v1/jobs');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    const head = await call('HEAD', '/api/v1/jobs');
    expect([head.status, head.body]).toEqual([200, '']);
  });

  it('has a body of JSON as it is, and not too much of it', async () => {
    const { call, url, scheduler } = await openService();
    const put = (body: string, headers: { readonly [name: string]: string } = {}) => call('PUT', '/api/v1/jobs/a', { body, headers });
    const text = JSON.stringify(report);
    expect(await put('{"jobType":')).toMatchObject({ status: 400, body: { code: 'MALFORMED_JSON' } });
    expect(await put('')).toMatchObject({ status: 400, body: { code: 'MALFORMED_JSON' } });
    for (const odd of ['null', '[]', '"x"', '7']) expect([odd, (await put(odd)).status]).toEqual([odd, 400]);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml'])
      expect([type, await put(text, { 'content-type': type })]).toMatchObject([
        type,
        { status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } },
      ]);
    const zipped = await fetch(`${url}/api/v1/jobs/a`, {
      method: 'PUT',
      body: gzipSync(text),
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
    expect(zipped.status).toBe(415);
    const large = await put(JSON.stringify({ ...report, description: 'x'.repeat(1_100_000) }));
    expect(large).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
    const deep = await put(`{"jobType":"pdf","parameters":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`);
    expect(deep.status).toBe(400);
    expect(await scheduler.getScheduledJobs()).toEqual([]);
    const proto = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}},"$where":"sleep(9)","a.b":"\\u0000"}';
    expect((await put(text.replace('{', `{"parameters":${proto},`))).status).toBe(201);
    expect((await call('GET', '/api/v1/jobs/a')).body.parameters).toEqual(JSON.parse(proto));
    expect(Object(Object.prototype).isAdmin).toBeUndefined();
  });

  it('that is no HTTP, or whose headers are endless, is refused without harm', async () => {
    const { url, call } = await openService();
    const { port } = new URL(url);
    const said = (bytes: string): Promise<string> =>
      new Promise((resolve) => {
        let text = '';
        const socket = connectTo(Number(port), '127.0.0.1', () => socket.write(bytes));
        socket.on('data', (data) => {
          text += data;
        });
        socket.on('close', () => resolve(text)).on('error', () => undefined);
      });
    for (const [bytes, status, code] of [
      ['nonsense\r\n\r\n', '400 Bad Request', 'BAD_REQUEST'],
      [`GET / HTTP/1.1\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, '431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE'],
      [`GET /${'a'.repeat(40_000)} HTTP/1.1\r\n\r\n`, '431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE'],
    ] as const) {
      const [head = '', body = ''] = (await said(bytes)).split('\r\n\r\n');
      const [line, ...headers] = head.split('\r\n');
      expect(line).toBe(`HTTP/1.1 ${status}`);
      for (const header of ['content-type: application/problem+json', 'x-content-type-options: nosniff', 'connection: close'])
        expect(headers).toContain(header);
      expect(problem.safeParse(JSON.parse(body)).data).toMatchObject({ status: Number(status.slice(0, 3)), code });
    }
    expect((await call('GET', '/healthz')).status).toBe(200);
  });
});

describe('the service', () => {
  it('says whether it is ready, and why not', async () => {
    const service = await openService({ start: false });
    expect((await service.call('GET', '/healthz')).body).toEqual({ status: 'ok' });
    expect(await service.call('GET', '/readyz')).toMatchObject({ status: 503, body: { ready: false, reasons: ['NOT_STARTED'] } });
    await service.scheduler.start();
    expect(await service.call('GET', '/readyz')).toMatchObject({ status: 200, body: { ready: true, reasons: [] } });
    await service.scheduler.stop();
    expect(await service.call('GET', '/readyz')).toMatchObject({ status: 503, body: { reasons: ['STOPPED'] } });
    expect(await service.call('GET', '/api/v1/jobs')).toMatchObject({ status: 503, body: { code: 'STOPPED' } });
  });

  it('is not ready while handlers that do not listen hold all of its slots', async () => {
    const gate = deferred();
    const { call, scheduler, clock } = await openService({ concurrency: 1, handlers: { pdf: () => gate.promise } });
    await scheduler.scheduleJob({ jobName: 'a', ...report, timeout: 1_000, maxAttempts: 1 });
    await clock.advance(30 * 60_000 + 10_000);
    expect(await call('GET', '/readyz')).toMatchObject({ status: 503, body: { reasons: ['HANDLERS_STUCK'] } });
    gate.resolve('at last');
    await clock.advance(1_000);
    expect((await call('GET', '/readyz')).status).toBe(200);
  });

  it('does not let anybody wait for ever', async () => {
    const gate = deferred();
    const timers = new Map<number, () => void>();
    const background = {
      after: (ms: number, call: () => void) => {
        timers.set(ms, call);
        return () => undefined;
      },
    };
    const { call, scheduler } = await openService({ background, handlers: { pdf: () => gate.promise } });
    await scheduler.scheduleJob({ jobName: 'a', ...report });
    const started = new Promise<void>((resolve) => scheduler.on('ExecutionStarted', () => resolve()));
    const run = call('POST', '/api/v1/jobs/a/run', { body: { wait: true } });
    await started;
    timers.get(60_000)?.();
    expect(await run).toMatchObject({ status: 503, body: { code: 'TOO_BUSY' } });
    gate.resolve('late');
    expect((await call('GET', '/healthz')).status).toBe(200);
  });

  it('shows its console, or says that it is not built', async () => {
    const without = await openService();
    const page = await without.call('GET', '/');
    expect([page.status, page.body]).toEqual([200, expect.stringContaining('is not built')]);
    const { call } = await openService({ consoleDirectory: built });
    const index = await call('GET', '/');
    expect([index.status, index.body, index.headers.get('cache-control')]).toEqual([200, expect.stringContaining('console'), 'no-cache']);
    expect(index.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(index.headers.get('content-security-policy')).not.toContain('unsafe');
    const script = await call('GET', '/assets/main-abc123.js');
    expect([script.status, script.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect((await call('GET', '/assets/nothing.js')).status).toBe(404);
    for (const hostile of ['/assets/..%2f..%2fetc%2fpasswd', '/..%5c..%5cetc', '/assets/%00'])
      expect([hostile, (await call('GET', hostile)).status >= 400]).toEqual([hostile, true]);
  });

  it('does not wait, when it closes, for connections on which nobody asks anything', async () => {
    const timers: number[] = [];
    const background = {
      after: (ms: number) => {
        timers.push(ms);
        return () => void timers.splice(timers.indexOf(ms), 1);
      },
    };
    const { url, close } = await openService({ background });
    const silent = await new Promise<Socket>((resolve) => {
      const socket = connectTo(Number(new URL(url).port), '127.0.0.1', () => resolve(socket));
    });
    const ended = new Promise<void>((resolve) =>
      silent
        .on('close', () => resolve())
        .on('error', () => undefined)
        .resume(),
    );
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    // Nobody calls the timer that would cut them off.
    await close();
    await ended;
    expect(timers).toEqual([]);
  });

  it('answers what is under way before it closes, and nothing after', async () => {
    const gate = deferred();
    const service = await openService({ handlers: { pdf: () => gate.promise } });
    await service.scheduler.scheduleJob({ jobName: 'a', ...report });
    const started = new Promise<void>((resolve) => service.scheduler.on('ExecutionStarted', () => resolve()));
    const run = service.call('POST', '/api/v1/jobs/a/run', { body: { wait: true } });
    await started;
    const closed = service.close();
    gate.resolve({ done: true });
    expect(await run).toMatchObject({ status: 200, body: { status: 'completed', result: { done: true } } });
    await closed;
    await expect(service.call('GET', '/healthz')).rejects.toThrow();
  });
});
