// W5: very many jobs on the embedded store. Registered in one process; in another one: start, memory, idling, a page of the list, and
// what it takes to claim and finish jobs among them.
import { setTimeout as sleep } from 'node:timers/promises';
import { mib, perSecond, quantiles, round, wall, watchCpu } from '../measure.mjs';
import { payloadOf } from './payload.mjs';

const atOnce = 20_000;

export const register = async (subject, { jobs }) => {
  await subject.reset();
  const from = wall();
  for (let i = 0; i < jobs; i += atOnce)
    await subject.addCron(
      Array.from({ length: Math.min(atOnce, jobs - i) }, (_, k) => ({
        name: `daily-${i + k}`,
        // None is due while this is measured.
        expression: `${((i + k) * 7_919) % 60} ${(new Date().getUTCHours() + 2 + ((i + k) % 20)) % 24} * * *`,
        payload: payloadOf(i + k),
      })),
    );
  const ms = wall() - from;
  return { jobs, registerPerSecond: perSecond(jobs, ms), registerMib: mib() };
};

export const operate = async (subject, { claims = 2_000, idleSeconds = 10 }) => {
  let ran = 0;
  let done = () => {};
  await subject.start(() => {
    if (++ran === claims) done();
  });
  const readyMs = performance.now();
  await sleep(3_000);
  const watching = watchCpu();
  await sleep(idleSeconds * 1_000);
  const idle = watching();
  const idleMib = mib();
  const pages = [];
  for (let i = 0; i < 50; i++) {
    const from = wall();
    await subject.scheduler.getScheduledJobs({ limit: 100 });
    pages.push(wall() - from);
  }
  const all = new Promise((resolve) => {
    done = resolve;
  });
  await subject.addNow([payloadOf(0)]);
  const claiming = watchCpu();
  ran = 0;
  await subject.addNow(Array.from({ length: claims }, (_, i) => payloadOf(i)));
  await all;
  await subject.pending();
  const cpu = claiming();
  return {
    readyMs: round(readyMs),
    idleMib,
    idlePercent: round((idle.processSeconds / idle.seconds) * 100),
    listPageMs: quantiles(pages),
    claimCpuMicros: Math.round((cpu.processSeconds / claims) * 1e6),
    busyMib: mib(),
    othersPercent: idle.othersPercent,
  };
};
