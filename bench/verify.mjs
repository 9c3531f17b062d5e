// How long `verify` takes, and what it needs: a log is lived through on a manual clock, then checked in a process of its own.
//   npm run build && node bench/verify.mjs [--events 1000000] [--jobs 1000] [--retention 1000]
// Few jobs have long streams each; a retention of 0 drops nothing. One line of JSON per phase.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createScheduler, manualClock } from 'nexus-scheduler';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    jobs: { type: 'string', default: '1000' },
    retention: { type: 'string', default: '1000' },
    phase: { type: 'string' },
    directory: { type: 'string' },
  },
});
const [events, jobs, kept] = [values.events, values.jobs, values.retention].map(Number);
const minute = 60_000;
const rssMiB = () => Math.round(process.memoryUsage().rss / 2 ** 20);
const say = (figures) => console.log(JSON.stringify(figures));
const seconds = (from) => Math.round(performance.now() - from) / 1_000;

const phases = {
  fill: async () => {
    const clock = manualClock(new Date('2026-03-02T08:30:30Z'));
    const handlers = { work: () => ({ done: true }) };
    const scheduler = createScheduler({ store: { directory: values.directory }, clock, handlers, logger: false, concurrency: 1_000 });
    let seen = 0;
    scheduler.on('*', () => seen++);
    const retention = kept === 0 ? false : { executions: kept };
    const schedule = { type: 'recurring', cronExpression: '* * * * *' };
    const given = Array.from({ length: jobs }, (_, i) => ({ jobName: `job-${i}`, jobType: 'work', schedule, retention }));
    await scheduler.scheduleJobs(given);
    const from = performance.now();
    while (seen < events) await clock.advance(minute);
    say({ phase: 'fill', events: seen, seconds: seconds(from) });
    await scheduler.stop();
  },
  verify: async () => {
    const clock = manualClock(new Date('2026-03-02T08:30:30Z'));
    const scheduler = createScheduler({ store: { directory: values.directory }, clock, logger: false, autoStart: false });
    await scheduler.getScheduledJobs({ limit: 1 });
    const [before, cpu, from] = [rssMiB(), process.cpuUsage(), performance.now()];
    const { ok, ...counts } = await scheduler.verify();
    const { user, system } = process.cpuUsage(cpu);
    const most = Math.round(process.resourceUsage().maxRSS / 1024);
    say({ phase: 'verify', ok, ...counts, seconds: seconds(from), cpuSeconds: Math.round((user + system) / 1e4) / 100, before, most });
    await scheduler.stop();
  },
};

const phase = phases[values.phase];
if (phase) await phase();
else {
  const directory = mkdtempSync(path.join(tmpdir(), 'nexus-verify-'));
  for (const name of Object.keys(phases)) {
    const args = [process.argv[1], ...process.argv.slice(2), '--phase', name, '--directory', directory];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
  rmSync(directory, { recursive: true, force: true });
}
