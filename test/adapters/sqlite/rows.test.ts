import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executionColumns, jobColumns, jobRowColumns } from '../../../src/adapters/sqlite/columns.js';
import type { Cell } from '../../../src/adapters/sqlite/protocol.js';
import { readExecution, readJob, writeExecution, writeJob } from '../../../src/adapters/sqlite/rows.js';
import type { Commit } from '../../../src/application/ports/eventStore.js';
import type { ExecutionRow, JobRow } from '../../../src/application/ports/readModels.js';
import { blankRow, project } from '../../../src/application/projections/project.js';
import { type Instant, instant } from '../../../src/domain/instant.js';
import type { JobDefinition, JobEvent } from '../../../src/domain/job/index.js';

// A row is stored without what is usual in it: whatever happens to a job, what is read is what was written.

const stream = 'acme/report';

const throughJob = (row: JobRow): JobRow => {
  const cells: Cell[] = [];
  writeJob(row, cells);
  return readJob(jobRowColumns.map((column) => cells[jobColumns.indexOf(column)] ?? null));
};

const throughExecution = (row: ExecutionRow): ExecutionRow => {
  const cells: Cell[] = [];
  writeExecution(row, cells);
  expect(cells).toHaveLength(executionColumns.length);
  return readExecution(cells);
};

const usual: JobDefinition = {
  jobType: 'report',
  schedule: { kind: 'once', runAt: instant(1_700_000_000_000) },
  parameters: {},
  priority: 'normal',
  maxAttempts: 3,
  timeoutMs: 300_000,
  backoff: { type: 'exponential', delay: 1_000, factor: 2, maxDelay: 3_600_000, jitter: 0.2 },
  overlap: 'skip',
  misfire: { policy: 'once', max: 100 },
  isolation: 'inline',
  tags: [],
  retention: { maxExecutions: 1_000, maxAgeMs: 7_776_000_000 },
};

const at = fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }).map(instant);
const executionId = fc.constantFrom('e1', 'e2', 'e3');
/** As it comes out of the log: JSON knows no -0. */
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as JobDefinition['parameters']);
const maybe = <T>(value: fc.Arbitrary<T>, otherwise: T) => fc.oneof(fc.constant(otherwise), value);
const definition: fc.Arbitrary<JobDefinition> = fc
  .record({
    parameters: json,
    priority: fc.constantFrom('low', 'normal', 'high', 'critical'),
    maxAttempts: fc.integer({ min: 1, max: 4 }),
    timeoutMs: maybe(fc.integer({ min: 1, max: 400_000 }), 300_000),
    backoff: fc.constantFrom<JobDefinition['backoff']>(
      usual.backoff,
      { ...usual.backoff, jitter: 0 } as JobDefinition['backoff'],
      { type: 'constant', delay: 1_000, jitter: 0.2 },
      { type: 'list', delays: [1, 2], jitter: 0 },
    ),
    overlap: fc.constantFrom('skip', 'bufferOne', 'bufferAll', 'cancelOther', 'allow'),
    misfire: fc.constantFrom<JobDefinition['misfire']>(
      usual.misfire,
      { policy: 'all', max: 100 },
      { policy: 'once', max: 1 },
      { policy: 'once', windowMs: 5, max: 100 },
    ),
    isolation: fc.constantFrom('inline', 'worker'),
    tags: fc.constantFrom<readonly string[]>([], ['a'], ['a', 'b']),
    retention: fc.constantFrom<JobDefinition['retention']>(
      usual.retention,
      { maxExecutions: null, maxAgeMs: null },
      { maxExecutions: 1_000, maxAgeMs: null },
    ),
    extra: fc.constantFrom<Partial<JobDefinition>>({}, { description: 'Ä' }, { description: '' }),
  })
  .map(({ extra, ...given }) => ({ ...usual, ...given, ...extra }));

const error = { name: 'Error', message: 'no', code: 'X' };
const event: fc.Arbitrary<JobEvent> = fc.oneof(
  fc
    .record({
      definition,
      nextRunAt: fc.option(at),
      madeBy: fc.constantFrom(undefined, { executionId: 'm', depth: 2 }),
      paused: fc.option(at),
    })
    .map(
      ({ madeBy, paused, ...given }) =>
        ({ type: 'JobScheduled', jobId: 'j1', ...given, ...(madeBy && { madeBy }), ...(paused && { paused }) }) as JobEvent,
    ),
  fc.record({ executionId, at, trigger: fc.constantFrom('schedule', 'manual', 'catchUp', 'backfill'), parameters: fc.option(json) }).map(
    ({ parameters, at: scheduledFor, ...given }) =>
      ({
        ...{ type: 'ExecutionQueued', priority: 'normal', queuedAt: scheduledFor, scheduledFor, nextRunAt: null, ...given },
        ...(parameters !== null && { parameters }),
      }) as JobEvent,
  ),
  fc.record({ executionId, at, attempt: fc.integer({ min: 1, max: 3 }) }).map(
    ({ at: startedAt, ...given }) =>
      ({
        ...{ type: 'ExecutionStarted', node: 'n1', startedAt, timeoutAt: startedAt, fencingToken: 1, revision: 1 },
        ...given,
      }) as JobEvent,
  ),
  fc
    .record({ executionId, at, attempt: fc.constant(1), result: fc.option(json) })
    .map(
      ({ at: finishedAt, result, ...given }) =>
        ({ type: 'ExecutionCompleted', finishedAt, durationMs: 1.25, ...given, ...(result !== null && { result }) }) as JobEvent,
    ),
  fc
    .record({ executionId, at, attempt: fc.constant(1), final: fc.boolean(), cause: fc.constantFrom('error', 'timeout', 'shutdown') })
    .map(({ at: finishedAt, ...given }) => ({ type: 'ExecutionFailed', finishedAt, durationMs: 3, error, ...given }) as JobEvent),
  fc
    .record({ executionId, at })
    .map(({ at: retryAt, ...given }) => ({ type: 'ExecutionRetryScheduled', attempt: 1, retryAt, ...given }) as JobEvent),
  fc.record({ executionId, at }).map(({ at: finishedAt, ...given }) => ({ type: 'ExecutionCancelled', finishedAt, ...given }) as JobEvent),
  fc
    .record({ count: fc.integer({ min: 1, max: 9 }), to: at })
    .map((given) => ({ type: 'OccurrencesSkipped', from: given.to, nextRunAt: null, ...given }) as JobEvent),
  at.map((moment) => ({ type: 'JobPaused', at: moment, by: 'me', note: 'n' }) as JobEvent),
  fc.constantFrom<JobEvent>(
    { type: 'JobCompleted', reason: 'exhausted' } as JobEvent,
    { type: 'JobCancelled', at: instant(5) } as unknown as JobEvent,
    { type: 'JobCompacted', belowVersion: 4 } as unknown as JobEvent,
    { type: 'JobDeleted', fencingToken: 3 } as JobEvent,
  ),
);

/** The row and the entries after each of these commits. */
const rowsOf = (commits: readonly (readonly JobEvent[])[], from: Instant) => {
  const rows: JobRow[] = [];
  const entries: ExecutionRow[] = [];
  let row = blankRow(stream, from);
  for (const [i, events] of commits.entries()) {
    const commit: Commit = { commitId: `c${i}`, stream, version: i + 1, partition: 0, position: i + 1, at: instant(from + i), events };
    const projected = project(row, commit);
    row = projected.row;
    rows.push(row);
    entries.push(...projected.executions);
  }
  return { rows, entries };
};

describe('a row that is stored', () => {
  it('is read as it was written, whatever has happened to the job', () => {
    const scheduled = definition.map((given) => [{ type: 'JobScheduled', jobId: 'j1', definition: given, nextRunAt: null }] as JobEvent[]);
    const commits = fc.array(fc.array(event, { minLength: 1, maxLength: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(scheduled, commits, at, (first, later, from) => {
        const { rows, entries } = rowsOf([first, ...later], from);
        for (const row of rows) expect(throughJob(row)).toEqual(row);
        for (const entry of entries) expect(throughExecution(entry)).toEqual(entry);
      }),
      { numRuns: 400, seed: 20261127 },
    );
  });

  it('has nothing in it of what is usual', () => {
    const [only] = rowsOf([[{ type: 'JobScheduled', jobId: 'j1', definition: usual, nextRunAt: instant(7) }]], instant(0)).rows;
    const cells: Cell[] = [];
    if (only) writeJob(only, cells);
    expect(cells[jobColumns.indexOf('entry')]).toBe(
      '[0,0,{"jobId":"j1","definition":{"jobType":"report","schedule":{"kind":"once","runAt":1700000000000},"parameters":{}},"nextRunAt":7},null,[]]',
    );
  });
});
