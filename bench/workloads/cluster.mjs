// W6: several nodes, each a process of its own, share the jobs of one store. All of them run and have heard of the jobs when these fall due
// at one instant: whoever starts alone with what is due already has done half of it before the others are there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { perSecond, until, wall, watchCpu } from '../measure.mjs';
import { payloadOf } from './payload.mjs';

/** Scheduling takes less for each job, and the other nodes hear of the last one within two seconds. */
const leadMs = (jobs) => 5_000 + jobs * 5;

/** Another node, open and waiting to be told to start. */
const nodeOn = async (open) => {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, '..', 'node.mjs'), JSON.stringify(open)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
};

export const cluster = async (subject, { jobs, nodes, open, serverPid }) => {
  const others = await Promise.all(Array.from({ length: nodes - 1 }, () => nodeOn(open)));
  try {
    for (const { stdin } of others) stdin.write('start\n');
    let ranHere = 0;
    const ended = subject.watchEnds?.() ?? (() => jobs);
    await subject.start(() => ranHere++);
    const from = wall();
    const due = Math.ceil(from + leadMs(jobs));
    await subject.addAt(Array.from({ length: jobs }, (_, i) => ({ due, payload: payloadOf(i) })));
    const scheduledMs = wall() - from;
    if (wall() > due) throw new Error('scheduling took too long for what it was to be followed by');
    await sleep(due - wall());
    const watching = watchCpu(serverPid);
    const startedAt = wall();
    const isOver = async () => ended() >= jobs && (await subject.pending()) === 0;
    if (!(await until(isOver, 150_000, 50))) throw new Error('not every end was stored in time');
    const ms = wall() - startedAt;
    const cpu = watching();
    await subject.verify();
    return {
      nodes,
      jobs,
      schedulePerSecond: perSecond(jobs, scheduledMs),
      executePerSecond: perSecond(jobs, ms),
      ranOnFirstNode: ranHere,
      serverSeconds: cpu.serverSeconds,
      othersPercent: cpu.othersPercent,
    };
  } finally {
    // A node whose standard input ends stops.
    const ended = others.map((child) => once(child, 'exit'));
    for (const { stdin } of others) stdin.end();
    await Promise.all(ended);
  }
};
