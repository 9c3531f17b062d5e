// How fast the embedded store is, by itself: node bench/store.mjs [jobs] (after npm run build). Rates are of one run; compare ratios.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../dist/adapters/sqlite/index.js';
import { emptyStats } from '../dist/application/projections/stats.js';
import { usual } from './definition.mjs';

const jobs = Number(process.argv[2] ?? 20_000);
const directory = mkdtempSync(join(tmpdir(), 'nexus-bench-'));
const started = performance.now();
const { store, feed, readModels, close } = await openSqlite({ directory, node: 'bench' });
const report = (name, value) => console.log(name.padEnd(58), value);
report('open, ms', (performance.now() - started).toFixed(0));

const at = 1_753_400_000_000;
const definition = {
  ...usual,
  jobType: 'noop',
  schedule: { kind: 'once', runAt: at },
  parameters: { note: 'x'.repeat(60) },
  timeoutMs: 60_000,
  backoff: { ...usual.backoff, maxDelay: 60_000 },
};
const scheduled = (i) => [{ type: 'JobScheduled', jobId: uuid(i), definition, nextRunAt: at }];
const queuedAndStarted = (i) => [
  {
    type: 'ExecutionQueued',
    executionId: uuid(i),
    scheduledFor: at,
    trigger: 'schedule',
    priority: 'normal',
    queuedAt: at,
    nextRunAt: null,
  },
  { type: 'ExecutionStarted', executionId: uuid(i), attempt: 1, node: 'bench', startedAt: at, timeoutAt: at, fencingToken: 1, revision: 1 },
];
const uuid = (i) => `0198f0d0-1111-7222-8333-${String(i).padStart(12, '0')}`;
const stream = (i) => `acme/job-${String((i * 7_919) % 1_000_003).padStart(7, '0')}`;
let commits = 0;
const append = (key, expectedVersion, events) => store.append({ stream: key, expectedVersion, commitId: uuid(++commits), at, events });

const rate = async (name, count, work) => {
  const from = performance.now();
  await work();
  report(name, `${Math.round((count / (performance.now() - from)) * 1_000).toLocaleString('en')}/s`);
};
const groups = async (size, each) => {
  for (let i = 0; i < jobs; i += size) await Promise.all(Array.from({ length: Math.min(size, jobs - i) }, (_, k) => each(i + k)));
};
const quantiles = (name, times) => {
  times.sort((a, b) => a - b);
  const [p50, p99, max] = [0.5, 0.99, 1].map((q) => times[Math.min(times.length - 1, Math.floor(times.length * q))].toFixed(2));
  report(name, `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`);
};
const timed = async (count, each) => {
  const times = [];
  for (let i = 0; i < count; i++) {
    const from = performance.now();
    await each(i);
    times.push(performance.now() - from);
  }
  return times;
};

await rate('append, new streams, groups of 1,000', jobs, () => groups(1_000, (i) => append(stream(i), 0, scheduled(i))));
await rate('append, existing streams, groups of 100', jobs, () => groups(100, (i) => append(stream(i), 1, queuedAndStarted(i))));
let next = 0;
await rate('append, existing streams, 100 in flight', jobs, () =>
  Promise.all(
    Array.from({ length: 100 }, async () => {
      while (next < jobs) {
        const i = next++;
        await append(stream(i), 2, queuedAndStarted(i));
      }
    }),
  ),
);
quantiles('append, one by one', await timed(2_000, (i) => append(`solo/job-${i}`, 0, scheduled(i))));

const state = (i, change) => ({
  kind: 'job',
  jobId: uuid(i),
  definition,
  revision: 1,
  ended: null,
  paused: null,
  nextRunAt: at,
  lastHandled: null,
  runsStarted: 0,
  fencingToken: 0,
  executions: [],
  lastOutcome: null,
  requests: [],
  ...change,
});
const row = (i, version, change, stats = emptyStats) => ({
  stream: stream(i),
  version,
  state: state(i, change),
  stats,
  open: [],
  createdAt: at,
  updatedAt: at,
});
const done = { ended: 'exhausted', nextRunAt: null, lastHandled: at, runsStarted: 1, lastOutcome: 'completed' };
const stats = { ...emptyStats, completed: 1, days: [{ day: '2025-07-24', completed: 1, failed: 0, cancelled: 0 }], lastSuccessAt: at };
const entry = (i) => ({
  executionId: uuid(i),
  stream: stream(i),
  version: 3,
  queuedVersion: 2,
  status: 'completed',
  trigger: 'schedule',
  scheduledFor: at,
  queuedAt: at,
  startedAt: at,
  finishedAt: at,
  durationMs: 1,
  attempts: [{ attempt: 1, status: 'completed', startedAt: at, finishedAt: at, durationMs: 1, node: 'bench' }],
  parameters: definition.parameters,
});
const saveAll = async (rowOf, entryOf) => {
  for (let i = 0; i < jobs; i += 2_000) {
    const numbers = Array.from({ length: Math.min(2_000, jobs - i) }, (_, k) => i + k);
    await readModels.save({ jobs: numbers.map(rowOf), executions: entryOf ? numbers.map(entryOf) : [], checkpoints: new Map([[0, i]]) });
  }
};
await rate('save, new job rows, 2,000 at a time', jobs, () => saveAll((i) => row(i, 1)));
const work = { handlerKeys: ['noop', 'email', 'webhook'], streams: [], priority: 'normal', limit: 1_000 };
quantiles('work, 1,000 of all jobs due', await timed(50, () => readModels.work(work)));
quantiles('unclaimed, all jobs due', await timed(20, () => readModels.unclaimed({ handledKeys: ['noop'], dueBefore: at + 1, limit: 100 })));
await rate('save, ended job rows + an execution each, 2,000 at a time', jobs, () => saveAll((i) => row(i, 3, done, stats), entry));

const open = { organization: 'acme', now: at, statuses: ['queued', 'running', 'retrying', 'scheduled'], limit: 1 };
quantiles('listJobs, not done, limit 1', await timed(500, () => readModels.listJobs(open)));
quantiles('listJobs, page of 100', await timed(100, () => readModels.listJobs({ ...open, statuses: undefined, limit: 100 })));
quantiles(
  'listJobs, search without result',
  await timed(5, () => readModels.listJobs({ ...open, statuses: undefined, search: 'nothing' })),
);
quantiles('history, 20', await timed(500, (i) => readModels.history(stream(i), 20)));
quantiles('read a stream', await timed(500, (i) => store.read(stream(i), 0)));
await rate('rows by stream, 1,000 at once', jobs, () => groups(1_000, (i) => readModels.jobs([stream(i)])));

let position = 0;
await rate('feed, 1,000 at a time', await feed.head(0), async () => {
  for (let page = await feed.after(0, 0, 1_000); page.length > 0; page = await feed.after(0, position, 1_000))
    position = page.at(-1).position;
});

const saving = saveAll(
  (i) => row(i, 4, done, stats),
  (i) => ({ ...entry(i), version: 4 }),
);
let busy = true;
void saving.then(() => (busy = false));
const beside = [];
for (let i = 0; busy; i++) beside.push(...(await timed(1, () => append(`beside/job-${i}`, 0, scheduled(i)))));
quantiles('append beside saving, one by one', beside);
report('RSS, MB', (process.memoryUsage().rss / 1e6).toFixed(0));

const closing = performance.now();
await close();
report('close, ms', (performance.now() - closing).toFixed(0));
rmSync(directory, { recursive: true });
