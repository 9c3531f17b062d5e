import { describe, expect, it } from 'vitest';
import { NonRetryableError, RetryAfterError } from '../../../src/application/api/handlerErrors.js';
import { requestOf, runnerOf } from './request.js';

const { runner } = runnerOf();
const outcomeOf = (thrown: unknown) =>
  runner.run(
    requestOf(() => {
      throw thrown;
    }).request,
  );

const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('get');
    },
    getPrototypeOf: () => {
      throw new Error('getPrototypeOf');
    },
    ownKeys: () => {
      throw new Error('ownKeys');
    },
    has: () => {
      throw new Error('has');
    },
  },
);
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
// The stack first: to replace it, the engine writes the one there was, and looks at the name for that.
const withHostileGetters = Object.defineProperties(new Error('shown'), {
  stack: { get: () => 7 },
  name: { get: () => hostile },
  code: {
    get: () => {
      throw new Error('code');
    },
  },
  cause: { get: () => revoked },
});
const causedByItself = new Error('round');
causedByItself.cause = causedByItself;

describe('whatever is thrown', () => {
  it.each([
    ['text', () => 'x', { name: 'Error', message: 'x' }],
    ['null', () => null, { name: 'Error', message: 'null was thrown' }],
    ['undefined', () => undefined, { name: 'Error', message: 'undefined was thrown' }],
    ['a number', () => 42, { name: 'Error', message: '42 was thrown' }],
    ['a symbol', () => Symbol('s'), { name: 'Error', message: 'Symbol(s) was thrown' }],
    ['an object', () => ({ reason: 'quota' }), { name: 'Error', message: '{"reason":"quota"}' }],
    ['an object with a message', () => ({ message: 'm', code: 11000 }), { name: 'Error', message: 'm', code: '11000' }],
    ['nothing to hold on to', () => Object.create(null), { name: 'Error', message: '{}' }],
    ['a frozen error', () => Object.freeze(new RangeError('cold')), { name: 'RangeError', message: 'cold', stack: expect.any(String) }],
    ['a hostile proxy', () => hostile, { name: 'Error', message: expect.any(String) }],
    ['a revoked proxy', () => revoked, { name: 'Error', message: expect.any(String) }],
    ['hostile getters', () => withHostileGetters, { name: 'Error', message: 'shown', stack: expect.any(String) }],
    ['an error caused by itself', () => causedByItself, { name: 'Error', message: 'round', stack: expect.any(String) }],
    [
      'several errors',
      () => new AggregateError([new Error('refused')]),
      { name: 'AggregateError', message: 'refused', stack: expect.any(String) },
    ],
  ])('is told: %s', async (_, thrown, error) => {
    expect(await outcomeOf(thrown())).toEqual({ kind: 'failed', error, retryable: true });
  });

  it('is told with its causes', async () => {
    const outcome = await outcomeOf(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED', { cause: 'the net' }) }));
    expect(outcome).toMatchObject({
      error: { stack: expect.stringMatching(/fetch failed[\s\S]*\[cause\] Error: connect ECONNREFUSED[\s\S]*\[cause\] the net/) },
    });
  });

  it('is told once where it is its own cause', async () => {
    const outcome = await outcomeOf(causedByItself);
    if (outcome.kind === 'failed') expect(outcome.error.stack?.match(/Error: round/g)).toHaveLength(1);
  });

  it('is told when it was a rejection, too', async () => {
    expect(await runner.run(requestOf(() => Promise.reject(new Error('later'))).request)).toMatchObject({ error: { message: 'later' } });
  });
});

describe('what a handler says about trying again', () => {
  it('is heard: never', async () => {
    const error = new NonRetryableError('gone', { cause: 'x' });
    expect(error).toMatchObject({ name: 'NonRetryableError', code: 'NON_RETRYABLE', cause: 'x' });
    expect(await outcomeOf(error)).toMatchObject({ error: { name: 'NonRetryableError', message: 'gone' }, retryable: false });
    expect(await outcomeOf({ code: 'NON_RETRYABLE' })).toMatchObject({ retryable: false });
  });

  it('is heard: later', async () => {
    expect(await outcomeOf(new RetryAfterError(1_500))).toMatchObject({ retryable: true, retryAfterMs: 1_500 });
    expect(await outcomeOf({ code: 'RETRY_AFTER', retryAfterMs: 0 })).toMatchObject({ retryable: true, retryAfterMs: 0 });
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 366 * 86_400_000, '5'])('is refused where it makes no sense: %s', async (ms) => {
    expect(() => new RetryAfterError(ms as number)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    const outcome = await outcomeOf({ code: 'RETRY_AFTER', retryAfterMs: ms });
    expect(outcome).toMatchObject({ kind: 'failed', retryable: true });
    expect(outcome).not.toHaveProperty('retryAfterMs');
  });
});
