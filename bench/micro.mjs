// Single steps of an execution, in processor time of this process: what the sums elsewhere are made of.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { usual } from './definition.mjs';
import { round } from './measure.mjs';

const at = Date.UTC(2026, 0, 1);

const definition = {
  ...usual,
  schedule: { kind: 'cron', expression: '*/5 * * * *', timezone: 'UTC' },
  parameters: { note: 'x'.repeat(60) },
  timeoutMs: 60_000,
  backoff: { ...usual.backoff, maxDelay: 60_000 },
};

const cpuMicros = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** The median of several rounds, in microseconds of processor time per call. */
const timed = (calls, call) => {
  const rounds = Array.from({ length: 7 }, () => {
    const from = cpuMicros();
    for (let i = 0; i < calls; i++) call(i);
    return (cpuMicros() - from) / calls;
  });
  return round(rounds.sort((a, b) => a - b)[3]);
};

export const microBenchmarks = async (quick) => {
  const [{ createCalendar }, { decodeEvents, encodeEvents }, { jobDecider }, { ids }, { openSqlite }] = await Promise.all([
    import('../dist/adapters/calendar/index.js'),
    import('../dist/adapters/codec/index.js'),
    import('../dist/domain/job/index.js'),
    import('../dist/adapters/system/ids.js'),
    import('../dist/adapters/sqlite/index.js'),
  ]);
  const calls = quick ? 5_000 : 50_000;
  const calendar = createCalendar(new Map());
  const owner = { jobId: 'job-1', organization: 'acme' };
  const decider = jobDecider({ calendar, organization: 'acme' });
  const scheduled = { type: 'JobScheduled', jobId: 'job-1', definition, nextRunAt: at };
  const job = decider.evolve(decider.initialState, scheduled);
  const wake = { type: 'Wake', now: at, node: 'n1', watchedSince: at, slots: 1, newExecutionId: () => 'e1' };
  const started = decider.decide(wake, job);
  const running = started.events.reduce(decider.evolve, job);
  const complete = { type: 'CompleteAttempt', now: at + 5, executionId: 'e1', attempt: 1, durationMs: 5, result: { success: true } };
  const text = encodeEvents(started.events);
  const figures = {
    decideStart: timed(calls, () => decider.decide(wake, job)),
    decideEnd: timed(calls, () => decider.decide(complete, running)),
    encode: timed(calls, () => encodeEvents(started.events)),
    decode: timed(calls, () => decodeEvents(text)),
    nextOccurrence: timed(calls, (i) => calendar.next(definition.schedule, at + i * 300_000, owner)),
    id: timed(calls, () => ids.next()),
  };
  const directory = mkdtempSync(path.join(tmpdir(), 'bench-micro-'));
  const { store, close } = await openSqlite({ directory, node: 'bench' });
  const batched = async (version, events) => {
    const count = quick ? 2_000 : 20_000;
    const from = cpuMicros();
    for (let i = 0; i < count; i += 500)
      await Promise.all(
        Array.from({ length: 500 }, (_, k) =>
          store.append({ stream: `acme/job-${i + k}`, expectedVersion: version, commitId: ids.next(), at, events }),
        ),
      );
    return round((cpuMicros() - from) / count);
  };
  const append = await batched(0, [scheduled]);
  const claim = await batched(1, started.events);
  await close();
  rmSync(directory, { recursive: true });
  return { unit: 'microseconds of processor time', ...figures, appendInBatches: append, claimInBatches: claim };
};
