// Many jobs on the embedded store: how fast they are registered, what they cost while nothing is due, how soon a restart is ready, and
// how late a herd is that falls due in one second.   npm run build && node bench/scale.mjs [--jobs 100000] [--herd 2000] [--rounds 5]
// Each phase is a process of its own, as in life; one line of JSON per run, and what else the machine was doing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createScheduler } from 'nexus-scheduler';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '100000' },
    herd: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
    phase: { type: 'string' },
    directory: { type: 'string' },
  },
});
const jobs = Number(values.jobs);
const herd = Number(values.herd);
const mib = () => Math.round(process.memoryUsage().rss / 2 ** 20);
const wall = () => performance.timeOrigin + performance.now();
const busySeconds = () => {
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).map(Number);
  return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]) / 100;
};
const say = (figures) => console.log(JSON.stringify(figures));
const open = () => createScheduler({ store: { directory: values.directory }, logger: false, autoStart: false });

const phases = {
  register: async () => {
    const scheduler = open();
    const from = wall();
    for (let i = 0; i < jobs; i += 1_000)
      await scheduler.scheduleJobs(
        Array.from({ length: Math.min(1_000, jobs - i) }, (_, k) => ({
          jobName: `hourly-${i + k}`,
          jobType: 'bench',
          schedule: { type: 'recurring', cronExpression: `${((i + k) * 7919) % 60} ${(i + k) % 24} * * *` },
          parameters: { i: i + k, note: 'x'.repeat(60) },
        })),
      );
    say({ phase: 'register', jobs, seconds: Math.round(wall() - from) / 1000, rssMiB: mib() });
    await scheduler.stop();
  },
  restart: async () => {
    const scheduler = open();
    scheduler.jobHandlers.set('bench', () => undefined);
    await scheduler.start();
    const readyMs = Math.round(performance.now());
    await sleep(3_000);
    const [before, busy] = [process.cpuUsage(), busySeconds()];
    await sleep(20_000);
    const { user, system } = process.cpuUsage(before);
    const others = ((busySeconds() - busy - (user + system) / 1e6) / 20) * 100;
    say({
      phase: 'restart',
      readyMs,
      idleCpuPercent: Math.round((user + system) / 2e3) / 100,
      rssMiB: mib(),
      othersCpuPercent: Math.round(others),
    });
    await scheduler.stop();
  },
  /** A service that runs on: the first herd finds cold code, the others do not. */
  herd: async () => {
    const scheduler = open();
    let lateness = [];
    let done = () => undefined;
    scheduler.jobHandlers.set('herd', ({ due }) => {
      if (lateness.push(wall() - due) === herd) done();
    });
    await scheduler.start();
    const lasts = [];
    for (let round = 1; round <= Number(values.rounds); round++) {
      lateness = [];
      const all = new Promise((resolve) => {
        done = resolve;
      });
      const due = Math.ceil((wall() + 4_000) / 1_000) * 1_000;
      const schedule = { type: 'once', runAt: new Date(due) };
      await scheduler.scheduleJobs(
        Array.from({ length: herd }, (_, i) => ({ jobName: `herd-${due}-${i}`, jobType: 'herd', schedule, parameters: { due } })),
      );
      const [busy, cpu, from] = [busySeconds(), process.cpuUsage(), wall()];
      await all;
      const { user, system } = process.cpuUsage(cpu);
      const others = ((busySeconds() - busy - (user + system) / 1e6) / ((wall() - from) / 1_000)) * 100;
      lateness.sort((a, b) => a - b);
      const at = (q) => Math.round(lateness[Math.min(herd - 1, Math.floor(herd * q))] * 10) / 10;
      lasts.push(at(1));
      say({
        phase: 'herd',
        round,
        herd,
        earliestMs: at(0),
        p50Ms: at(0.5),
        p99Ms: at(0.99),
        lastMs: at(1),
        othersCpuPercent: Math.round(others),
      });
      await scheduler.getScheduledJobs({ limit: 1 });
    }
    lasts.sort((a, b) => a - b);
    say({ phase: 'herd', medianLastMs: lasts[lasts.length >> 1] });
    await scheduler.stop();
  },
};

if (values.phase) await phases[values.phase]();
else {
  const directory = mkdtempSync(path.join(tmpdir(), 'scale-'));
  const run = (phase) => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [import.meta.filename, ...process.argv.slice(2), '--phase', phase, '--directory', directory],
      { encoding: 'utf8' },
    );
    process.stdout.write(stdout);
    process.stderr.write(stderr);
  };
  for (const phase of ['register', 'restart', 'herd']) run(phase);
  rmSync(directory, { recursive: true });
}
