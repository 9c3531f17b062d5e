import { describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/instant.js';
import type { FailureCause, Job, JobEvent } from '../../src/domain/job/index.js';
import { type Backoff, backoffDelay } from '../../src/domain/schedule/retryPolicy.js';
import {
  at,
  complete,
  completed,
  exhausted,
  fail,
  failed,
  given,
  jobOf,
  minute,
  next,
  once,
  queued,
  retried,
  scheduled,
  second,
  started,
  wake,
} from '../dsl.js';

const running = [scheduled(), queued('e1', at('09:00')), started('e1', at('09:00'))];
const secondAttempt = [failed('e1', at('09:01')), retried('e1', at('09:01')), started('e1', at('09:02'), { attempt: 2, fencingToken: 2 })];
const thirdAttempt: readonly JobEvent[] = [
  failed('e1', at('09:03'), { attempt: 2 }),
  retried('e1', at('09:03'), 2 * second, 3),
  started('e1', at('09:04'), { attempt: 3, fencingToken: 3 }),
];

describe('an attempt that completes', () => {
  it('ends the execution with its result', () => {
    given(...running)
      .when(complete('e1', at('09:01'), { result: { sent: 3 } }))
      .then(completed('e1', at('09:01'), { result: { sent: 3 } }));
    given(...running)
      .when(complete('e1', at('09:01')))
      .then(completed('e1', at('09:01')));
  });

  it('ends a job that has no further occurrence', () => {
    given(scheduled({ schedule: once(at('09:00')) }), queued('e1', at('09:00'), { nextRunAt: null }), started('e1', at('09:00')))
      .when(complete('e1', at('09:01')))
      .then(completed('e1', at('09:01')), exhausted);
  });
});

describe('an attempt that fails', () => {
  it('is tried again after the back-off', () => {
    given(...running)
      .when(fail('e1', at('09:01')))
      .then(failed('e1', at('09:01')), retried('e1', at('09:01')));
    given(...running, ...secondAttempt)
      .when(fail('e1', at('09:03'), { attempt: 2 }))
      .then(failed('e1', at('09:03'), { attempt: 2 }), retried('e1', at('09:03'), 2 * second, 3));
  });

  it('starts again when its time has come, not earlier, with the next number and token', () => {
    const waiting = [...running, failed('e1', at('09:01')), retried('e1', at('09:01'), minute)];
    given(...waiting)
      .when(wake(at('09:01:59')))
      .thenNothing();
    given(...waiting)
      .when(wake(at('09:02'), { slots: 0 }))
      .thenNothing();
    given(...waiting)
      .when(wake(at('09:02')))
      .then(started('e1', at('09:02'), { attempt: 2, fencingToken: 2 }));
  });

  it('has failed for good after maxAttempts', () => {
    given(...running, ...secondAttempt, ...thirdAttempt)
      .when(fail('e1', at('09:05'), { attempt: 3 }))
      .then(failed('e1', at('09:05'), { attempt: 3, final: true }));
  });

  it('has failed for good with maxAttempts 1, and ends a job with nothing to follow', () => {
    const schedule = once(at('09:00'));
    given(scheduled({ schedule, maxAttempts: 1 }), queued('e1', at('09:00'), { nextRunAt: null }), started('e1', at('09:00')))
      .when(fail('e1', at('09:01')))
      .then(failed('e1', at('09:01'), { final: true }), exhausted);
  });

  it('is not tried again where the handler said that it cannot help', () => {
    given(...running)
      .when(fail('e1', at('09:01'), { retryable: false }))
      .then(failed('e1', at('09:01'), { final: true }));
  });

  it('keeps the job going under the policies of the definition current at its end', () => {
    const changed = {
      type: 'JobRescheduled',
      definition: jobOf(scheduled({ maxAttempts: 1 })).definition,
      changed: ['maxAttempts'],
      nextRunAt: at('10:00'),
    } as const;
    given(...running, changed)
      .when(fail('e1', at('09:01')))
      .then(failed('e1', at('09:01'), { final: true }));
    given(...running, failed('e1', at('09:01')), retried('e1', at('09:01')), changed)
      .when(wake(at('09:02')))
      .then(started('e1', at('09:02'), { attempt: 2, fencingToken: 2, revision: 2 }));
  });
});

describe('the result of an attempt', () => {
  const stale = (executionId: string, attempt: number) => ({ code: 'STALE_ATTEMPT', executionId, attempt }) as const;

  it('is refused once the attempt was failed', () => {
    given(...running, failed('e1', at('09:05'), { cause: 'timeout' }), retried('e1', at('09:05')))
      .when(complete('e1', at('09:06')))
      .thenRejected(stale('e1', 1));
  });

  it('is refused once another attempt runs', () => {
    given(...running, ...secondAttempt)
      .when(complete('e1', at('09:06'), { attempt: 1 }))
      .thenRejected(stale('e1', 1));
    given(...running, ...secondAttempt)
      .when(fail('e1', at('09:06'), { attempt: 1 }))
      .thenRejected(stale('e1', 1));
    given(...running, ...secondAttempt)
      .when(complete('e1', at('09:06'), { attempt: 3 }))
      .thenRejected(stale('e1', 3));
  });

  it('is refused twice, and where there was never such an execution', () => {
    given(...running, completed('e1', at('09:01')))
      .when(complete('e1', at('09:01')))
      .thenRejected(stale('e1', 1));
    given(scheduled(), queued('e1', at('09:00')))
      .when(complete('e1', at('09:01')))
      .thenRejected(stale('e1', 1));
    given(...running)
      .when(complete('e2', at('09:01')))
      .thenRejected(stale('e2', 1));
  });
});

describe('the budget of attempts', () => {
  /** Fails attempt after attempt until it is final, and says how many there were. */
  const attemptsUntilFinal = (causeOf: (attempt: number) => FailureCause, maxAttempts = 3): number => {
    let job: Job = jobOf(scheduled({ maxAttempts }), queued('e1', at('09:00')), started('e1', at('09:00')));
    for (let attempt = 1; attempt < 100; attempt++) {
      const now = at('09:30');
      const decided = next(job, fail('e1', now, { attempt, cause: causeOf(attempt) }));
      if (decided.job.executions.length === 0) return attempt;
      const restarted = next(decided.job, wake(at('11:00', 1), { watchedSince: at('00:00') }));
      job = restarted.job;
      expect(restarted.events.at(-1)).toMatchObject({ type: 'ExecutionStarted', attempt: attempt + 1 });
    }
    throw new Error('it never ends');
  };

  it.each(['error', 'timeout', 'lost'] as const)('counts %s', (cause) => {
    expect(attemptsUntilFinal(() => cause)).toBe(3);
  });

  it.each(['shutdown', 'fenced', 'snoozed'] as const)('does not count %s, ten times', (cause) => {
    expect(attemptsUntilFinal(() => cause)).toBe(11);
    expect(attemptsUntilFinal((attempt) => (attempt <= 10 ? cause : 'error'))).toBe(13);
  });

  it('counts what counts, whatever comes in between', () => {
    expect(attemptsUntilFinal((attempt) => (attempt % 2 === 0 ? 'error' : 'shutdown'))).toBe(6);
  });

  it('mixes all aborts in one limit of ten', () => {
    const causes = ['shutdown', 'fenced', 'snoozed'] as const;
    expect(attemptsUntilFinal((attempt) => causes[attempt % 3] ?? 'error')).toBe(11);
  });
});

describe('the wait before the next attempt', () => {
  it('is none after a shutdown or a fence, and what the handler asked for after a snooze', () => {
    for (const cause of ['shutdown', 'fenced'] as const)
      given(...running)
        .when(fail('e1', at('09:01'), { cause }))
        .then(failed('e1', at('09:01'), { cause }), retried('e1', at('09:01'), 0));
    given(...running)
      .when(fail('e1', at('09:01'), { cause: 'snoozed', retryAfterMs: 7 * minute }))
      .then(failed('e1', at('09:01'), { cause: 'snoozed' }), retried('e1', at('09:01'), 7 * minute));
  });

  it('grows with failures that count, not with aborts', () => {
    const aborted = [
      failed('e1', at('09:01'), { cause: 'shutdown' }),
      retried('e1', at('09:01'), 0),
      started('e1', at('09:01'), { attempt: 2, fencingToken: 2 }),
    ];
    given(...running, ...aborted)
      .when(fail('e1', at('09:02'), { attempt: 2 }))
      .then(failed('e1', at('09:02'), { attempt: 2 }), retried('e1', at('09:02'), second, 3));
  });

  const delays = (backoff: Backoff) => [1, 2, 3, 4, 5, 6].map((failures) => backoffDelay(backoff, failures, 'e1'));

  it('doubles up to a limit', () => {
    expect(delays({ type: 'exponential', delay: 1_000, factor: 2, maxDelay: 10_000, jitter: 0 })).toEqual([
      1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
    ]);
    expect(delays({ type: 'exponential', delay: 100, factor: 10, maxDelay: 3_600_000, jitter: 0 })).toEqual([
      100, 1_000, 10_000, 100_000, 1_000_000, 3_600_000,
    ]);
    expect(backoffDelay({ type: 'exponential', delay: 1_000, factor: 100, maxDelay: 3_600_000, jitter: 0 }, 99, 'e1')).toBe(3_600_000);
    expect(backoffDelay({ type: 'exponential', delay: 0, factor: 100, maxDelay: 3_600_000, jitter: 1 }, 99, 'e1')).toBe(0);
  });

  it('grows by the same step, stays the same, or follows a list', () => {
    expect(delays({ type: 'linear', delay: 1_000, maxDelay: 4_500, jitter: 0 })).toEqual([1_000, 2_000, 3_000, 4_000, 4_500, 4_500]);
    expect(delays({ type: 'constant', delay: 700, jitter: 0 })).toEqual([700, 700, 700, 700, 700, 700]);
    expect(delays({ type: 'list', delays: [1, 50, 9], jitter: 0 })).toEqual([1, 50, 9, 9, 9, 9]);
  });

  it('has 0 to jitter x delay added, by the execution and the attempt', () => {
    const backoff: Backoff = { type: 'constant', delay: 10_000, jitter: 0.2 };
    const spread = Array.from({ length: 200 }, (_, i) => backoffDelay(backoff, 1, `execution-${i}`));
    expect(Math.min(...spread)).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...spread)).toBeLessThanOrEqual(12_000);
    expect(Math.max(...spread) - Math.min(...spread)).toBeGreaterThan(1_800);
    expect(backoffDelay(backoff, 1, 'execution-7')).toBe(spread[7]);
    expect(backoffDelay(backoff, 2, 'execution-7')).not.toBe(spread[7]);
  });

  it('is a whole number of milliseconds', () => {
    const { events } = next(
      jobOf(
        scheduled({ backoff: { type: 'exponential', delay: 333, factor: 1.7, maxDelay: 60_000, jitter: 0.5 } }),
        queued('e1', at('09:00')),
        started('e1', at('09:00')),
      ),
      fail('e1', at('09:01')),
    );
    const [, retry] = events;
    expect(
      retry?.type === 'ExecutionRetryScheduled' &&
        Number.isInteger(retry.backoffMs) &&
        retry.retryAt === instant(at('09:01') + retry.backoffMs),
    ).toBe(true);
  });
});

describe('fencing tokens', () => {
  it('grow with every start of the job, whichever execution it is', () => {
    const busy = [scheduled({ overlap: 'allow' }), queued('e1', at('09:00')), started('e1', at('09:00')), queued('e2', at('10:00'))];
    given(...busy)
      .when(wake(at('10:00')))
      .then(started('e2', at('10:00'), { fencingToken: 2 }));
    given(...busy, started('e2', at('10:00'), { fencingToken: 2 }), failed('e1', at('10:01')), retried('e1', at('10:01'), 0))
      .when(wake(at('10:01')))
      .then(started('e1', at('10:01'), { attempt: 2, fencingToken: 3 }));
  });
});

it('an error is recorded as it was told', () => {
  const error = { name: 'TypeError', message: 'x is not a function', code: 'E1', stack: 'at x' };
  given(...running)
    .when(fail('e1', at('09:01'), { error, durationMs: 12.5 }))
    .then(failed('e1', at('09:01'), { error, durationMs: 12.5 }), retried('e1', at('09:01')));
});
