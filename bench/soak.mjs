// Steady mixed load on the embedded store, for as long as is asked: what grows, and by how much. `npm run soak -- --minutes 4`
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createScheduler } from 'nexus-scheduler';
import { quantiles } from './measure.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '4' } } });
const minutes = Number(values.minutes);
if (!(minutes >= 1)) throw new Error('--minutes must be 1 or more');

const everySecondMs = 1_000;
const sampleMs = 5_000;
const recurring = 60;
const oneTimePerSecond = 20;
const oneTimeKept = 600;
const mib = 2 ** 20;

/** What the line through the samples may rise between the first and the last of them. */
const limits = { rssMiB: 48, heapMiB: 16, handles: 4, loopDelayP99Ms: 100, latenessP99Ms: 500, bytesPerRun: 3_000 };

// Collected before it is measured, so that a slope is what is held and not what has not been collected yet.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const directory = mkdtempSync(path.join(tmpdir(), 'soak-'));
const scheduler = createScheduler({ store: { directory }, concurrency: 50, logger: false, autoStart: false });
const late = [];
let runs = 0;
scheduler.jobHandlers.set('work', ({ due }) => {
  runs++;
  if (due) late.push(Date.now() - due);
  return { ok: true };
});
scheduler.jobHandlers.set('fails', () => {
  runs++;
  throw new Error('on purpose');
});
scheduler.jobHandlers.set('fails-first', (_, { attempt }) => {
  runs++;
  if (attempt === 1) throw new Error('on purpose');
});

const jobTypes = ['work', 'work', 'work', 'fails', 'fails-first'];
const retention = { executions: 20, days: 1 };
const backoff = { type: 'constant', delay: 200 };
const recurringJob = (i, priority = 'normal') => ({
  jobName: `every-${i}`,
  jobType: jobTypes[i % jobTypes.length],
  schedule: { type: 'recurring', cronExpression: '* * * * * *', timezone: 'UTC' },
  ...{ priority, retention, backoff, maxAttempts: 2 },
});

let made = 0;
/** One second of what clients do. */
const load = async () => {
  const due = Date.now() + 500;
  const added = Array.from({ length: oneTimePerSecond }, () => ({
    jobName: `once-${++made}`,
    jobType: 'work',
    schedule: { type: 'once', runAt: new Date(due) },
    parameters: { due },
  }));
  const refused = (await scheduler.scheduleJobs(added)).find((result) => result instanceof Error);
  if (refused) throw refused;
  const gone = Array.from({ length: oneTimePerSecond }, (_, i) => made - oneTimeKept - i).filter((n) => n > 0);
  await Promise.all(gone.map((n) => scheduler.deleteJob(`once-${n}`)));
  const changed = made % recurring;
  await scheduler.scheduleJob(recurringJob(changed, made % 40 === 0 ? 'high' : 'low'));
  await scheduler.deleteJob(`every-${(changed + 7) % recurring}`);
  await scheduler.scheduleJob(recurringJob((changed + 7) % recurring));
};

const loopDelay = monitorEventLoopDelay({ resolution: 5 });
const storedBytes = () => readdirSync(directory).reduce((sum, file) => sum + statSync(path.join(directory, file)).size, 0);
const sample = (startedAt) => {
  collect();
  const { rss, heapUsed } = process.memoryUsage();
  const taken = {
    atMs: Date.now() - startedAt,
    rssMiB: rss / mib,
    heapMiB: heapUsed / mib,
    handles: process.getActiveResourcesInfo().length,
    loopDelayP99Ms: loopDelay.percentile(99) / 1e6,
    latenessP99Ms: late.length > 0 ? quantiles(late.splice(0)).p99 : 0,
    bytes: storedBytes(),
    runs,
  };
  loopDelay.reset();
  return taken;
};

/** Least squares: by how much `y` grows for each `x`. */
const slope = (samples, x, y) => {
  const mean = (of) => samples.reduce((sum, s) => sum + s[of], 0) / samples.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const over = samples.reduce((sum, s) => sum + (s[x] - meanX) * (s[y] - meanY), 0);
  return over / samples.reduce((sum, s) => sum + (s[x] - meanX) ** 2, 0);
};

const soak = async () => {
  await scheduler.scheduleJobs(Array.from({ length: recurring }, (_, i) => recurringJob(i)));
  await scheduler.start();
  loopDelay.enable();
  const startedAt = Date.now();
  const samples = [];
  for (let second = 1; second <= minutes * 60; second++) {
    await load();
    await sleep(Math.max(0, startedAt + second * everySecondMs - Date.now()));
    if (second % (sampleMs / everySecondMs) === 0) samples.push(sample(startedAt));
  }
  const { ok, problems, events, occurrences } = await scheduler.verify();
  // Until caches, pools and retention have what they hold at most, everything grows.
  const settled = samples.slice(Math.floor(samples.length / 3));
  const [first, last] = [settled[0], settled.at(-1)];
  const found = Object.entries(limits).map(([what, limit]) => {
    const rise = what === 'bytesPerRun' ? slope(settled, 'runs', 'bytes') : slope(settled, 'atMs', what) * (last.atMs - first.atMs);
    return { what, first: first[what] ?? '', last: last[what] ?? '', rise, limit, ok: rise <= limit };
  });
  const digits = (n) => (typeof n === 'number' ? Number(n.toFixed(1)) : n);
  console.log(`${minutes} minutes, ${runs} runs, ${events} events, ${occurrences} occurrences held against the calendar; settled part:`);
  console.table(found.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, digits(value)]))));
  console.log(`the files grew from ${digits(first.bytes / mib)} to ${digits(last.bytes / mib)} MiB`);
  if (!ok) console.log(`verify: ${JSON.stringify(problems.slice(0, 3))}`);
  return ok && found.every((row) => row.ok);
};

try {
  process.exitCode = (await soak()) ? 0 : 1;
} finally {
  await scheduler.stop({ drainMs: 2_000 });
  rmSync(directory, { recursive: true, force: true });
}
