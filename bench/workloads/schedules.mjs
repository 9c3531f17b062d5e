// W3: many hourly schedules and a herd that is due every minute: how fast they are registered, what they cost while nothing is due, how
// late the herd is, the first one of the process and the one a minute later. W4, in a process of its own on what W3 left: from the start
// of the process until it is ready, and has run a job.
import { setTimeout as sleep } from 'node:timers/promises';
import { mib, quantiles, round, serverMib, until, wall, watchCpu } from '../measure.mjs';
import { payloadOf } from './payload.mjs';

const minuteMs = 60_000;
const intoMinute = () => (wall() % minuteMs) / 1_000;

const cronsOf = (schedules, herd) => [
  ...Array.from({ length: schedules }, (_, i) => ({
    name: `spread-${i}`,
    expression: `${(i * 7_919) % 60} * * * *`,
    payload: payloadOf(i),
  })),
  ...Array.from({ length: herd }, (_, i) => ({ name: `herd-${i}`, expression: '* * * * *', payload: payloadOf(i, { herd: true }) })),
];

export const schedules = async (subject, { schedules: count, herd, serverPid, idleSeconds = 15 }) => {
  await subject.reset();
  let boundary = Number.POSITIVE_INFINITY;
  let late = new Map();
  const handler = ({ i, herd: isHerd }) => {
    const at = wall();
    if (isHerd && at > boundary - 500 && !late.has(i)) late.set(i, at - boundary);
  };
  const herdOf = async (minute) => {
    [boundary, late] = [minute, new Map()];
    await until(async () => late.size >= herd, boundary - wall() + 55_000, 20);
    return [...late.values()];
  };
  const from = wall();
  await subject.addCron(cronsOf(count, herd));
  const registerMs = wall() - from;
  await subject.start(handler);
  await sleep(1_500);
  while (intoMinute() < 6 || intoMinute() > 57 - idleSeconds) await sleep(100);
  const watching = watchCpu(serverPid);
  await sleep(idleSeconds * 1_000);
  const idle = watching();
  const [processMib, ofServer] = [mib(), serverMib(serverPid)];
  const minute = Math.ceil(wall() / minuteMs) * minuteMs;
  const [first, next] = [await herdOf(minute), await herdOf(minute + minuteMs)];
  return {
    schedules: count + herd,
    registerMs: round(registerMs),
    processMib,
    serverMib: ofServer,
    idlePercent: round((idle.processSeconds / idle.seconds) * 100),
    idleServerPercent: round((idle.serverSeconds / idle.seconds) * 100),
    herdFired: first.length,
    herdEarly: [...first, ...next].filter((ms) => ms < 0).length,
    herdMs: quantiles(first),
    nextHerdMs: quantiles(next),
    othersPercent: idle.othersPercent,
  };
};

export const restart = async (subject, { schedules: count, herd, cronInCode }) => {
  let ran = () => {};
  const first = new Promise((resolve) => {
    ran = resolve;
  });
  if (cronInCode) await subject.addCron(cronsOf(count, herd));
  await subject.start(({ probe }) => probe && ran());
  const readyMs = performance.now();
  await subject.addNow([payloadOf(0, { probe: true })]);
  await Promise.race([first, sleep(60_000)]);
  return { readyMs: round(readyMs), firstJobMs: round(performance.now()) };
};
