// W7: how fast the log is published to JetStream, and how far behind it is at a thousand events a second. W8: how fast the read models
// are derived anew from the log.
import { setTimeout as sleep } from 'node:timers/promises';
import { perSecond, quantiles, wall, watchCpu } from '../measure.mjs';
import { payloadOf } from './payload.mjs';

const stream = 'SCHEDULER_EVENTS';

/** Fills a log without a broker, so that the relay finds all of it when it starts. */
export const fill = async (subject, { jobs }) => {
  await subject.reset();
  let ran = 0;
  let done = () => {};
  const all = new Promise((resolve) => {
    done = resolve;
  });
  await subject.addNow(Array.from({ length: jobs }, (_, i) => payloadOf(i)));
  await subject.start(() => {
    if (++ran === jobs) done();
  });
  await all;
  await subject.pending();
  return { events: (await subject.scheduler.verify()).events };
};

export const relay = async (subject, { url, events, seconds = 5 }) => {
  const { connect } = await import('nats');
  const connection = await connect({ servers: url });
  const manager = await connection.jetstreamManager({ checkAPI: false });
  const published = async () => (await manager.streams.info(stream).catch(() => null))?.state.messages ?? 0;
  await subject.scheduler.getScheduledJobs({ limit: 1 });
  const from = wall();
  await subject.start(() => {});
  while ((await published()) < events) {
    if (wall() - from > 120_000) throw new Error(`only ${await published()} of ${events} events were published within two minutes`);
    await sleep(10);
  }
  const ms = wall() - from;
  // One schedule is one event, and an execution four: two hundred jobs a second make a thousand events.
  const lags = [];
  const subscription = connection.subscribe('scheduler.>');
  const listening = (async () => {
    for await (const message of subscription) {
      const { time } = JSON.parse(message.string());
      if (time) lags.push(Date.now() - Date.parse(time));
    }
  })();
  for (let i = 0; i < seconds * 20; i++) {
    const next = sleep(50);
    await subject.addNow(Array.from({ length: 10 }, (_, k) => payloadOf(k)));
    await next;
  }
  await sleep(1_000);
  subscription.unsubscribe();
  await listening;
  await connection.close();
  return { events, relayPerSecond: perSecond(events, ms), lagMs: quantiles(lags) };
};

export const rebuild = async (subject, { events, jobs }) => {
  const { log, derived } = subject.storedBytes();
  const watching = watchCpu();
  const from = wall();
  const commits = await subject.scheduler.rebuild();
  const ms = wall() - from;
  const cpu = watching();
  await subject.verify();
  return {
    events,
    commits,
    logBytesPerJob: Math.round(log / jobs),
    derivedBytesPerJob: Math.round(derived / jobs),
    rebuildPerSecond: perSecond(events, ms),
    cpuMicros: Math.round((cpu.processSeconds / events) * 1e6),
    othersPercent: cpu.othersPercent,
  };
};
