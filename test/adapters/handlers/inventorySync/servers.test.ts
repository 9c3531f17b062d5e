import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { httpServer, outboundTo } from '../../outbound/servers.js';
import { csv, openWorld } from './world.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A world that may ask a server of this machine, and what that was asked. */
const openServed = async (answer: Answer, secrets: { readonly [name: string]: { readonly value: string; readonly host: string } } = {}) => {
  const asked: IncomingMessage[] = [];
  const server = await httpServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  const world = openWorld({
    outbound: async () => outboundTo([server.place]),
    secrets: { ofHost: (name) => secrets[name] ?? null, backupKey: async () => null },
  });
  return { ...world, asked, server };
};

const send = (response: ServerResponse, body: string | Buffer, headers: { readonly [name: string]: string } = {}, status = 200): void => {
  response.writeHead(status, headers).end(body);
};

describe('inventory_sync from a server', () => {
  it('asks only for what has changed, once the state of an answer has a name', async () => {
    let version = 1;
    const { run, asked, server } = await openServed((request, response) => {
      const etag = `"v${version}"`;
      if (request.headers['if-none-match'] === etag) return send(response, '', {}, 304);
      send(response, csv('sku,quantity', `A,${version}`), { etag, 'last-modified': 'Sun, 01 Mar 2026 08:00:00 GMT' });
    });
    const parameters = { source: { url: `${server.url}/stock.csv?token=secret`, format: 'csv' } };
    expect(await run(parameters)).toMatchObject({ added: 1, source: `${server.url}/stock.csv` });
    expect(await run(parameters)).toEqual({
      message: 'the source has not changed',
      source: `${server.url}/stock.csv`,
      notModified: true,
    });
    expect(asked[1]?.headers).toMatchObject({
      accept: 'text/csv, */*;q=0.1',
      'if-none-match': '"v1"',
      'if-modified-since': 'Sun, 01 Mar 2026 08:00:00 GMT',
    });
    version = 2;
    expect(await run(parameters)).toMatchObject({ changed: 1 });
    expect(await run({ ...parameters, force: true })).toMatchObject({ unchanged: 1 });
    expect(await run({ ...parameters, mode: 'delta' })).toMatchObject({ unchanged: 1 });
    expect(await run(parameters, { context: { jobId: 'made-anew' } })).toMatchObject({ unchanged: 1 });
  });

  it('asks again for what it could not store', async () => {
    const { run, asked, server } = await openServed((_, response) => send(response, csv('sku,quantity', 'A,1', 'B,x'), { etag: '"v1"' }));
    const parameters = { source: { url: server.url, format: 'csv' } };
    for (let i = 0; i < 2; i++) expect(await run(parameters)).toMatchObject({ rejected: 1 });
    expect(asked[1]?.headers['if-none-match']).toBeUndefined();
  });

  it('goes from page to page, as headers or answers say, and removes nothing before the last', async () => {
    const { run, products, asked, server } = await openServed((request, response) => {
      const items = (...skus: readonly string[]) => skus.map((sku) => ({ sku, quantity: 1 }));
      if (request.url === '/1')
        send(response, JSON.stringify(items('A', 'B')), { link: '<https://x.example/p>; rel="prev", <2?page=2>; rel="next"', etag: '"1"' });
      else if (request.url === '/2?page=2') send(response, JSON.stringify({ total: 3, next: '/3', items: items('C') }));
      else send(response, JSON.stringify({ items: [{ sku: 'D', quantity: 'x' }], next: null }));
    });
    const parameters = { source: { url: `${server.url}/1`, format: 'json' }, deleteMissing: true };
    expect(await run(parameters)).toMatchObject({ rows: 4, added: 3, rejections: [{ where: 'page 3, line 1', sku: 'D' }] });
    expect((await products()).map(({ sku }) => sku)).toEqual(['A', 'B', 'C']);
    await run(parameters);
    expect(asked.map(({ url, headers }) => [url, headers['if-none-match']])).toEqual(
      ['/1', '/2?page=2', '/3', '/1', '/2?page=2', '/3'].map((url) => [url, undefined]),
    );
  });

  it('stops where pages lead in a circle', async () => {
    const { run, server } = await openServed((_, response) => send(response, '[]', { link: '</>; rel=next' }));
    await expect(run({ source: { url: `${server.url}/`, format: 'json' } })).rejects.toThrow('leads back to');
  });

  it('reads what was compressed, a value on each line', async () => {
    const lines = '{"sku":"A","quantity":1}\n\n{"sku":"B","quantity":2}\nnonsense\n[]\n{"sku":"C","quantity":3}';
    const { run, server } = await openServed((_, response) => send(response, gzipSync(lines), { 'content-encoding': 'gzip' }));
    expect(await run({ source: { url: server.url, format: 'ndjson' } })).toMatchObject({
      rows: 5,
      added: 3,
      rejections: [
        { where: 'line 4', why: 'is no JSON' },
        { where: 'line 5', why: 'is no object' },
      ],
    });
  });

  it.each([
    [{ type: 'bearer', secret: 'ERP' }, { authorization: 'Bearer s3cret' }],
    [{ type: 'basic', user: 'ada', secret: 'ERP' }, { authorization: `Basic ${Buffer.from('ada:s3cret').toString('base64')}` }],
    [{ type: 'header', name: 'X-Api-Key', secret: 'ERP' }, { 'x-api-key': 's3cret' }],
  ])('shows who it is by %j, and to nobody else', async (auth, headers) => {
    const secrets: Record<string, { value: string; host: string }> = {};
    const elsewhere = await httpServer((request, response) => {
      expect(JSON.stringify(request.headers)).not.toContain(Object.values(headers)[0]);
      send(response, '[]');
    });
    const served = await openServed((_, response) => send(response, '[]', { link: `<${elsewhere.url}/2>; rel=next` }), secrets);
    secrets.ERP = { value: 's3cret', host: served.server.place };
    const world = openWorld({
      outbound: async () => outboundTo([served.server.place, elsewhere.place]),
      secrets: { ofHost: (name) => secrets[name] ?? null, backupKey: async () => null },
    });
    await world.run({ source: { url: served.server.url, format: 'json', auth } });
    expect(served.asked[0]?.headers).toMatchObject(headers);
    const refused = { source: { url: elsewhere.url, format: 'json', auth } };
    await expect(world.run(refused)).rejects.toThrow(`ERP, which is for ${served.server.place} and not for ${elsewhere.place}`);
    await expect(world.run({ source: { ...refused.source, auth: { ...auth, secret: 'PATH' } } })).rejects.toThrow(
      'SCHEDULER_SECRETS=PATH@HOST',
    );
  });

  it.each([
    [404, {}, { name: 'NonRetryableError' }],
    [401, {}, { name: 'NonRetryableError' }],
    [500, {}, { name: 'Error' }],
    [429, {}, { name: 'Error' }],
    [429, { 'retry-after': '120' }, { name: 'RetryAfterError', retryAfterMs: 120_000 }],
    [304, {}, { name: 'NonRetryableError' }],
  ])('says of status %d, with %j, whether to try again', async (status, headers, error) => {
    const { run, server, products } = await openServed((_, response) => send(response, '', headers, status));
    await expect(run({ source: { url: server.url, format: 'json' } })).rejects.toMatchObject(error);
    expect(await products()).toEqual([]);
  });

  it('is made good by the next attempt where an answer breaks off', async () => {
    let whole = false;
    const body = csv('sku,quantity', ...Array.from({ length: 5_000 }, (_, i) => `S${i},${i}`));
    const { run, products, server } = await openServed((_, response) => {
      response.writeHead(200, { 'content-length': body.length });
      if (whole) return response.end(body);
      response.write(body.slice(0, 40_000), () => response.destroy());
    });
    const parameters = { source: { url: server.url, format: 'csv' }, deleteMissing: true };
    await expect(run(parameters)).rejects.toMatchObject({ name: 'OutboundFailed' });
    expect((await products()).length).toBeLessThan(5_000);
    whole = true;
    expect(await run(parameters, { context: { attempt: 2 } })).toMatchObject({ rows: 5_000, rejected: 0, removed: 0 });
    expect(await products()).toHaveLength(5_000);
  });
});

describe('inventory_sync and hostile servers', () => {
  const hosts = [
    'http://127.0.0.1:9/',
    'http://[::1]/',
    'http://0.0.0.0/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
    'http://example.com:25/',
  ];
  it.each(hosts)('does not ask %s', async (url) => {
    const { run } = openWorld();
    await expect(run({ source: { url, format: 'json' } })).rejects.toMatchObject({
      name: 'NonRetryableError',
      message: expect.stringContaining('the source may not be asked'),
    });
  });

  it('is not led there by a redirect, nor by a next page', async () => {
    const { run, server, asked } = await openServed((request, response) =>
      request.url === '/redirect'
        ? send(response, '', { location: 'http://169.254.169.254/' }, 302)
        : send(response, '{"items":[{"sku":"A","quantity":1}],"next":"http://[::1]:80/"}'),
    );
    for (const path of ['/redirect', '/page'])
      await expect(run({ source: { url: `${server.url}${path}`, format: 'json' } })).rejects.toMatchObject({ name: 'NonRetryableError' });
    expect(asked).toHaveLength(2);
  });

  it.each(['file:///etc/passwd', 'gopher://x/', 'http://user:password@example.com/', 'javascript:alert(1)', 'stock.csv'])(
    'refuses %s when it is scheduled',
    (url) => {
      const { type } = openWorld();
      expect(type.check({ source: { url, format: 'json' } }).map(({ path }) => path)).toEqual(['parameters.source.url']);
    },
  );

  it('gives up on an answer without end', async () => {
    const { run, server } = await openServed((_, response) => {
      response.writeHead(200);
      const more = (): void => void (response.write('x'.repeat(60_000)) ? setImmediate(more) : response.once('drain', more));
      response.write('["');
      more();
    });
    await expect(run({ source: { url: server.url, format: 'json' } })).rejects.toThrow('a value has more than 262144 characters');
  });
});
