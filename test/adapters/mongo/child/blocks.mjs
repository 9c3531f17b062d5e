// A node whose main thread does nothing else for longer than a lease, once it is told to.
import { openMongo } from '../../../../dist/adapters/mongo/index.js';
import { noLog } from '../../../../dist/adapters/pino/noLog.js';
import { background } from '../../../../dist/adapters/system/background.js';
import { ids } from '../../../../dist/adapters/system/ids.js';
import { systemClock } from '../../../../dist/adapters/system/systemClock.js';

const [uri, database] = process.argv.slice(2);
const pace = { beatMs: 500, leaseMs: 3_000, fenceMs: 2_000 };
const blockedMs = 8_000;

await openMongo({ uri, database, node: 'blocked', clock: systemClock, background, ids, log: noLog, pace, patienceMs: 30_000 });
process.stdin.once('data', () => {
  const end = performance.now() + blockedMs;
  while (performance.now() < end);
  process.stdout.write('done\n');
});
