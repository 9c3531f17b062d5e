// W6: several nodes, each a process of its own, share the jobs of one store.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { perSecond, until, wall, watchCpu } from '../measure.mjs';
import { payloadOf } from './payload.mjs';

/** Another node, open and waiting to be told to start. */
const nodeOn = async (open) => {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, '..', 'node.mjs'), JSON.stringify(open)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
};

export const cluster = async (subject, { jobs, nodes, open, serverPid }) => {
  const from = wall();
  await subject.addNow(Array.from({ length: jobs }, (_, i) => payloadOf(i)));
  const scheduledMs = wall() - from;
  const others = await Promise.all(Array.from({ length: nodes - 1 }, () => nodeOn(open)));
  try {
    const watching = watchCpu(serverPid);
    const startedAt = wall();
    for (const { stdin } of others) stdin.write('start\n');
    let ranHere = 0;
    const ended = subject.watchEnds?.() ?? (() => jobs);
    await subject.start(() => ranHere++);
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
