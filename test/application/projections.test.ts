import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMemory } from '../../src/adapters/memory/index.js';
import { noLog } from '../../src/adapters/pino/noLog.js';
import { background } from '../../src/adapters/system/background.js';
import type { Commit } from '../../src/application/ports/eventStore.js';
import type { ExecutionRow, JobRow, ReadModels } from '../../src/application/ports/readModels.js';
import { blankRow, project } from '../../src/application/projections/project.js';
import { replay } from '../../src/application/projections/replay.js';
import { emptySketch, mean, quantile, record, type Sketch } from '../../src/application/projections/sketch.js';
import { wakeIndexOf } from '../../src/application/projections/wakeIndex.js';
import { Projector } from '../../src/application/projector.js';
import { type Instant, instant } from '../../src/domain/instant.js';
import { type JobEvent, nextStartAt } from '../../src/domain/job/index.js';
import {
  at,
  boom,
  cancelled,
  completed,
  day,
  failed,
  hourly,
  jobOf,
  manual,
  minute,
  paused,
  queued,
  retried,
  scheduled,
  second,
  skipped,
  started,
} from '../dsl.js';

describe('a sketch', () => {
  const sketchOf = (values: readonly number[]): Sketch => values.reduce(record, emptySketch);
  const trueQuantile = (values: readonly number[], q: number): number =>
    [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1] ?? Number.NaN;
  const durations = fc.array(fc.oneof(fc.double({ min: 0.1, max: 10, noNaN: true }), fc.integer({ min: 1, max: 3_600_000 })), {
    minLength: 1,
    maxLength: 300,
  });

  const isWithinOnePercent = (recordOne: typeof record) =>
    fc.property(durations, fc.constantFrom(0.01, 0.5, 0.9, 0.95, 0.99, 1), (values, q) => {
      const expected = trueQuantile(values, q);
      const told = quantile(values.reduce(recordOne, emptySketch), q) ?? Number.NaN;
      expect(Math.abs(told - expected) / expected).toBeLessThanOrEqual(0.010_001);
    });

  it('knows every quantile within one percent', () => {
    fc.assert(isWithinOnePercent(record), { numRuns: 300, seed: 5 });
  });

  it('would not, had it lost a value or coarser buckets', () => {
    const forgetful: typeof record = (sketch, value) => (value > 1_000 ? sketch : record(sketch, value));
    const coarse: typeof record = (sketch, value) => record(sketch, 2 ** Math.round(Math.log2(value)));
    for (const mutant of [forgetful, coarse])
      expect(fc.check(isWithinOnePercent(mutant), { numRuns: 300, seed: 5, endOnFailure: true }).failed).toBe(true);
  });

  it('is the same in whatever order values come', () => {
    fc.assert(
      fc.property(durations, fc.integer(), (values, salt) => {
        const shuffled = values
          .map((value, i) => ({ value, key: Math.imul(i + 1, salt | 1) }))
          .sort((a, b) => a.key - b.key)
          .map(({ value }) => value);
        const [one, other] = [sketchOf(values), sketchOf(shuffled)];
        expect(other.buckets).toEqual(one.buckets);
        expect([other.count, other.max]).toEqual([one.count, one.max]);
      }),
      { numRuns: 100, seed: 6 },
    );
  });

  it('keeps its buckets in order, each once, and all values in them', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const { buckets, count } = sketchOf(values);
        const indexes = buckets.map(([i]) => i);
        expect(indexes).toEqual([...new Set(indexes)].sort((a, b) => a - b));
        expect(buckets.reduce((sum, [, n]) => sum + n, 0)).toBe(count);
        expect(count).toBe(values.length);
      }),
      { numRuns: 100, seed: 8 },
    );
  });

  it('does not grow with the number of values', () => {
    const values = Array.from({ length: 20_000 }, (_, i) => 1 + ((i * 7_919) % 3_600_000));
    expect(sketchOf(values).buckets.length).toBeLessThan(800);
  });

  it('knows mean and greatest value exactly, and nothing of no values', () => {
    expect([mean(sketchOf([1, 2, 6])), sketchOf([1, 2, 6]).max]).toEqual([3, 6]);
    expect([mean(emptySketch), quantile(emptySketch, 0.5)]).toEqual([null, null]);
    expect(quantile(sketchOf([0, 0]), 0.99)).toBe(0);
  });
});

const stream = 'acme/report';

/** Events of one commit, and when it was appended. */
type Told = readonly [Instant, readonly JobEvent[]];
const commitsOf = (...lists: readonly Told[]): readonly Commit[] =>
  lists.map(([appendedAt, events], i) => ({
    commitId: `c${i + 1}`,
    stream,
    version: i + 1,
    partition: 0,
    position: 10 * (i + 1),
    at: appendedAt,
    events,
  }));
const redacted = (commits: readonly Commit[], below: number): readonly Commit[] =>
  commits.map((c) => (c.version < below ? { ...c, events: [] } : c));
const fresh = () => blankRow(stream, instant(0));
const told = (...lists: readonly Told[]) => replay(fresh(), commitsOf(...lists));

const created = [at('08:30'), [scheduled()]] satisfies Told;
const startAt9 = [at('09:00'), [queued('e1', at('09:00')), started('e1', at('09:00'))]] satisfies Told;

describe('the row of a job', () => {
  it('reflects its commits', () => {
    const { row } = told(created, [at('08:40'), [paused(at('08:40'))]]);
    expect(row).toMatchObject({ stream, version: 2, createdAt: at('08:30'), updatedAt: at('08:40') });
    expect(row.state).toEqual(jobOf(scheduled(), paused(at('08:40'))));
  });

  it('is the same whether folded at once or step by step', () => {
    const commits = commitsOf(created, startAt9, [at('09:01'), [completed('e1', at('09:01'))]]);
    const stepwise = commits.reduce((row: JobRow, commit: Commit): JobRow => project(row, commit).row, fresh());
    expect(stepwise).toEqual(replay(fresh(), commits).row);
    const [first, second, third] = commits;
    if (!first || !second || !third) throw new Error('three commits are needed');
    const earlier = replay(fresh(), [first, second]).row;
    const folded = [jobOf(scheduled(), ...startAt9[1], completed('e1', at('09:01')))];
    expect(project(earlier, third, folded)).toEqual(project(earlier, third));
  });

  it('keeps unfinished executions open, and finished ones no longer', () => {
    expect(told(created, startAt9).row.open).toMatchObject([{ executionId: 'e1', status: 'running' }]);
    expect(told(created, startAt9, [at('09:01'), [failed('e1', at('09:01')), retried('e1', at('09:01'))]]).row.open).toMatchObject([
      { executionId: 'e1', status: 'retrying', retryAt: at('09:01:01') },
    ]);
    expect(told(created, startAt9, [at('09:01'), [completed('e1', at('09:01'))]]).row.open).toEqual([]);
  });

  it('of a deleted job is a tombstone, whether what came before was redacted or not', () => {
    const gone = [at('10:00'), [{ type: 'JobDeleted', fencingToken: 1 }]] satisfies Told;
    const commits = commitsOf(created, startAt9, gone);
    const tombstone = replay(fresh(), commits);
    expect(tombstone.row).toMatchObject({ version: 3, state: { kind: 'absent', fencingToken: 1 }, open: [], createdAt: at('10:00') });
    expect(tombstone.executions.size).toBe(0);
    expect(replay(blankRow(stream, at('23:00')), redacted(commits, 3)).row).toEqual(tombstone.row);
  });

  it('of the next generation begins anew', () => {
    const { row, executions } = told(
      created,
      startAt9,
      [at('09:30'), [cancelled('e1', at('09:30')), { type: 'JobDeleted', fencingToken: 1 }]],
      [at('10:30'), [scheduled({}, { jobId: 'job-2' })]],
    );
    expect(row).toMatchObject({
      createdAt: at('10:30'),
      stats: { completed: 0, cancelled: 0 },
      state: { jobId: 'job-2', fencingToken: 1 },
    });
    expect(executions.size).toBe(0);
  });
});

describe('a history entry', () => {
  const entry = (...lists: readonly Told[]): ExecutionRow | undefined => told(created, ...lists).executions.get('e1');

  it('tells of a run that completed', () => {
    expect(entry(startAt9, [at('09:01'), [completed('e1', at('09:01'), { result: { sent: 3 } })]])).toStrictEqual({
      executionId: 'e1',
      stream,
      version: 3,
      queuedVersion: 2,
      status: 'completed',
      trigger: 'schedule',
      scheduledFor: at('09:00'),
      queuedAt: at('09:00'),
      startedAt: at('09:00'),
      finishedAt: at('09:01'),
      durationMs: minute,
      attempts: [{ attempt: 1, status: 'completed', startedAt: at('09:00'), finishedAt: at('09:01'), durationMs: minute, node: 'n1' }],
      parameters: { format: 'pdf' },
      result: { sent: 3 },
    });
  });

  it('is not made of the end of a run whose beginning was dropped', () => {
    const ends = [started('e9', at('09:00')), failed('e9', at('09:01')), retried('e9', at('09:01')), completed('e9', at('09:02'))];
    const { row, executions } = told(created, [at('09:02'), ends]);
    expect([executions.size, row.open, row.stats.completed]).toEqual([0, [], 0]);
  });

  it('has no result where the handler gave none', () => {
    expect(entry(startAt9, [at('09:01'), [completed('e1', at('09:01'))]])).not.toHaveProperty('result');
  });

  it('begins when its execution is queued, and knows every commit that touches it', () => {
    const ownParameters = [at('09:00'), [manual('e1', at('09:00'), { parameters: { format: 'xml' } })]] satisfies Told;
    expect(entry(ownParameters)).toMatchObject({ status: 'queued', parameters: { format: 'xml' }, attempts: [], version: 2 });
    const asked = [at('09:02'), [{ type: 'ExecutionCancelRequested', executionId: 'e1' }]] satisfies Told;
    expect(entry(startAt9, asked)).toEqual({ ...entry(startAt9), version: 3 });
    expect(told(created, startAt9, asked).row.stats).toEqual(told(created, startAt9).row.stats);
    expect(entry(startAt9, [at('09:04'), [failed('e1', at('09:04'))]])).toMatchObject({ status: 'retrying', finishedAt: null });
  });

  const second2 = [at('09:05'), [started('e1', at('09:05'), { attempt: 2, node: 'n2', fencingToken: 2 })]] satisfies Told;
  const lost = [at('09:04'), [failed('e1', at('09:04'), { cause: 'lost' }), retried('e1', at('09:04'), minute)]] satisfies Told;

  it('tells of every attempt, and of the whole time', () => {
    const ended = entry(startAt9, lost, second2, [at('09:07'), [completed('e1', at('09:07'), { attempt: 2, durationMs: 2 * minute })]]);
    expect(ended).toMatchObject({ status: 'completed', startedAt: at('09:00'), finishedAt: at('09:07'), durationMs: 7 * minute });
    expect(ended?.attempts).toEqual([
      {
        attempt: 1,
        status: 'failed',
        startedAt: at('09:00'),
        finishedAt: at('09:04'),
        durationMs: minute,
        node: 'n1',
        error: boom,
        cause: 'lost',
      },
      { attempt: 2, status: 'completed', startedAt: at('09:05'), finishedAt: at('09:07'), durationMs: 2 * minute, node: 'n2' },
    ]);
    expect(ended).not.toHaveProperty('error');
    expect(ended).not.toHaveProperty('retryAt');
  });

  it('of a failed run keeps the last error', () => {
    const last = { name: 'Error', message: 'still' };
    const ended = entry(startAt9, lost, second2, [at('09:07'), [failed('e1', at('09:07'), { attempt: 2, error: last, final: true })]]);
    expect(ended).toMatchObject({ status: 'failed', error: last, finishedAt: at('09:07') });
  });

  it('of a cancelled run ends its attempt', () => {
    expect(entry(startAt9, [at('09:02'), [cancelled('e1', at('09:02'))]])).toMatchObject({
      status: 'cancelled',
      durationMs: 2 * minute,
      attempts: [{ status: 'cancelled', finishedAt: at('09:02'), durationMs: 2 * minute }],
    });
    const waiting = entry(startAt9, lost);
    expect(entry(startAt9, lost, [at('09:06'), [cancelled('e1', at('09:06'))]])).toMatchObject({
      status: 'cancelled',
      attempts: waiting?.attempts,
    });
    expect(entry([at('09:00'), [queued('e1', at('09:00'))]], [at('09:02'), [cancelled('e1', at('09:02'))]])).toMatchObject({
      status: 'cancelled',
      startedAt: null,
      durationMs: null,
      attempts: [],
    });
  });

  it('has the parameters current at the start of its last attempt, unless it has its own', () => {
    const changed = [
      at('09:04:30'),
      [
        {
          type: 'JobRescheduled',
          definition: jobOf(scheduled({ parameters: { format: 'csv' } })).definition,
          changed: ['parameters'],
          nextRunAt: at('10:00'),
        },
      ],
    ] satisfies Told;
    expect(entry(startAt9, lost, changed)?.parameters).toEqual({ format: 'pdf' });
    expect(entry(startAt9, lost, changed, second2)?.parameters).toEqual({ format: 'csv' });
    const own = [at('09:00'), [manual('e1', at('09:00'), { parameters: { format: 'xml' } }), started('e1', at('09:00'))]] satisfies Told;
    expect(entry(own, lost, changed, second2)?.parameters).toEqual({ format: 'xml' });
    const other = [at('08:50'), [manual('m1', at('08:50'), { parameters: { format: 'xml' } })]] satisfies Told;
    expect(entry(other, startAt9)?.parameters).toEqual({ format: 'pdf' });
  });
});

describe('statistics', () => {
  const statsAfter = (...events: readonly JobEvent[]) => told(created, [at('12:00'), events]).row.stats;
  const run = (n: number, end: (executionId: string, now: Instant) => JobEvent): readonly JobEvent[] => {
    const time = instant(at('09:00') + n * 60 * minute);
    return [queued(`e${n}`, time), started(`e${n}`, instant(time + second)), end(`e${n}`, instant(time + minute))];
  };
  const ok = (executionId: string, now: Instant) => completed(executionId, now);
  const bad = (executionId: string, now: Instant) => failed(executionId, now, { final: true });
  const off = (executionId: string, now: Instant) => cancelled(executionId, now);

  it('count executions, not attempts', () => {
    const retriedRun = [
      queued('e1', at('09:00')),
      started('e1', at('09:00')),
      failed('e1', at('09:01')),
      retried('e1', at('09:01')),
      started('e1', at('09:02'), { attempt: 2, fencingToken: 2 }),
      completed('e1', at('09:03'), { attempt: 2 }),
    ];
    expect(statsAfter(...retriedRun)).toMatchObject({ completed: 1, failed: 0, cancelled: 0, retries: 1, lateness: { count: 1, sum: 0 } });
    expect(statsAfter(...run(0, ok), ...run(1, bad), ...run(2, off), ...run(3, ok))).toMatchObject({
      completed: 2,
      failed: 1,
      cancelled: 1,
      retries: 0,
    });
  });

  it('count skipped occurrences', () => {
    expect(statsAfter(skipped('misfire', at('09:00'), at('11:00')), skipped('overlap', at('12:00'), at('12:00'))).skipped).toBe(4);
  });

  it('take durations of completed executions only, waits included', () => {
    expect(statsAfter(...run(0, ok), ...run(1, bad), ...run(2, off)).durations.count).toBe(1);
  });

  it('know how late scheduled runs start, jitter taken off, manual ones left out', () => {
    expect(statsAfter(...run(0, ok), ...run(1, ok)).lateness).toEqual({ count: 2, sum: 2 * second, max: second });
    const madeUp = [queued('e1', at('09:00'), { trigger: 'catchUp' }), started('e1', at('12:00')), completed('e1', at('12:01'))];
    expect(statsAfter(...madeUp).lateness).toEqual({ count: 1, sum: 180 * minute, max: 180 * minute });
    const byHand = [manual('m1', at('09:30')), started('m1', at('09:35')), completed('m1', at('09:36'))];
    expect(statsAfter(...byHand).lateness.count).toBe(0);
    const jittered = scheduled({ schedule: { ...hourly, jitterMs: 30 * minute } });
    const startsAt = nextStartAt(jobOf(jittered)) ?? at('09:00');
    expect(startsAt).toBeGreaterThan(at('09:00'));
    const events = [queued('e1', at('09:00')), started('e1', instant(startsAt + 500)), completed('e1', at('09:50'))];
    expect(told([at('08:30'), [jittered]], [at('09:50'), events]).row.stats.lateness).toEqual({ count: 1, sum: 500, max: 500 });
  });

  it('know streaks, days and the last of each kind', () => {
    const stats = statsAfter(...run(0, ok), ...run(1, bad), ...run(2, bad), ...run(24, ok), ...run(25, bad));
    expect(stats.streak).toEqual({ outcome: 'failed', count: 1 });
    expect(stats.days).toEqual([
      { day: '2026-03-02', completed: 1, failed: 2, cancelled: 0 },
      { day: '2026-03-03', completed: 1, failed: 1, cancelled: 0 },
    ]);
    expect(stats.lastSuccessAt).toBe(at('09:01', 1));
    expect(stats.lastFailureAt).toBe(at('10:01', 1));
    expect(stats.lastExecution).toEqual({
      executionId: 'e25',
      status: 'failed',
      startedAt: at('10:00:01', 1),
      finishedAt: at('10:01', 1),
      durationMs: minute,
    });
    const better = statsAfter(...run(0, bad), ...run(1, ok), ...run(2, ok));
    expect(better.streak).toEqual({ outcome: 'completed', count: 2 });
    expect([better.lastFailureAt, better.lastSuccessAt]).toEqual([at('09:01'), at('11:01')]);
  });

  it('keep thirty-five days', () => {
    const runs = Array.from({ length: 40 }, (_, i) => run(i * 24, ok)).flat();
    const { days, completed: total } = statsAfter(...runs);
    expect(total).toBe(40);
    expect([days.length, days.at(-1)?.day]).toEqual([35, new Date(at('09:00') + 39 * day).toISOString().slice(0, 10)]);
  });
});

describe('a replay', () => {
  const history = commitsOf(
    created,
    startAt9,
    [at('09:01'), [completed('e1', at('09:01'))]],
    [at('10:00'), [queued('e2', at('10:00')), started('e2', at('10:00'), { fencingToken: 2 })]],
    [at('10:30'), [failed('e2', at('10:30')), retried('e2', at('10:30'), 60 * minute)]],
    [at('11:00'), [skipped('overlap', at('11:00'), at('11:00'))]],
    [at('11:30'), [started('e2', at('11:30'), { attempt: 2, fencingToken: 3 })]],
    [at('11:31'), [completed('e2', at('11:31'), { attempt: 2 })]],
  );
  const upTo = (version: number) => replay(fresh(), history, (c) => c.version < version).row;
  /** The same log after retention has dropped what lies below a version. */
  const compacted = (below: number): readonly Commit[] => {
    const { createdAt, state, stats, open } = upTo(below);
    const event = { type: 'JobCompacted', belowVersion: below, createdAt, state, stats, open } as unknown as JobEvent;
    const last: Commit = { commitId: 'c9', stream, version: 9, partition: 0, position: 90, at: at('12:00'), events: [event] };
    return redacted([...history, last], below);
  };

  it.each([3, 4, 5, 7, 9])('starts from the snapshot that stands in for what is below version %i', (below) => {
    const dropped = replay(blankRow(stream, at('23:00')), compacted(below));
    const whole = replay(fresh(), [...history, compacted(below)[8] as Commit]);
    expect(dropped.row).toEqual(whole.row);
    for (const [executionId, execution] of dropped.executions) expect(execution).toEqual(whole.executions.get(executionId));
    for (const [executionId, { queuedVersion }] of whole.executions)
      if (queuedVersion >= below) expect(dropped.executions.has(executionId)).toBe(true);
  });

  it('from a row in the middle needs no snapshot', () => {
    expect(replay(upTo(6), compacted(4).slice(5)).row).toEqual(replay(fresh(), compacted(4)).row);
  });

  it('passes over what the row holds already', () => {
    const whole = replay(fresh(), history).row;
    expect(replay(upTo(6), history.slice(1)).row).toEqual(whole);
    expect(replay(upTo(5), compacted(4).slice(4)).row).toEqual(replay(fresh(), compacted(4)).row);
  });

  it('finds a snapshot that other commits follow', () => {
    const skip = skipped('overlap', at('12:00'), at('12:00'));
    const after: Commit = { commitId: 'c10', stream, version: 10, partition: 0, position: 100, at: at('12:30'), events: [skip] };
    const whole = replay(fresh(), [...history, compacted(7)[8] as Commit, after]).row;
    expect(replay(blankRow(stream, at('23:00')), [...compacted(7), after]).row).toEqual(whole);
  });

  it('of a row that is behind the snapshot jumps to it', () => {
    expect(replay(upTo(3), compacted(6).slice(2)).row).toEqual(replay(fresh(), compacted(6)).row);
  });

  it('to a point finds a snapshot that stands after it', () => {
    const { row } = replay(fresh(), compacted(4), (c) => c.at <= at('10:30'));
    expect(row).toEqual(upTo(6));
  });

  it('of the next generation starts at its own beginning', () => {
    const gone: Commit = {
      commitId: 'c10',
      stream,
      version: 10,
      partition: 0,
      position: 100,
      at: at('13:00'),
      events: [{ type: 'JobDeleted', fencingToken: 3 }],
    };
    const again: Commit = {
      ...gone,
      commitId: 'c11',
      version: 11,
      position: 110,
      at: at('14:00'),
      events: [scheduled({}, { jobId: 'job-2' })],
    };
    const { row, executions } = replay(fresh(), redacted([...compacted(4), gone, again], 10));
    expect(row).toMatchObject({ version: 11, createdAt: at('14:00'), state: { kind: 'job', jobId: 'job-2', fencingToken: 3 } });
    expect(executions.size).toBe(0);
  });
});

describe('the index by which a row is found', () => {
  const indexOf = (...lists: readonly Told[]) => wakeIndexOf(told(...lists).row);

  it('says what it wants of a node, and when', () => {
    expect(indexOf(created)).toEqual({
      organization: 'acme',
      jobName: 'report',
      handlerKey: 'report',
      priority: 'normal',
      workAt: at('09:00'),
      dueAt: at('09:00'),
      expiresAt: null,
      phase: 'scheduled',
    });
    expect(indexOf(created, startAt9)).toMatchObject({ workAt: at('10:00'), dueAt: at('10:00'), expiresAt: at('09:05'), phase: 'running' });
  });

  it('has nothing due of a job that is paused or ended', () => {
    expect(indexOf(created, [at('08:40'), [paused(at('08:40'))]])).toMatchObject({ dueAt: null, phase: 'paused' });
    const ended = { type: 'JobCompleted', reason: 'exhausted' } as const;
    expect(indexOf([at('08:30'), [scheduled(), ended]])).toMatchObject({ dueAt: null });
  });

  it('has no place for a tombstone', () => {
    expect(indexOf(created, [at('10:00'), [{ type: 'JobDeleted', fencingToken: 1 }]])).toBeNull();
  });
});

describe('whoever waits for what was taken to be saved', () => {
  it('does not wait for what is taken meanwhile', async () => {
    const { readModels } = openMemory({ node: 'n1' });
    let taken = 0;
    const take = (): void => {
      const stream = `acme/job-${++taken}`;
      const commit: Commit = {
        commitId: stream,
        stream,
        version: 1,
        partition: 0,
        position: taken,
        at: at('09:00'),
        events: [scheduled()],
      };
      const { row, executions } = project(blankRow(stream, at('09:00')), commit);
      projector.take(commit, row, executions);
    };
    const busy: ReadModels = {
      ...readModels,
      save: async (changes) => {
        if (changes.jobs.length > 0 && taken < 1_000) take();
        await readModels.save(changes);
      },
    };
    const projector = new Projector(busy, background, noLog);
    take();
    await projector.saved();
    expect(taken).toBeLessThan(5);
    projector.stop();
  });
});
