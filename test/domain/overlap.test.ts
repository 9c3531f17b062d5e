import { describe, expect, it } from 'vitest';
import { type Instant, instant } from '../../src/domain/instant.js';
import type { JobDefinition, JobEvent, Overlap } from '../../src/domain/job/index.js';
import {
  at,
  cancelled,
  completed,
  failed,
  given,
  hourly,
  jobOf,
  manual,
  next,
  queued,
  retried,
  runNow,
  scheduled,
  skipped,
  started,
  wake,
} from '../dsl.js';

/** An hourly job whose nine o'clock run is still running. */
const running = (overlap: Overlap, some: Partial<JobDefinition> = {}): readonly JobEvent[] => [
  scheduled({ overlap, ...some }),
  queued('e1', at('09:00')),
  started('e1', at('09:00')),
];

const replaced = { type: 'ExecutionCancelRequested', executionId: 'e1', note: 'replaced by a newer run' } as const;
const overtaken = (executionId: string, now: Instant): JobEvent => cancelled(executionId, now, { note: 'overtaken: overlap' });
const buffered = (executionId: string, scheduledFor: Instant, queuedAt: Instant): JobEvent =>
  queued(executionId, scheduledFor, { queuedAt });

describe('a due occurrence with nothing active', () => {
  it.each(['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'allow'] as const)('starts at once under %s', (overlap) => {
    given(scheduled({ overlap }))
      .when(wake(at('09:00')))
      .then(queued('n1', at('09:00')), started('n1', at('09:00')));
  });

  it('is left alone before its time, and while no slot is free', () => {
    given(scheduled())
      .when(wake(at('08:59:59')))
      .thenNothing();
    given(scheduled())
      .when(wake(at('09:20'), { slots: 0 }))
      .thenNothing();
    given(scheduled({ overlap: 'allow' }))
      .when(wake(at('09:20'), { slots: 0 }))
      .thenNothing();
  });

  it('that waited for capacity starts however long it took', () => {
    given(scheduled({ misfire: { policy: 'skip', max: 100 } }))
      .when(wake(at('09:59')))
      .then(buffered('n1', at('09:00'), at('09:59')), started('n1', at('09:59')));
  });
});

describe('skip', () => {
  it('does not run what is due while a run is active, and records it', () => {
    given(...running('skip'))
      .when(wake(at('10:00'), { slots: 0 }))
      .then(skipped('overlap', at('10:00'), at('10:00')));
  });

  it('records several at once', () => {
    given(...running('skip'))
      .when(wake(at('12:30')))
      .then(skipped('overlap', at('10:00'), at('12:00')));
  });

  it('counts a run that waits for its retry as active', () => {
    given(...running('skip'), failed('e1', at('09:59')), retried('e1', at('09:59'), 120_000))
      .when(wake(at('10:00')))
      .then(skipped('overlap', at('10:00'), at('10:00')));
  });

  it('starts the oldest of a pile that waited for capacity, and skips the others', () => {
    given(scheduled())
      .when(wake(at('11:30')))
      .then(buffered('n1', at('09:00'), at('11:30')), skipped('overlap', at('10:00'), at('11:00')), started('n1', at('11:30')));
  });
});

describe('bufferOne', () => {
  it('lets the occurrence wait', () => {
    given(...running('bufferOne'))
      .when(wake(at('10:00'), { slots: 0 }))
      .then(queued('n1', at('10:00')));
  });

  it('replaces the one that waits by the newest, and records it as skipped', () => {
    given(...running('bufferOne'), queued('e2', at('10:00')))
      .when(wake(at('11:00'), { slots: 0 }))
      .then(
        overtaken('e2', at('11:00')),
        skipped('overlap', at('10:00'), at('10:00'), { nextRunAt: at('11:00') }),
        queued('n1', at('11:00')),
      );
  });

  it('keeps the newest of a pile', () => {
    given(...running('bufferOne'))
      .when(wake(at('12:30'), { slots: 0 }))
      .then(skipped('overlap', at('10:00'), at('11:00')), buffered('n1', at('12:00'), at('12:30')));
  });

  it('starts the newest of a pile that waited for capacity: it overtook the others while they waited', () => {
    const { job, events } = next(jobOf(scheduled({ overlap: 'bufferOne' })), wake(at('12:30')));
    expect(job.executions).toMatchObject([{ scheduledFor: at('12:00'), phase: 'running' }]);
    expect(events.filter((e) => e.type === 'OccurrencesSkipped')).toEqual([
      skipped('overlap', at('10:00'), at('11:00')),
      skipped('overlap', at('09:00'), at('09:00'), { nextRunAt: at('12:00') }),
    ]);
  });

  it('starts what waits when the run has ended', () => {
    given(...running('bufferOne'), queued('e2', at('10:00')), completed('e1', at('10:20')))
      .when(wake(at('10:20')))
      .then(started('e2', at('10:20'), { fencingToken: 2 }));
  });

  it('lets a manual run wait beside it', () => {
    given(...running('bufferOne'), manual('m1', at('09:30'), { nextRunAt: at('10:00') }))
      .when(wake(at('10:00'), { slots: 0 }))
      .then(queued('n1', at('10:00')));
  });

  it('lets a backfill wait beside it', () => {
    given(...running('bufferOne'), queued('b1', at('06:00'), { trigger: 'backfill', nextRunAt: at('10:00') }))
      .when(wake(at('10:00'), { slots: 0 }))
      .then(queued('n1', at('10:00')));
  });

  it('gives the last run of maxRuns to whoever gets to start', () => {
    const schedule = { ...hourly, maxRuns: 2 };
    const full = [...running('bufferOne', { schedule }), queued('e2', at('10:00'), { nextRunAt: null })];
    given(...full)
      .when(wake(at('11:00'), { slots: 0 }))
      .thenNothing();
  });
});

describe('bufferAll', () => {
  it('lets all wait, in order', () => {
    given(...running('bufferAll'))
      .when(wake(at('12:30'), { slots: 0 }))
      .then(buffered('n1', at('10:00'), at('12:30')), buffered('n2', at('11:00'), at('12:30')), buffered('n3', at('12:00'), at('12:30')));
    given(...running('bufferAll'), queued('e2', at('10:00')), queued('e3', at('11:00')), completed('e1', at('11:10')))
      .when(wake(at('11:10'), { slots: 5 }))
      .then(started('e2', at('11:10'), { fencingToken: 2 }));
  });

  it('keeps a hundred: the oldest that waits makes room', () => {
    const hours = Array.from({ length: 100 }, (_, i) => queued(`w${i}`, instant(at('10:00') + i * 3_600_000)));
    const now = at('14:00', 4);
    given(...running('bufferAll'), ...hours)
      .when(wake(now, { slots: 0 }))
      .then(
        cancelled('w0', now, { note: 'overtaken: bufferFull' }),
        skipped('bufferFull', at('10:00'), at('10:00'), { nextRunAt: now }),
        queued('n1', now),
      );
  });

  it('decides a long pile in several commits', () => {
    const minutely = { ...hourly, expression: '* * * * *' };
    const busy = [scheduled({ overlap: 'bufferAll', schedule: minutely }), manual('m1', at('08:59'), { nextRunAt: at('09:00') })];
    const first = next(jobOf(...busy), wake(at('10:59'), { slots: 0 }));
    expect(first.events).toHaveLength(90);
    expect(first.job.nextRunAt).toBeLessThanOrEqual(at('10:59'));
    const { job } = next(first.job, wake(at('10:59'), { slots: 0 }));
    expect(job.nextRunAt).toBe(at('11:00'));
    expect(job.executions.filter((e) => e.trigger === 'schedule')).toHaveLength(100);
  });
});

describe('cancelOther', () => {
  it('asks the run to stop and waits for it', () => {
    given(...running('cancelOther'))
      .when(wake(at('10:00'), { slots: 0 }))
      .then(replaced, queued('n1', at('10:00')));
    given(...running('cancelOther'), replaced, queued('e2', at('10:00')))
      .when(wake(at('10:01')))
      .thenNothing();
    given(...running('cancelOther'), replaced, queued('e2', at('10:00')), cancelled('e1', at('10:02')))
      .when(wake(at('10:02')))
      .then(started('e2', at('10:02'), { fencingToken: 2 }));
  });

  it('asks once, and replaces what waits', () => {
    given(...running('cancelOther'), replaced, queued('e2', at('10:00')))
      .when(wake(at('11:00'), { slots: 0 }))
      .then(
        overtaken('e2', at('11:00')),
        skipped('overlap', at('10:00'), at('10:00'), { nextRunAt: at('11:00') }),
        queued('n1', at('11:00')),
      );
  });

  it('drops what waits for a retry', () => {
    given(...running('cancelOther'), failed('e1', at('09:59')), retried('e1', at('09:59'), 120_000))
      .when(wake(at('10:00')))
      .then(
        cancelled('e1', at('10:00'), { note: 'replaced by a newer run' }),
        queued('n1', at('10:00')),
        started('n1', at('10:00'), { fencingToken: 2 }),
      );
  });

  it('runs the newest of a pile, the others were overtaken', () => {
    given(...running('cancelOther'))
      .when(wake(at('12:30'), { slots: 0 }))
      .then(skipped('overlap', at('10:00'), at('11:00')), replaced, buffered('n1', at('12:00'), at('12:30')));
  });

  it('gives the run of maxRuns back that the replaced one had', () => {
    const schedule = { ...hourly, maxRuns: 2 };
    given(...running('cancelOther', { schedule }), replaced, queued('e2', at('10:00'), { nextRunAt: null }))
      .when(runNow('m1', at('10:10')))
      .then(
        overtaken('e2', at('10:10')),
        skipped('overlap', at('10:00'), at('10:00')),
        manual('m1', at('10:10'), { nextRunAt: at('11:00') }),
      );
  });
});

describe('allow', () => {
  it('runs side by side, as many as there are slots', () => {
    given(...running('allow'))
      .when(wake(at('12:00'), { slots: 2 }))
      .then(
        buffered('n1', at('10:00'), at('12:00')),
        buffered('n2', at('11:00'), at('12:00')),
        started('n1', at('12:00'), { fencingToken: 2 }),
        started('n2', at('12:00'), { fencingToken: 3 }),
      );
  });

  it('records no occurrence before its slot: what waits already comes first', () => {
    given(...running('allow'), failed('e1', at('09:59')), retried('e1', at('09:59')))
      .when(wake(at('10:00')))
      .then(started('e1', at('10:00'), { attempt: 2, fencingToken: 2 }));
    given(...running('allow'), manual('m1', at('09:30'), { nextRunAt: at('10:00') }))
      .when(wake(at('10:00')))
      .then(started('m1', at('10:00'), { fencingToken: 2 }));
  });
});

describe('no live node has the handler', () => {
  const unclaimed = { slots: 0, queueOnly: true } as const;

  it('the occurrence is queued and waits', () => {
    given(scheduled())
      .when(wake(at('09:00:06'), unclaimed))
      .then(buffered('n1', at('09:00'), at('09:00:06')));
  });

  it.each([
    ['skip', [skipped('overlap', at('10:00'), at('10:00'))]],
    ['bufferAll', [buffered('n1', at('10:00'), at('10:00:06'))]],
  ] as const)('the next one goes by the policy %s', (overlap, events) => {
    given(scheduled({ overlap }), queued('e1', at('09:00')))
      .when(wake(at('10:00:06'), unclaimed))
      .then(...events);
  });

  it('a hundred at most are queued under allow, the rest waits with them', () => {
    const minutely = { ...hourly, expression: '* * * * *' };
    let job = jobOf(scheduled({ overlap: 'allow', schedule: minutely }, { nextRunAt: at('09:00') }));
    for (let sweep = 0; sweep < 5; sweep++) {
      const decided = next(job, wake(at('20:00'), unclaimed));
      expect(decided.events.length).toBeLessThanOrEqual(100);
      job = decided.job;
    }
    expect(job.executions).toHaveLength(100);
    expect(job.nextRunAt).toBe(at('10:40'));
  });
});
