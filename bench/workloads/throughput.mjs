// W1: jobs that are due now and do nothing. Submitted in the best way that the API has, then executed until every end is stored.
import { setTimeout as sleep } from 'node:timers/promises';
import { mib, perSecond, until, wall, watchCpu } from '../measure.mjs';
import { payloadOf } from './payload.mjs';

export const throughput = async (subject, { jobs, serverPid }) => {
  await subject.reset();
  const seen = new Uint8Array(jobs);
  let unique = 0;
  let done = () => {};
  const all = new Promise((resolve) => {
    done = resolve;
  });
  const submitting = watchCpu(serverPid);
  const submitFrom = wall();
  await subject.addNow(Array.from({ length: jobs }, (_, i) => payloadOf(i)));
  const submittedMs = wall() - submitFrom;
  const submitCpu = submitting();
  const executing = watchCpu(serverPid);
  const executeFrom = wall();
  await subject.start(({ i }) => {
    if (seen[i]) return;
    seen[i] = 1;
    if (++unique === jobs) done();
  });
  await Promise.race([all, sleep(120_000)]);
  if (unique < jobs) throw new Error(`only ${unique} of ${jobs} jobs ran within two minutes`);
  const stored = await until(async () => (await subject.pending()) === 0, 60_000);
  if (!stored) throw new Error('not every end was stored within a minute');
  const executedMs = wall() - executeFrom;
  const executeCpu = executing();
  await subject.verify?.();
  const micros = ({ processSeconds, serverSeconds }) => Math.round(((processSeconds + serverSeconds) / jobs) * 1e6);
  return {
    jobs,
    schedulePerSecond: perSecond(jobs, submittedMs),
    executePerSecond: perSecond(jobs, executedMs),
    endToEndPerSecond: perSecond(jobs, submittedMs + executedMs),
    scheduleCpuMicros: micros(submitCpu),
    executeCpuMicros: micros(executeCpu),
    othersPercent: executeCpu.othersPercent,
    processMib: mib(),
  };
};

/** How fast single calls are answered, each durable: one after the other, and with a hundred under way. */
export const scheduling = async (subject, { jobs }) => {
  await subject.reset();
  const alone = Math.ceil(jobs / 10);
  // The first calls open the store, and run code that has not been compiled.
  for (let i = 0; i < alone; i++) await subject.addNow([payloadOf(i)]);
  const aloneFrom = wall();
  for (let i = 0; i < alone; i++) await subject.addNow([payloadOf(i)]);
  const aloneMs = wall() - aloneFrom;
  const from = wall();
  let next = 0;
  const work = async () => {
    while (next < jobs) await subject.addNow([payloadOf(next++)]);
  };
  await Promise.all(Array.from({ length: 100 }, work));
  return { jobs, oneByOnePerSecond: perSecond(alone, aloneMs), hundredInFlightPerSecond: perSecond(jobs, wall() - from) };
};
