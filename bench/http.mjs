// What answering over HTTP costs beside the same calls of the library: processor time of the process that answers, which other work on the
// machine hardly changes, and calls a second over 20 connections, which it does.
//   npm run build && node bench/http.mjs [seconds]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createScheduler } from '../dist/bundle/index.js';

const seconds = Number(process.argv[2] ?? 3);
const atOnce = 20;
const jobs = 1_000;
const directory = mkdtempSync(path.join(tmpdir(), 'bench-http-'));
const schedule = { type: 'recurring', cronExpression: '0 9 1 1 *' };
const job = (i, tag) => ({ jobName: `job-${i % jobs}`, jobType: 'nobody', schedule, ...(tag && { tags: [tag] }) });

/** Calls a second, so many at once, and what one costs the process that answers. */
const rateOf = async (spentMs, call) => {
  let [calls, next] = [0, 0];
  const until = performance.now() + seconds * 1_000;
  const before = spentMs();
  const one = async () => {
    while (performance.now() < until) {
      await call(next++);
      calls++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return { perSecond: Math.round(calls / seconds), micros: Math.round((1_000 * (spentMs() - before)) / calls) };
};

const ownMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
/** User and system time in hundredths of a second, as Linux counts them. */
const msOf = (pid) => () => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const ofLibrary = async () => {
  const scheduler = createScheduler({ store: { directory: path.join(directory, 'library') }, logger: false });
  await scheduler.scheduleJobs(Array.from({ length: jobs }, (_, i) => job(i)));
  const rates = {
    'one job': await rateOf(ownMs, (i) => scheduler.getJob(`job-${i % jobs}`)),
    'a page of 50': await rateOf(ownMs, () => scheduler.getScheduledJobs({ limit: 50 })),
    'a job changed': await rateOf(ownMs, (i) => scheduler.scheduleJob(job(i, `t${i}`))),
  };
  await scheduler.stop();
  return rates;
};

const ofService = async () => {
  const child = spawn(process.execPath, ['dist/bundle/main.js', 'serve', '--port', '0', '--json'], {
    env: { ...process.env, DATA_DIR: path.join(directory, 'service') },
  });
  const url = await new Promise((resolve) => child.stdout.once('data', (line) => resolve(new URL(JSON.parse(line).http.url))));
  child.stdout.resume();
  const spentMs = msOf(child.pid);
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const ask = (method, at, body) =>
    new Promise((resolve, reject) => {
      const text = body && JSON.stringify(body);
      const headers = text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {};
      const asked = request({ agent, host: url.hostname, port: url.port, method, path: `/api/v1${at}`, headers }, (response) => {
        response
          .resume()
          .on('end', () => (response.statusCode < 300 ? resolve() : reject(new Error(`${method} ${at}: ${response.statusCode}`))));
      });
      asked.on('error', reject).end(text);
    });
  for (let i = 0; i < jobs; i++) await ask('PUT', `/jobs/job-${i}`, job(i));
  const rates = {
    'one job': await rateOf(spentMs, (i) => ask('GET', `/jobs/job-${i % jobs}`)),
    'a page of 50': await rateOf(spentMs, () => ask('GET', '/jobs?limit=50')),
    'a job changed': await rateOf(spentMs, (i) => ask('PUT', `/jobs/job-${i % jobs}`, job(i, `t${i}`))),
  };
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('close', resolve));
  return rates;
};

const library = await ofLibrary();
const service = await ofService();
for (const what of Object.keys(library)) {
  const [here, there] = [library[what], service[what]];
  console.log(`${what.padEnd(14)} library ${here.micros} us, ${here.perSecond}/s; HTTP ${there.micros} us, ${there.perSecond}/s`);
}
rmSync(directory, { recursive: true, force: true });
