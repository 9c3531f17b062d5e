import fc from 'fast-check';

const throws = (): never => {
  throw new Error('gotcha');
};

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { inner: value };
  return value;
};

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

/** Values that no JSON text makes, and texts that break what is built by hand. */
export const oddities: readonly unknown[] = [
  ...[undefined, null, true, 0, -0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 2 ** 31, 2 ** 53, 10n ** 400n],
  ...[
    '',
    ' ',
    '\0',
    '\r\nX: y',
    '\u001b[31m',
    '\u2028',
    '\ud800',
    '\u202e',
    '..',
    '../../etc/passwd',
    '*',
    '>',
    'a.b',
    'a/b',
    '-x',
    '%2e%2e',
  ],
  ...['__proto__', 'constructor', 'toString', '$where', '{"$gt":""}', "'; DROP TABLE jobs; --", 'é'.repeat(200), 'x'.repeat(1 << 20)],
  ...['+275760-09-13T00:00:00.001Z', '2026-02-30T00:00:00Z', '9'.repeat(400), `${'(a+'.repeat(50)}$`, 'a'.repeat(50_000)],
  ...[Symbol('odd'), throws, () => 1, class {}, new Date(Number.NaN), new Date(8.64e15), new Map([[1, 2]]), new Set([1]), /x/],
  ...[{}, [], [undefined], new Array(3), new Array(1e9), nested(10_000), cyclic, Object.create(null), new Uint8Array(8)],
  ...[{ $gt: '' }, { $ne: null }, { $where: 'sleep(9e9)' }, { toString: throws }, { toJSON: throws }, { valueOf: throws }],
  ...[JSON.parse('{"__proto__":{"isAdmin":true}}'), JSON.parse('{"constructor":{"prototype":{"isAdmin":true}}}')],
  ...[revoked(), new Proxy({}, { get: throws, ownKeys: throws, has: throws, getPrototypeOf: throws }), new Proxy([], { get: throws })],
  ...[
    Object.fromEntries([['then', throws]]),
    Object.fromEntries([['then', 1]]),
    { length: 2 ** 53 },
    {
      get jobName() {
        return throws();
      },
    },
    [new Proxy({}, { get: throws })],
  ],
  ...[Promise.resolve(1), new Error('x'), Object.freeze({}), { [Symbol.iterator]: throws }, { [Symbol.toPrimitive]: throws }],
];

/** A value that is only looked at by who is called: those here do not survive being generated. */
export type Made = () => unknown;

export const made =
  (value: unknown): Made =>
  () =>
    value;

/** A value of any type that the language has. */
export const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  maxDepth: 3,
});

/** Any value at all, the odd ones often. */
export const odd: fc.Arbitrary<Made> = fc.oneof(
  { weight: 3, arbitrary: fc.nat(oddities.length - 1).map((n) => () => oddities[n]) },
  { weight: 2, arbitrary: anything.map(made) },
  { weight: 1, arbitrary: fc.jsonValue().map(made) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map(made) },
);

/** An object of the given fields, each left out, as it should be, or odd. */
export const oddly = (fields: { readonly [name: string]: unknown }): fc.Arbitrary<Made> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(fields).map(([name, good]) => [
          name,
          fc.oneof({ weight: 6, arbitrary: fc.constant(made(good)) }, { weight: 1, arbitrary: odd }),
        ]),
      ),
      { requiredKeys: [] },
    )
    .map((record) => () => Object.fromEntries(Object.entries(record).map(([name, make]) => [name, make?.()])));
