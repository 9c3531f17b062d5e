import type { IncomingMessage } from 'node:http';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { OutboundFailed, OutboundRefused } from '../../../src/application/ports/outbound.js';
import { get, httpServer, outboundTo, tcpServer, textOf } from './servers.js';

const fastBrotli = (bytes: Uint8Array) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

describe('an answer', () => {
  it('comes with status, headers and body', async () => {
    const server = await httpServer((_request, response) =>
      response.writeHead(418, { ETag: '"7"', 'Set-Cookie': ['a=1', 'b=2'] }).end('tea'),
    );
    const { status, headers, body, url } = await outboundTo([server.place]).request(get(`${server.url}/pot?kind=green`));
    expect({ status, etag: headers.etag, cookies: headers['set-cookie'], body: await textOf(body), url }).toEqual({
      status: 418,
      etag: '"7"',
      cookies: 'a=1, b=2',
      body: 'tea',
      url: `${server.url}/pot?kind=green`,
    });
  });

  it('is to what was sent', async () => {
    const server = await httpServer(async (request, response) =>
      response.end(
        JSON.stringify({ method: request.method, path: request.url, token: request.headers['x-token'], body: await textOf(request) }),
      ),
    );
    const { body } = await outboundTo([server.place]).request(
      get(`${server.url}/hook?a=1`, { method: 'POST', body: '{"é":1}', headers: { 'X-Token': 't' } }),
    );
    expect(JSON.parse(await textOf(body))).toEqual({ method: 'POST', path: '/hook?a=1', token: 't', body: '{"é":1}' });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('is decompressed: %s', async (encoding, compress) => {
    const text = 'sku,quantity\n'.repeat(10_000);
    const server = await httpServer((_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(compress(text)));
    expect(await textOf((await outboundTo([server.place]).request(get(server.url))).body)).toBe(text);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', fastBrotli],
  ] as const)('is not held when it grows beyond the limit by decompression: %s', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(50_000_000));
    const server = await httpServer((_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(bomb));
    const { body } = await outboundTo([server.place]).request(get(server.url));
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of body) bytes += chunk.byteLength;
    })();
    await expect(reading).rejects.toThrow(/sends more than the 1000000 bytes/);
    expect(bytes).toBeLessThanOrEqual(1_000_000);
  });

  it('is refused at once when it says that it is too large', async () => {
    const server = await httpServer((_request, response) => response.writeHead(200, { 'content-length': '10000000000' }).write('x'));
    await expect(outboundTo([server.place]).request(get(server.url))).rejects.toThrow(/sends more than/);
    await expect.poll(server.connections).toBe(0);
  });

  it('that never ends is cut off at the limit', async () => {
    const server = await httpServer((_request, response) => {
      const more = () => {
        while (response.writable && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    const { body } = await outboundTo([server.place]).request(get(server.url));
    await expect(textOf(body)).rejects.toThrow(OutboundFailed);
    await expect.poll(server.connections).toBe(0);
  });

  it.each([
    ['cut off', 'gzip', gzipSync('x'.repeat(1_000)).subarray(0, 20), /ended in the middle/],
    ['no gzip', 'gzip', Buffer.from('plain text'), /not compressed as it says/],
    ['no brotli', 'br', Buffer.from('plain text'), /not compressed as it says|ended in the middle/],
    ['unknown', 'zstd', Buffer.from('x'), /which was not asked for/],
    ['twice', 'gzip, gzip', gzipSync(gzipSync('x')), /which was not asked for/],
  ] as const)('with a broken encoding is a failure: %s', async (_what, encoding, bytes, why) => {
    const server = await httpServer((_request, response) => response.writeHead(200, { 'content-encoding': encoding }).end(bytes));
    const { body } = await outboundTo([server.place]).request(get(server.url));
    await expect(textOf(body)).rejects.toThrow(why);
  });

  it('cut off in the middle is a failure, not a short answer', async () => {
    const server = await tcpServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort')),
    );
    const { body } = await outboundTo([server.place]).request(get(server.url));
    await expect(textOf(body)).rejects.toThrow(OutboundFailed);
  });

  it('without a body needs no reader', async () => {
    const server = await httpServer((_request, response) => response.writeHead(304).end());
    const { status, body } = await outboundTo([server.place]).request(get(server.url));
    expect([status, await textOf(body)]).toEqual([304, '']);
    await expect.poll(server.connections).toBe(0);
  });

  it('that nobody reads is discarded, or given up half-way', async () => {
    const server = await httpServer((_request, response) => response.write('x'.repeat(100_000)));
    const outbound = outboundTo([server.place]);
    await (await outbound.request(get(server.url))).discard();
    for await (const _ of (await outbound.request(get(server.url))).body) break;
    await expect.poll(server.connections).toBe(0);
  });
});

describe('a server that is slow', () => {
  it('with its headers is given up, though a byte comes now and then', async () => {
    const server = await tcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    const outbound = outboundTo([server.place], { timeouts: { answerMs: 200 } });
    await expect(outbound.request(get(server.url))).rejects.toThrow(/did not answer in time/);
    await expect.poll(server.connections).toBe(0);
  });

  it('in the middle of its body is given up', async () => {
    const server = await httpServer((_request, response) => response.writeHead(200).write('beginning'));
    const { body } = await outboundTo([server.place], { timeouts: { idleMs: 100 } }).request(get(server.url));
    await expect(textOf(body)).rejects.toThrow(/stopped in the middle of its answer/);
  });

  it('is given up when the signal aborts, with its reason', async () => {
    const server = await httpServer((_request, response) => response.writeHead(200).write('beginning'));
    const controller = new AbortController();
    const outbound = outboundTo([server.place]);
    const { body } = await outbound.request(get(server.url, { signal: controller.signal }));
    const reading = textOf(body);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await expect(outbound.request(get(server.url, { signal: controller.signal }))).rejects.toThrow('enough');
  });

  it('is given up when requests end altogether', async () => {
    let closed: Promise<void> | null = null;
    const server = await httpServer(() => {
      closed = outbound.close();
    });
    const outbound = outboundTo([server.place]);
    await expect(outbound.request(get(server.url))).rejects.toThrow(/the scheduler stops/);
    await closed;
  });

  it('to be found is given up', async () => {
    const outbound = outboundTo([], { resolve: () => new Promise(() => undefined), timeouts: { answerMs: 50 } });
    await expect(outbound.request(get('https://somewhere.example/'))).rejects.toThrow(/did not answer in time/);
  });
});

describe('a server that cannot be asked', () => {
  it('is a failure that says why', async () => {
    const outbound = outboundTo(['127.0.0.1'], {
      resolve: () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })),
    });
    await expect(outbound.request(get('https://nowhere.example/'))).rejects.toThrow(
      /nowhere\.example has no address: its name is not known/,
    );
    const babbler = await tcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    await expect(outbound.request(get(babbler.url))).rejects.toThrow(/no HTTP/);
  });

  it('does not show secrets of the URL in its complaint', async () => {
    const server = await tcpServer((socket) => socket.destroy());
    const failed = outboundTo([server.place]).request(get(`${server.url}/hooks/s3cret?token=s3cret`));
    await expect(failed).rejects.toThrow(OutboundFailed);
    await expect(failed).rejects.not.toThrow(/s3cret/);
  });
});

describe('a redirect', () => {
  it('is followed, at most five times', async () => {
    const server = await httpServer((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end('elsewhere');
    });
    const outbound = outboundTo([server.place]);
    const { url, body } = await outbound.request(get(`${server.url}/5`));
    expect([url, await textOf(body)]).toEqual([`${server.url}/0`, 'there']);
    await expect(outbound.request(get(`${server.url}/6`))).rejects.toThrow(/redirects more than 5 times/);
    await expect.poll(server.connections).toBe(0);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1:1/',
    'file:///etc/passwd',
    '//[::1]/',
    'http://[',
    'http://a:b@example.org/',
  ])('is not followed to %s', async (location) => {
    const server = await httpServer((_request, response) => response.writeHead(302, { location }).end());
    await expect(outboundTo([server.place]).request(get(server.url))).rejects.toThrow(OutboundRefused);
    await expect.poll(server.connections).toBe(0);
  });

  it('takes secrets along within an origin, and nowhere else', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const other = await httpServer((request, response) => {
      seen.push(request.headers);
      response.end();
    });
    const server = await httpServer((request, response) => {
      seen.push(request.headers);
      response.writeHead(302, { location: request.url === '/' ? '/again' : other.url }).end();
    });
    const headers = { Authorization: 'Bearer s3cret', Cookie: 's3cret', 'X-Api-Key': 's3cret', Accept: 'text/csv' };
    await (await outboundTo([server.place, other.place]).request(get(server.url, { headers }))).discard();
    expect(seen.map((h) => [h.authorization, h.cookie, h['x-api-key'], h.accept])).toEqual([
      ['Bearer s3cret', 's3cret', 's3cret', 'text/csv'],
      ['Bearer s3cret', 's3cret', 's3cret', 'text/csv'],
      [undefined, undefined, undefined, 'text/csv'],
    ]);
  });

  it('repeats a POST only where it may be repeated as it is', async () => {
    const server = await httpServer(async (request, response) => {
      if (request.url === '/end') response.end(`${request.method} ${await textOf(request)}`);
      else response.writeHead(Number(request.url?.slice(1)), { location: '/end' }).end('moved');
    });
    const outbound = outboundTo([server.place]);
    const post = async (status: number) => {
      const answer = await outbound.request(get(`${server.url}/${status}`, { method: 'POST', body: 'order' }));
      return [answer.status, await textOf(answer.body)];
    };
    expect(await post(307)).toEqual([200, 'POST order']);
    expect(await post(308)).toEqual([200, 'POST order']);
    expect(await post(302)).toEqual([302, 'moved']);
    expect(await post(303)).toEqual([303, 'moved']);
  });
});

describe('a name that leads elsewhere after the check', () => {
  it('is connected to where it led when it was checked', async () => {
    const server = await httpServer((request, response) => response.end(request.headers.host));
    const answers = [['127.0.0.1'], ['203.0.113.1']];
    const asked: string[] = [];
    const outbound = outboundTo(['rebinding.example'], {
      resolve: async (host) => {
        asked.push(host);
        return answers.shift() ?? [];
      },
    });
    const { body } = await outbound.request(get(`http://rebinding.example:${server.port}/`));
    expect(await textOf(body)).toBe(`rebinding.example:${server.port}`);
    expect(asked).toEqual(['rebinding.example']);
  });

  it('is checked anew at each redirect', async () => {
    const server = await httpServer((_request, response) => response.writeHead(302, { location: '/again' }).end());
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const outbound = outboundTo(['rebinding.example'], { resolve: async () => answers.shift() ?? [] });
    await expect(outbound.request(get(`http://rebinding.example:${server.port}/`))).rejects.toThrow(/169\.254\.169\.254/);
  });
});
