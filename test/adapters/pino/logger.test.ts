import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/adapters/pino/createLogger.js';
import { noLog } from '../../../src/adapters/pino/noLog.js';
import { userLogger } from '../../../src/adapters/pino/userLogger.js';

const loggerTo = (options: Partial<Parameters<typeof createLogger>[0]> = {}) => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'debug', output: { write: (line) => lines.push(line) }, ...options });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') };
};

const forged = 'name\r\n{"level":"error","msg":"forged"}\u2028\u0085\u009b31m\u001b[31m red';

/** What ends a line somewhere, or tells a terminal to do something. */
const isControl = (c: string): boolean => c < ' ' || (c >= '\u007f' && c <= '\u009f') || c === '\u2028' || c === '\u2029';

describe('a line', () => {
  it('is JSON with level, time, fields and message', () => {
    const { logger, last } = loggerTo();
    logger.info({ job: 'report', attempt: 2 }, 'an attempt began');
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      job: 'report',
      attempt: 2,
      msg: 'an attempt began',
    });
  });

  it('is not written below the level', () => {
    const { logger, lines } = loggerTo({ level: 'warn' });
    logger.debug({}, 'd');
    logger.info({}, 'i');
    logger.warn({}, 'w');
    logger.error({}, 'e');
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(['warn', 'error']);
  });

  it.each([false, true])('is one line, whatever the texts in it hold (pretty: %s)', (pretty) => {
    const { logger, lines } = loggerTo({ pretty });
    logger.warn({ job: forged, [forged]: 1, error: new Error(forged) }, forged);
    expect(lines).toHaveLength(1);
    const text = stripVTControlCharacters(lines[0] ?? '');
    expect([...text].filter(isControl)).toEqual(['\n']);
    expect(text.endsWith('\n')).toBe(true);
    expect(lines[0]).not.toContain('\u001b[31m red');
  });

  it('is readable at a terminal', () => {
    const { logger, lines } = loggerTo({ pretty: true });
    logger.info({ job: 'report', note: 'two words', n: 3, list: [1] }, 'an "attempt" began');
    expect(stripVTControlCharacters(lines[0] ?? '')).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} INFO {2}an "attempt" began job=report note="two words" n=3 list=\[1\]\n$/,
    );
  });
});

describe('fields', () => {
  it('named like secrets are redacted, at any depth', () => {
    const { logger, lines } = loggerTo();
    const secrets = {
      password: 's3',
      smtpPassword: 's3',
      token: 's3',
      'X-Auth-Token': 's3',
      clientSecret: 's3',
      api_key: 's3',
      Authorization: 's3',
    };
    logger.info({ ...secrets, list: [{ headers: { authorization: { value: 's3' }, cookie: 's3' } }], fencingToken: 7 }, 'hello');
    expect(lines[0]).not.toContain('s3');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ password: '[redacted]', fencingToken: 7 });
  });

  it('and messages lose the credentials of URIs', () => {
    const { logger, lines, last } = loggerTo();
    const uri = 'mongodb://app:s3cret@db.example:27017/jobs';
    logger.error({ uri, url: new URL(uri), error: new Error(`cannot reach ${uri}`, { cause: new Error(uri) }), list: [uri] }, `at ${uri}`);
    expect(lines[0]).not.toContain('s3cret');
    expect(last()).toMatchObject({
      uri: 'mongodb://app:[redacted]@db.example:27017/jobs',
      msg: 'at mongodb://app:[redacted]@db.example:27017/jobs',
    });
  });

  it('may be errors, told with their details and causes', () => {
    const { logger, last } = loggerTo();
    const error = Object.assign(new TypeError('outer', { cause: new RangeError('inner') }), { code: 'E1' });
    logger.warn({ error }, 'failed');
    expect(last().error).toEqual({
      type: 'TypeError',
      message: 'outer',
      code: 'E1',
      stack: expect.stringContaining('TypeError: outer'),
      cause: { type: 'RangeError', message: 'inner', stack: expect.stringContaining('RangeError: inner') },
    });
  });

  it('may be anything without doing harm', () => {
    const { logger, lines, last } = loggerTo();
    const circular: { itself?: unknown; big: bigint } = { big: 1n };
    circular.itself = circular;
    const wide: unknown = Array.from({ length: 100_000 }, () => ({ a: {} }));
    const hostile = {
      get bad() {
        throw new Error('no');
      },
    };
    logger.info({ circular, wide, bytes: new Uint8Array(5), nothing: undefined, f: () => 1 }, 'odd');
    expect(last()).toMatchObject({ circular: { big: '1', itself: '[itself]' }, bytes: '[5 bytes]', msg: 'odd' });
    expect(lines[0]?.length).toBeLessThan(20_000);
    logger.info({ hostile }, 'hostile');
    expect(last()).toMatchObject({ msg: 'hostile' });
  });
});

describe("a user's own logger", () => {
  it('is called as a method, with fields and message, and told no secrets', () => {
    const own = {
      calls: [] as unknown[],
      debug(...args: unknown[]) {
        this.calls.push(['debug', ...args]);
      },
      info(...args: unknown[]) {
        this.calls.push(['info', ...args]);
      },
      warn(...args: unknown[]) {
        this.calls.push(['warn', ...args]);
      },
      error() {
        throw new Error('full disk');
      },
    };
    const logger = userLogger(own);
    logger.debug({ token: 'x' }, 'd');
    logger.info({ n: 1 }, 'i');
    logger.warn({}, 'redis://:pw@host');
    logger.error({}, 'thrown away');
    expect(own.calls).toEqual([
      ['debug', { token: '[redacted]' }, 'd'],
      ['info', { n: 1 }, 'i'],
      ['warn', {}, 'redis://:[redacted]@host'],
    ]);
  });

  it.each([true, null, 'info', { info: () => undefined }])('is refused where it cannot be one: %s', (logger) => {
    expect(() => userLogger(logger)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', issues: [expect.objectContaining({ path: 'logger' })] }),
    );
  });
});

it('silence is a logger, too', () => {
  expect([noLog.debug({}, ''), noLog.info({}, ''), noLog.warn({}, ''), noLog.error({}, '')]).toEqual(Array(4).fill(undefined));
});
