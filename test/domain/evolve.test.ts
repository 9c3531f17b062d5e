import { describe, expect, it } from 'vitest';
import { evolve, handlerKeyOf, initialState, type JobEvent, usualNoticeKinds } from '../../src/domain/job/index.js';
import { at, completed, failed, given, jobOf, manual, paused, queued, retried, scheduled, skipped, started, wake } from '../dsl.js';

const compacted = {
  type: 'JobCompacted',
  belowVersion: 7,
  createdAt: at('08:30'),
  state: jobOf(scheduled()),
  stats: {},
  open: [],
} as const;

describe('a job whose beginning retention has dropped', () => {
  it('keeps what was asked to be kept, and where its log begins', () => {
    given(scheduled())
      .when({ ...compacted, type: 'CompactJob' })
      .then(compacted);
    expect(jobOf(scheduled(), compacted)).toStrictEqual({ ...jobOf(scheduled()), keptFrom: 7 });
  });

  it('is told of executions that it does not know', () => {
    const unknown = [started('e9', at('09:00')), failed('e9', at('09:01')), retried('e9', at('09:01')), completed('e9', at('09:02'))];
    const job = jobOf(scheduled(), ...unknown);
    expect(job).toMatchObject({ executions: [], runsStarted: 0, fencingToken: 1, nextRunAt: at('09:00') });
  });
});

describe('before a job is scheduled', () => {
  it.each([paused(at('08:30')), queued('e1', at('09:00')), compacted] satisfies JobEvent[])('nothing is made of $type', (event) => {
    expect(evolve(initialState, event)).toBe(initialState);
  });

  it('a deletion leaves how far fencing tokens had grown', () => {
    expect(evolve(initialState, { type: 'JobDeleted', fencingToken: 7 })).toEqual({ kind: 'absent', fencingToken: 7 });
  });
});

describe('an execution', () => {
  const parameters = { format: 'csv' };
  const byHand = manual('m1', at('08:50'), { nextRunAt: at('09:00'), parameters });
  const attempt = [started('m1', at('08:51')), failed('m1', at('08:52')), retried('m1', at('08:52'))];
  const first = (...events: readonly JobEvent[]) => jobOf(...events).executions[0];

  it('has what it was queued with, and nothing else', () => {
    expect(first(scheduled(), byHand)).toStrictEqual({
      executionId: 'm1',
      scheduledFor: at('08:50'),
      trigger: 'manual',
      priority: 'normal',
      queuedAt: at('08:50'),
      parameters,
      attempt: 0,
      failures: 0,
      aborts: 0,
      phase: 'queued',
    });
  });

  it('keeps its parameters, and that no pause holds it, from attempt to attempt', () => {
    const inPause = [scheduled(), paused(at('08:40')), byHand];
    for (const n of [0, 1, 2, 3]) expect(first(...inPause, ...attempt.slice(0, n))).toMatchObject({ parameters, exempt: true });
    for (const n of [0, 1, 2, 3]) expect(first(scheduled(), byHand, ...attempt.slice(0, n))).not.toHaveProperty('exempt');
  });

  it('of a schedule that was replaced says so from attempt to attempt', () => {
    const replaced: JobEvent = {
      type: 'JobRescheduled',
      definition: jobOf(scheduled()).definition,
      changed: ['schedule'],
      nextRunAt: at('09:00'),
    };
    for (const n of [0, 1, 2, 3]) expect(first(scheduled(), byHand, replaced, ...attempt.slice(0, n))).toMatchObject({ former: true });
    for (const n of [0, 1, 2, 3]) expect(first(scheduled(), byHand, ...attempt.slice(0, n))).not.toHaveProperty('former');
  });

  it('that fails leaves another as it is', () => {
    const two = [
      scheduled({ overlap: 'allow' }),
      queued('e1', at('09:00')),
      started('e1', at('09:00')),
      byHand,
      started('m1', at('09:01')),
    ];
    const [other] = jobOf(...two).executions;
    expect(first(...two, failed('m1', at('09:02')), retried('m1', at('09:02')))).toStrictEqual(other);
  });

  it('by hand in a pause that is being retried goes before what the pause has held', () => {
    const events = [
      scheduled({ overlap: 'bufferOne' }),
      queued('e1', at('08:45')),
      paused(at('08:46')),
      byHand,
      ...attempt,
      { type: 'JobResumed', nextRunAt: at('09:00') } as const,
    ];
    given(...events)
      .when(wake(at('08:52')))
      .thenNothing();
  });
});

it('the latest occurrence with a fate stays the latest when an older one is given another', () => {
  const job = jobOf(scheduled(), queued('e1', at('11:00')), skipped('overlap', at('10:00'), at('10:00')));
  expect(job.lastHandled).toBe(at('11:00'));
});

it('handlers of custom jobs are those of the job, the others those of the type', () => {
  expect([handlerKeyOf('custom', 'nightly'), handlerKeyOf('report', 'nightly')]).toEqual(['custom:nightly', 'report']);
});

it('people are told of failures and of pauses that nobody asked for, unless they say otherwise', () => {
  expect(usualNoticeKinds).toEqual(['failed', 'paused']);
});
