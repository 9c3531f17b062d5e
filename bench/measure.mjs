// What every measurement needs: time, processor time of this process, of its server and of everybody else, and quantiles.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export const wall = () => performance.timeOrigin + performance.now();
export const mib = (bytes = process.memoryUsage().rss) => round(bytes / 2 ** 20);
export const round = (x) => (x === 0 ? 0 : Number(x.toPrecision(x < 1_000 ? 3 : 6)));
export const perSecond = (count, ms) => Math.round((count / ms) * 1_000);

/** Looks every few milliseconds; false where it does not come true within the time. */
export const until = async (holds, withinMs, everyMs = 5) => {
  const end = wall() + withinMs;
  while (!(await holds())) {
    if (wall() > end) return false;
    await sleep(everyMs);
  }
  return true;
};

export const quantiles = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN);
  return { count: sorted.length, min: at(0), p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
};

export const median = (values) => {
  const sorted = values.filter((v) => v !== null && v !== undefined).sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[sorted.length >> 1];
};

const ticksPerSecond = 100;
const statOf = (pid) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');

/** A server and the processes it has started. */
const family = (pid) => {
  const pids = [pid];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (pids.includes(Number(statOf(name)[1]))) pids.push(Number(name));
    } catch {} // It has ended meanwhile.
  }
  return pids;
};

/** Processor seconds of a server, its children that have ended included. */
export const serverSeconds = (pid) => {
  if (!pid) return 0;
  let ticks = 0;
  for (const [i, each] of family(pid).entries()) {
    try {
      const stat = statOf(each);
      ticks += Number(stat[11]) + Number(stat[12]) + (i === 0 ? Number(stat[13]) + Number(stat[14]) : 0);
    } catch {}
  }
  return ticks / ticksPerSecond;
};

export const serverMib = (pid) => {
  if (!pid) return 0;
  let kib = 0;
  for (const each of family(pid)) {
    try {
      kib += Number(readFileSync(`/proc/${each}/smaps_rollup`, 'utf8').match(/^Pss:\s+(\d+)/m)?.[1] ?? 0);
    } catch {}
  }
  return round(kib / 1_024);
};

const machineSeconds = () => {
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).map(Number);
  return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]) / ticksPerSecond;
};

/** Starts watching; the returned function tells what has been used since. Percentages are of one core. */
export const watchCpu = (serverPid) => {
  const [from, own, server, machine] = [wall(), process.cpuUsage(), serverSeconds(serverPid), machineSeconds()];
  return () => {
    const { user, system } = process.cpuUsage(own);
    const processSeconds = (user + system) / 1e6;
    const usedByServer = serverSeconds(serverPid) - server;
    const seconds = (wall() - from) / 1_000;
    return {
      seconds: round(seconds),
      processSeconds: round(processSeconds),
      serverSeconds: round(usedByServer),
      othersPercent: round(Math.max(0, ((machineSeconds() - machine - processSeconds - usedByServer) / seconds) * 100)),
    };
  };
};
