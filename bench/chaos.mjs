// What the system survives, with real processes, real servers and handlers that write down what they do: one fault after the other, and a
// table at the end.
//   npm run chaos -- [--only kill-nodes,disk-full] [--docs docs/reliability.md] [--list]
// Needs `npm run servers`. With --docs the lines of this run take the place of those in the document's table; others stay.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const kills = 'test/system/cluster/kills.test.ts';
const outages = 'test/system/cluster/outages.test.ts';
const spin = 'test/system/chaos/spin.test.ts';

/** In the order of the table. `name` picks the test in its file. */
const rows = [
  { row: 'kill-nodes', fault: '`kill -9` of nodes, again and again', file: kills, name: 'of which nodes are killed' },
  {
    row: 'kill-publisher',
    fault: '`kill -9` of the node that publishes, again and again',
    file: kills,
    name: 'of which the publisher are killed',
  },
  { row: 'halt', fault: 'a node halted (`SIGSTOP`) for two leases, then going on', file: outages, name: 'halted for longer' },
  { row: 'spin-node', fault: 'a handler in `while (true)` on the main thread of a node', file: outages, name: 'held up for good' },
  { row: 'store-cut', fault: 'store cut off for 60 s', file: outages, name: '\\bcut\\b.*no job is lost' },
  { row: 'store-half-open', fault: 'connections to the store half-open for 60 s', file: outages, name: '\\bhalf-open\\b.*no job is lost' },
  {
    row: 'store-slow',
    fault: 'every packet to and from the store 400 ms late for 60 s',
    file: outages,
    name: '\\bslow\\b.*no job is lost',
  },
  { row: 'store-deaf', fault: 'replies to appends lost for 60 s', file: outages, name: '\\bdeaf\\b.*no job is lost' },
  { row: 'store-killed', fault: 'store server killed, started anew after 60 s', file: outages, name: '\\bkilled\\b.*no job is lost' },
  { row: 'nats-killed', fault: 'NATS killed, started anew after 60 s', file: outages, name: 'holds up nothing' },
  { row: 'disk-full', fault: 'disk full for 60 s', file: 'test/system/chaos/diskFull.test.ts', name: 'refuses what it cannot save' },
  { row: 'spin-worker', fault: "a handler in `while (true)`, `isolation: 'worker'`, time-out 60 s", file: spin, name: 'in a worker' },
  {
    row: 'spin-inline',
    fault: 'a handler in `while (true)` inline, its process killed and started anew after 10 s, twice',
    file: spin,
    name: 'inline holds up',
  },
];

const { values: given } = parseArgs({
  options: { only: { type: 'string' }, docs: { type: 'string' }, list: { type: 'boolean', default: false } },
});
const say = (text) => process.stderr.write(`${text}\n`);

if (given.list) {
  for (const { row, fault } of rows) process.stdout.write(`${row.padEnd(18)}${fault}\n`);
  process.exit(0);
}
const only = given.only?.split(',') ?? rows.map(({ row }) => row);
const unknown = only.filter((name) => !rows.some(({ row }) => row === name));
if (unknown.length > 0) {
  say(`there is no ${unknown.join(', ')}; --list shows what there is`);
  process.exit(2);
}

/** Plays one fault; resolves with its figures, one for each server it was played on, and whether all that was expected held. */
const played = ({ file, name }, figures) =>
  new Promise((resolve) => {
    const env = { ...process.env, CHAOS: 'full', CHAOS_FIGURES: figures };
    const child = spawn('npx', ['vitest', 'run', file, '-t', name], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (data) => (out += data));
    child.once('exit', (code) => {
      const lines = existsSync(figures) ? readFileSync(figures, 'utf8').trim().split('\n') : [];
      rmSync(figures, { force: true });
      if (code !== 0) say(out);
      resolve({ holds: code === 0, found: lines.map((line) => JSON.parse(line)) });
    });
  });

const seconds = (ms) => `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;
const servers = { secantusdb: 'SecantusDB, two nodes', ferretdb: 'FerretDB, two nodes', mongod: 'MongoDB, two nodes' };
const whereOf = ({ row, on }) => (servers[on] ?? on).replace('two', row.startsWith('kill-') ? 'three' : 'two');

const lineOf = ({ row, fault }, figure, holds) => {
  const { planned, lost, doubled, early, late, repeated, skipped, longestDelayMs, recoveredMs, also } = figure;
  const cells = [
    `${fault}${also ? ` (${also})` : ''}${holds ? '' : ' **not all that was expected held**'}`,
    whereOf(figure),
    `${planned}${skipped > 0 ? `, ${skipped} skipped with a reason` : ''}`,
    `${lost} / ${doubled} / ${early} / ${late}`,
    repeated,
    seconds(longestDelayMs),
    seconds(recoveredMs),
    `\`npm run chaos -- --only ${row}\``,
  ];
  return `| ${cells.join(' | ')} |`;
};

const head = [
  '| fault | on | runs planned | lost / doubled / early / late | tried again | longest delay | recovered after | command |',
  '|---|---|---|---|---|---|---|---|',
];
const marks = ['<!-- measured by bench/chaos.mjs -->', '<!-- end of what was measured -->'];
const rowOf = (line) => /--only ([\w-]+)/.exec(line)?.[1];

/** Puts these lines in the place of those of the same rows. */
const intoDocs = (file, lines) => {
  const document = readFileSync(file, 'utf8');
  const [from, to] = marks.map((mark) => document.indexOf(mark));
  if (from < 0 || to < from) throw new Error(`${file} has no place for the table: ${marks.join(' ... ')}`);
  const renewed = new Set(lines.map(rowOf));
  const kept = document
    .slice(from, to)
    .split('\n')
    .filter((line) => rowOf(line) && !renewed.has(rowOf(line)));
  const order = (line) => rows.findIndex(({ row }) => row === rowOf(line));
  const table = [...head, ...[...kept, ...lines].sort((a, b) => order(a) - order(b))].join('\n');
  writeFileSync(file, `${document.slice(0, from + marks[0].length)}\n\n${table}\n\n${document.slice(to)}`);
};

const directory = mkdtempSync(path.join(tmpdir(), 'chaos-'));
const lines = [];
const broken = [];
say(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`);
for (const plan of rows.filter(({ row }) => only.includes(row))) {
  const startedAt = Date.now();
  const { holds, found } = await played(plan, path.join(directory, plan.row));
  const ok = holds && found.length > 0;
  if (!ok) broken.push(plan.row);
  const renewed = found.map((figure) => lineOf(plan, figure, holds));
  lines.push(...renewed);
  say(`${ok ? 'held' : 'BROKEN'}  ${plan.row}, ${seconds(Date.now() - startedAt)}`);
  if (given.docs && ok) intoDocs(given.docs, renewed);
}
rmSync(directory, { recursive: true, force: true });
process.stdout.write(`${[...head, ...lines].join('\n')}\n`);
if (broken.length > 0) say(`broken: ${broken.join(', ')}`);
process.exit(broken.length > 0 ? 1 : 0);
