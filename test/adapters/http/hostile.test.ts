import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../src/adapters/http/app.js';
import { problem } from '../../../src/adapters/http/schemas.js';
import { hourly } from '../../application/opened.js';
import { openUntilClosed, type Service } from './service.js';

// Whatever is sent, the answer is one of those that are declared, in time, and nobody else's jobs have changed.

const nasty = fc.oneof(
  fc.constantFrom(
    ...['', ' ', '..', '../..', '%2e%2e', '%00', '\0', 'a/b', 'a%2Fb', '*', '>', '$ne', '__proto__', 'constructor', '{"$gt":""}'],
    ...[
      'null',
      '-1',
      '1e308',
      'NaN',
      '9'.repeat(400),
      'x'.repeat(3_000),
      '\u202e',
      '\ud83d\ude00',
      '\r\nx: y',
      "'; DROP TABLE jobs; --",
      '2026-02-30T00:00:00Z',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('victim', 'other', '10', '0:0:0', '2026-03-02T08:00:00Z', 'scheduled'),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: nasty },
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom({ $gt: '' }, { $where: 'sleep(9e9)' }, [], {}, 1e308, -1, true, null, JSON.parse('{"__proto__":{"isAdmin":true}}')),
);
const fields = [
  'jobName',
  'jobType',
  'schedule',
  'parameters',
  'priority',
  'timeout',
  'note',
  'until',
  'wait',
  'from',
  'to',
  'count',
  'after',
  'colour',
  '__proto__',
];
const body = fc.oneof(
  fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 5 }),
  value,
  fc.record({ jobName: fc.constantFrom('other', 'x'), jobType: fc.constant('nobody'), schedule: fc.oneof(fc.constant(hourly), value) }),
);
const names = [
  'organization',
  'status',
  'type',
  'tag',
  'q',
  'limit',
  'cursor',
  'asOf',
  'at',
  'after',
  'count',
  'days',
  'last',
  'job',
  'name[$ne]',
  'colour',
];
const query = fc.array(fc.tuple(fc.constantFrom(...names), nasty), { maxLength: 3 });
const headers = fc.dictionary(
  fc.constantFrom('if-match', 'if-none-match', 'idempotency-key', 'last-event-id', 'accept', 'content-type'),
  fc.constantFrom('*', '"1"', '"999999999999999999"', 'W/"1"', '', 'x', 'application/json', 'text/html', ';;;q=', 'a'.repeat(2_000)),
  { maxKeys: 2 },
);
const requests = fc.record({ part: nasty, query, headers, body });

const open: Service[] = [];
let service: Service;
beforeAll(async () => {
  service = await openUntilClosed();
  open.push(service);
  await service.scheduler.scheduleJob({
    jobName: 'victim',
    jobType: 'nobody',
    schedule: hourly,
    organization: 'acme',
    parameters: { keep: 'me' },
  });
});
afterAll(() => Promise.all(open.map(({ close }) => close())));

const longestMs = 5_000;

describe('hostile requests', () => {
  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s answers as it says it does', async (_, route) => {
    const acme = service.scheduler.forOrganization('acme');
    const before = JSON.stringify(await acme.getJob('victim'));
    await fc.assert(
      fc.asyncProperty(requests, async ({ part, query, headers, body }) => {
        const path = route.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(part.toWellFormed()));
        const text = new URLSearchParams(query.map(([name, given]): [string, string] => [name, given.toWellFormed()])).toString();
        const hasBody = route.method === 'PUT' || route.method === 'POST';
        const response = await fetch(`${service.url}${path}${text === '' ? '' : `?${text}`}`, {
          method: route.method,
          headers: { ...(hasBody && { 'content-type': 'application/json' }), ...headers },
          signal: AbortSignal.timeout(longestMs),
          ...(hasBody && { body: JSON.stringify(body) ?? 'undefined' }),
        });
        // An empty part leads to another route.
        const declared = [...Object.keys(route.answers).map(Number), ...route.problems, 400, 403, 404, 405, 406, 413, 415];
        expect(declared).toContain(response.status);
        const answered = await response.text();
        if (response.status >= 400) expect(problem.safeParse(JSON.parse(answered)).error).toBeUndefined();
      }),
      { numRuns: 25, seed: 20_260_302 },
    );
    expect(JSON.stringify(await acme.getJob('victim'))).toBe(before);
    expect(Object(Object.prototype).isAdmin).toBeUndefined();
  });

  it('leave a log that is intact', async () => {
    expect(await service.scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('in great numbers at once are all answered', async () => {
    const all = await Promise.all(Array.from({ length: 200 }, (_, i) => service.call('GET', `/api/v1/jobs?limit=${(i % 9) + 1}`)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
  });
});
