// W2: jobs due 10 ms apart, scheduled ahead while the worker runs: start of the handler minus the instant it was due.
import { setTimeout as sleep } from 'node:timers/promises';
import { quantiles, wall, watchCpu } from '../measure.mjs';
import { payloadOf } from './payload.mjs';

const apartMs = 10;

export const lateness = async (subject, { jobs, serverPid, leadMs = 4_000 }) => {
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
