// One measurement in a process of its own, as run.mjs asks for it: JSON in, JSON out.
import * as cluster from './workloads/cluster.mjs';
import * as lateness from './workloads/lateness.mjs';
import * as limits from './workloads/limits.mjs';
import * as log from './workloads/log.mjs';
import * as million from './workloads/million.mjs';
import * as schedules from './workloads/schedules.mjs';
import * as throughput from './workloads/throughput.mjs';

const workloads = { ...cluster, ...throughput, ...lateness, ...schedules, ...million, ...log, ...limits };
const { subject, workload, open, settings } = JSON.parse(process.argv[2]);

const adapter = await import(['nexus', 'service'].includes(subject) ? `./${subject}.mjs` : `./peers/${subject}.mjs`);
const opened = await adapter.open(open);
let result;
try {
  result = { ok: true, figures: await workloads[workload](opened, { ...settings, open }) };
} catch (error) {
  result = { ok: false, error: error.stack ?? String(error) };
}
process.stdout.write(`\n${JSON.stringify({ node: process.version, historyKept: opened.historyKept, ...result })}\n`, async () => {
  // Some peers hold on to timers and connections after they were closed.
  setTimeout(() => process.exit(0), 5_000).unref();
  await opened.close().catch(() => {});
  process.exit(0);
});
