import { expect, it } from 'vitest';
import type { JobEvent } from '../../../src/domain/job/index.js';
import { matchOccurrences, type Witness } from './occurrences.js';

const second = 1_000;
const windowMs = 5 * second;
const dueAt = (n: number): number => Date.UTC(2026, 0, 1) + n * 10 * second;

/** The lines of one attempt, `delayMs` after it was due; it takes a second. */
const attempt = (n: number, delayMs = 20, { number = 1, executionId = `x${n}`, node = 'one', ends = true } = {}): readonly Witness[] => {
  const line = { jobName: 'job', scheduledFor: new Date(dueAt(n)).toISOString(), executionId, attempt: number, node };
  const begin: Witness = { ...line, what: 'begin', at: dueAt(n) + delayMs };
  return ends ? [begin, { ...line, what: 'end', at: begin.at + second }] : [begin];
};

/** The claims of these attempts, and the failures that the log has. */
const logOf = (witnesses: readonly Witness[], failed: readonly string[] = []) => {
  const begins = witnesses.filter(({ what }) => what === 'begin');
  const events = begins.flatMap(({ executionId, attempt }): readonly object[] => [
    { type: 'ExecutionStarted', executionId, attempt },
    ...(failed.includes(`${executionId}#${attempt}`) ? [{ type: 'ExecutionFailed', executionId, attempt, cause: 'lost' }] : []),
  ]);
  return events.map((data) => ({ jobName: 'job', data: data as JobEvent }));
};

const planned = [{ jobName: 'job', due: [0, 1, 2].map(dueAt) }];
const all = [...attempt(0), ...attempt(1), ...attempt(2)];
const clean = { missing: [], skipped: [], early: [], late: [], unended: [], doubled: [], extra: [], repeated: [] };
const match = (witnesses: readonly Witness[], log = logOf(witnesses)) => matchOccurrences({ planned, witnesses, log, windowMs });

it('matches each occurrence with its own run', () => {
  expect(match(all)).toEqual({ ...clean, matched: 3, longestDelayMs: 20, lastDelayedAt: null });
});

it('names what never ran', () => {
  expect(match([...attempt(0), ...attempt(2)])).toMatchObject({ ...clean, matched: 2, missing: ['job at 2026-01-01T00:00:10.000Z'] });
});

it('tells what was skipped with a reason from what was lost', () => {
  const skip = { type: 'OccurrencesSkipped', from: dueAt(1), to: dueAt(1), count: 1, reason: 'misfire', nextRunAt: null };
  const log = [...logOf(attempt(0)), { jobName: 'job', data: skip as JobEvent }];
  expect(match(attempt(0), log)).toMatchObject({
    ...clean,
    matched: 1,
    skipped: ['job at 2026-01-01T00:00:10.000Z: misfire'],
    missing: ['job at 2026-01-01T00:00:20.000Z'],
  });
});

it('does not take the run of one occurrence for that of another', () => {
  const two = attempt(0, 10 * second, { executionId: 'y' });
  expect(match([...attempt(0), ...two, ...attempt(2)])).toMatchObject({
    missing: ['job at 2026-01-01T00:00:10.000Z'],
    doubled: ['job at 2026-01-01T00:00:00.000Z: 2 executions'],
  });
});

it('names what came too soon or too late, and says how much', () => {
  expect(match([...attempt(0, -1), ...attempt(1, windowMs), ...attempt(2, windowMs + 1)])).toMatchObject({
    ...clean,
    early: ['job at 2026-01-01T00:00:00.000Z: 1 ms'],
    late: ['job at 2026-01-01T00:00:20.000Z: 5001 ms'],
    longestDelayMs: windowMs + 1,
    lastDelayedAt: dueAt(2) + windowMs + 1,
  });
});

it('judges an occurrence by its first attempt, and takes a further one for right where the log has the end of the one before', () => {
  const retried = [...attempt(0, 20, { ends: false }), ...attempt(0, 9 * second, { number: 2, node: 'two' }), ...attempt(1), ...attempt(2)];
  expect(match(retried, logOf(retried, ['x0#1']))).toMatchObject({
    ...clean,
    matched: 3,
    repeated: ['job at 2026-01-01T00:00:00.000Z: attempt 2 on two'],
    longestDelayMs: 20,
  });
  expect(match(retried)).toMatchObject({
    doubled: ['job at 2026-01-01T00:00:00.000Z: attempt 2 on two, whose attempt before had not failed'],
  });
});

it('names attempts that began twice', () => {
  expect(match([...all, ...attempt(1, 500, { node: 'two' })])).toMatchObject({
    ...clean,
    doubled: ['job at 2026-01-01T00:00:10.000Z: attempt 1 on two'],
  });
});

it('names runs that nobody planned, and those that the log does not know', () => {
  expect(match([...all, ...attempt(7)], logOf([...attempt(0), ...attempt(2), ...attempt(7)]))).toMatchObject({
    ...clean,
    matched: 3,
    extra: [
      'job at 2026-01-01T00:01:10.000Z: not planned',
      'job at 2026-01-01T00:00:10.000Z: attempt 1 on one, which the log does not know',
    ],
  });
});

it('names what began and never ended', () => {
  expect(match([...attempt(0), ...attempt(1), ...attempt(2, 20, { ends: false })])).toMatchObject({
    ...clean,
    unended: ['job at 2026-01-01T00:00:20.000Z'],
  });
});
