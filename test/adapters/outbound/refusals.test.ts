import { describe, expect, it } from 'vitest';
import { OutboundRefused } from '../../../src/application/ports/outbound.js';
import { get, httpServer, outboundTo, textOf } from './servers.js';

const unreachable = () => {
  throw new Error('nobody may be asked');
};

const localHosts = [
  '127.0.0.1',
  '127.1',
  '127.0.0.1.',
  '2130706433',
  '0x7f.1',
  '0x7f000001',
  '0177.0.0.1',
  '017700000001',
  '%31%32%37.0.0.1',
  '１２７.0.0.1',
  '127。0。0。1',
  '0.0.0.0',
  '0',
  '0.1.2.3',
  '10.1.2.3',
  '100.64.0.1',
  '100.100.100.200',
  '169.254.169.254',
  '0xa9fea9fe',
  '168.63.129.16',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.168.1.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:a9fe:a9fe]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::a00:1]',
  '[100::1]',
  '[2001::1]',
  '[2001:db8::1]',
  '[2002:7f00:1::]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
];

describe('an address that is not public', () => {
  it.each(localHosts)('is refused as http://%s/', async (host) => {
    const outbound = outboundTo([], { resolve: unreachable });
    await expect(outbound.request(get(`http://${host}/`))).rejects.toThrow(
      /of this machine or a private network: allow it in outboundHosts/,
    );
  });

  it.each(['127.0.0.1', '::1', '::ffff:10.0.0.1', '169.254.169.254', 'fd00::1', '64:ff9b::a00:1'])(
    'is refused where a name leads to %s, be it beside a public one',
    async (address) => {
      const outbound = outboundTo([], { resolve: async () => ['93.184.216.34', address] });
      await expect(outbound.request(get('https://looks-public.example/'))).rejects.toThrow(OutboundRefused);
    },
  );

  it('is refused for a name on this machine, by the resolver of this machine', async () => {
    await expect(outboundTo([]).request(get('http://localhost/'))).rejects.toThrow(OutboundRefused);
  });

  it('is refused for a host that is allowed, where it is one that no name may lead to', async () => {
    const outbound = outboundTo(['intranet.example'], { resolve: async () => ['169.254.169.254'] });
    await expect(outbound.request(get('http://intranet.example/'))).rejects.toThrow(/169\.254\.169\.254, which no name may lead to/);
  });

  it('is asked where configuration allows the host, in whatever spelling the URL has', async () => {
    const server = await httpServer((_request, response) => response.end('stock'));
    const outbound = outboundTo([server.place, 'warehouse.example'], { resolve: async () => ['127.0.0.1'] });
    for (const host of ['127.0.0.1', '0x7f.1', '127.1.', 'warehouse.example', 'WAREHOUSE.example.']) {
      expect(await textOf((await outbound.request(get(`http://${host}:${server.port}/`))).body)).toBe('stock');
    }
  });

  it('is asked only at the port that configuration names', async () => {
    const [named, other] = [await httpServer((_q, r) => r.end('named')), await httpServer((_q, r) => r.end('other'))];
    const outbound = outboundTo([named.place]);
    expect(await textOf((await outbound.request(get(named.url))).body)).toBe('named');
    await expect(outbound.request(get(other.url))).rejects.toThrow(OutboundRefused);
  });
});

describe('an URL', () => {
  it.each([
    ['file:///etc/passwd', /only http and https/],
    ['gopher://example.org/1', /only http and https/],
    ['ftp://example.org/', /only http and https/],
    ['data:text/plain,hello', /only http and https/],
    ['javascript:alert(1)', /only http and https/],
    ['//example.org/', /no URL/],
    ['example.org', /no URL/],
    ['http://', /no URL/],
    ['http://[::1%25eth0]/', /no URL/],
    [`https://example.org/${'a'.repeat(9_000)}`, /longer than/],
    ['https://user:secret@example.org/', /must not carry a user or password/],
    ['https://user@example.org/', /must not carry a user or password/],
    ['https://example.org@127.0.0.1/', /must not carry a user or password/],
    ['http://example.org:22/', /port 22 is not one of web servers/],
    ['http://example.org:25/', /port 25/],
    ['http://example.org:27017/', /port 27017/],
    ['http://example.org:4222/', /port 4222/],
    ['http://example.org:6379/', /port 6379/],
    ['http://example.org:0/', /port 0/],
  ] as const)('is refused before anybody is asked: %s', async (url, why) => {
    const outbound = outboundTo([], { resolve: unreachable });
    const refused = outbound.request(get(url));
    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.toThrow(OutboundRefused);
  });

  it.each(['a b', 'http://host', 'host/path', 'user@host', '', 'host:99999', '::1]'])(
    'is no host that configuration may allow: %j',
    (entry) => {
      expect(() => outboundTo([entry])).toThrow(/is no host and no host:port/);
    },
  );

  it.each(['host', 'host:8080', 'host:80', '::1', '[::1]', '[::1]:8080', '10.0.0.1:443'])(
    'is a host that configuration may allow: %s',
    (entry) => {
      expect(() => outboundTo([entry])).not.toThrow();
    },
  );
});

describe('a header', () => {
  it.each([
    ['x-note', 'a\r\nx-admin: yes'],
    ['x-note', 'a\nb'],
    ['x-note', 'a\0b'],
    ['x-note', 'snow ☃'],
    ['x-note', 'a'.repeat(9_000)],
    ['x-a\r\nx-b', 'a'],
    ['', 'a'],
    ['Host', 'internal'],
    ['Content-Length', '0'],
    ['transfer-encoding', 'chunked'],
    ['Connection', 'upgrade'],
  ])('is refused that could change the message: %j: %j', async (name, value) => {
    const server = await httpServer((_request, response) => response.end());
    const refused = outboundTo([server.place]).request(get(server.url, { headers: { [name]: value } }));
    await expect(refused).rejects.toThrow(OutboundRefused);
    expect(server.connections()).toBe(0);
  });
});
