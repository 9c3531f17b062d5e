// W2: jobs due 10 ms apart (on a server of W6 further apart), scheduled ahead while the worker runs: start of the handler minus the instant it was due.
import { setTimeout as sleep } from 'node:timers/promises';
import { quantiles, wall, watchCpu } from '../measure.mjs';
import { payloadOf } from './payload.mjs';

export const lateness = async (subject, { jobs, serverPid, apartMs = 10, leadMs = 4_000 }) => {
  await subject.reset();
  const late = [];
  const seen = new Uint8Array(jobs);
  let done = () => {};
  const all = new Promise((resolve) => {
    done = resolve;
  });
  await subject.start(({ i, due }) => {
    const at = wall();
    if (seen[i]) return;
    seen[i] = 1;
    if (late.push(at - due) === jobs) done();
  });
  const first = Math.ceil(wall() + leadMs);
  const dueOf = (i) => first + i * apartMs;
  await subject.addAt(Array.from({ length: jobs }, (_, i) => ({ due: dueOf(i), payload: payloadOf(i, { due: dueOf(i) }) })));
  if (wall() > first) throw new Error('scheduling took longer than the lead');
  await sleep(first - wall() - 200);
  const watching = watchCpu(serverPid);
  await Promise.race([all, sleep(jobs * apartMs + 30_000)]);
  const cpu = watching();
  const early = late.filter((ms) => ms < 0).length;
  return {
    fired: late.length,
    early,
    latenessMs: quantiles(late),
    cpuSeconds: cpu.processSeconds + cpu.serverSeconds,
    othersPercent: cpu.othersPercent,
  };
};

/** What a server of W6 takes for one insert that is durable when it is answered: whoever keeps a start waits for so long. */
export const inserts = async (_, { jobs, open: { server, database } }) => {
  const { MongoClient } = await import('mongodb');
  const client = await MongoClient.connect(server.uri);
  const collection = client.db(`${database}_inserts`).collection('inserts');
  const times = [];
  for (let i = 0; i < jobs; i++) {
    const from = wall();
    await collection.insertOne({ _id: i, ...payloadOf(i) }, { writeConcern: { w: 'majority', j: true } });
    times.push(wall() - from);
  }
  await client.close();
  return { insertMs: quantiles(times) };
};
