// Meets the end of its disk, which is played by a limit on the size of files, and goes on when there is room again.
import { execFileSync } from 'node:child_process';
import { openSqlite } from '../../../../dist/adapters/sqlite/index.js';

const limitFiles = (bytes) => execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
const { store, feed, readModels, close } = await openSqlite({ directory: process.argv[2], node: 'child' });
const event = { type: 'ExecutionCompleted', executionId: 'e', attempt: 1, finishedAt: 1, durationMs: 1, result: 'x'.repeat(20_000) };
const append = (i) => store.append({ stream: `acme/${i}`, expectedVersion: 0, commitId: `c${i}`, at: 1, events: [event] });

let appended = 0;
let refusal = null;
limitFiles(2_000_000);
while (refusal === null) {
  const answers = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => append(appended + i)));
  refusal = answers.find(({ status }) => status === 'rejected')?.reason.name ?? null;
  if (refusal === null) appended += 10;
}
const headWhenFull = await feed.head(0);
limitFiles('unlimited');
const healed = await append(appended);
await readModels.save({ jobs: [], executions: [], checkpoints: new Map([[0, healed.position]]) });
await close();
process.stdout.write(JSON.stringify({ appended, refusal, headWhenFull, healed }));
