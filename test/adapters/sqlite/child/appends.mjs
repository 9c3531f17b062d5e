// Appends without end and prints every acknowledged commit, until it is killed.
import { writeSync } from 'node:fs';
import { openSqlite } from '../../../../dist/adapters/sqlite/index.js';

const [directory, run] = process.argv.slice(2);
const { store, readModels } = await openSqlite({ directory, node: 'child' });
const event = { type: 'ExecutionCompleted', executionId: 'e', attempt: 1, finishedAt: 1, durationMs: 1, result: 'x'.repeat(300) };

/** At once, since a line that is still in this process when it is killed was never said; again where whoever reads is slow. */
const say = (line) => {
  for (;;) {
    try {
      return writeSync(1, line);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
};

const write = async (stream) => {
  for (let version = 0; ; version++) {
    const commitId = `${stream}:${version + 1}`;
    const answer = await store.append({ stream, expectedVersion: version, commitId, at: 1, events: [event, event] });
    say(`${stream} ${answer.version} ${answer.position}\n`);
    if (version % 50 === 0) await readModels.save({ jobs: [], executions: [], checkpoints: new Map([[0, answer.position]]) });
  }
};
await Promise.all(Array.from({ length: 20 }, (_, i) => write(`run-${run}/stream-${i}`)));
