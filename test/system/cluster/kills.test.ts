import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PublishedEvent } from '../../../src/application/api/types.js';
import type { Verification } from '../../../src/bootstrap/index.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { type NatsServer, natsChoice } from '../../servers/nats.js';
import type { Witness } from '../chaos/occurrences.js';
import { until } from '../until.js';
import { Cluster } from './cluster.js';
import { countOn, type Message, messagesOn } from './messages.js';
import { scale } from './scale.js';

const nats = natsChoice('ours');

/** Whoever publishes dies first; then one after the other. */
const killSome = async (cluster: Cluster, jobs: number): Promise<void> => {
  for (let kill = 0; kill < scale.kills; kill++) {
    const goal = ((kill + 1) * jobs) / (scale.kills + 2);
    await until(`${goal} runs have ended`, () => cluster.count('end') >= goal, scale.limitMs);
    const victim = (kill % 2 === 0 ? await cluster.holderOf('relay/0') : undefined) ?? `node-${kill % 3}`;
    await cluster.end(victim, 'SIGKILL');
    await cluster.launch(victim);
  }
};

describeOnMongo('three nodes that are killed and come back', (server, kind) => {
  const jobs = scale.jobs[kind];
  let broker: NatsServer;
  let cluster: Cluster;
  let log: readonly PublishedEvent[] = [];
  let witnesses: readonly Witness[] = [];
  let messages: readonly Message[] = [];
  let verified: Verification;
  let completed = 0;

  beforeAll(async () => {
    if ('missing' in nats) throw new Error(nats.missing);
    broker = await nats.start();
    cluster = new Cluster({ uri: server().uri, nats: broker.url, leaseMs: scale.leaseMs });
    for (const i of [0, 1, 2]) await cluster.launch(`node-${i}`);
    await cluster.schedule(jobs, (i) => ({
      jobName: `job-${i}`,
      jobType: 'witness',
      schedule: { type: 'once', runAt: new Date(Date.now() + (i * scale.spreadMs) / jobs) },
      maxAttempts: 20,
      backoff: { type: 'constant', delay: 0, jitter: 0 },
    }));
    await killSome(cluster, jobs);
    await cluster.over(scale.limitMs);
    log = await cluster.log();
    await until('everything is published', async () => (await countOn(broker.url)) >= log.length, scale.limitMs);
    for (const node of cluster.nodes) await cluster.end(node, 'SIGTERM');
    log = await cluster.log();
    messages = await messagesOn(broker.url);
    witnesses = cluster.witnesses();
    verified = await cluster.verify();
    completed = (await cluster.client.getScheduledJobs({ status: 'completed', limit: 10_000 })).length;
  }, 2 * scale.limitMs);
  afterAll(async () => {
    await cluster?.close();
    await broker?.stop();
  });

  it('run every job to its end', () => {
    expect(completed).toBe(jobs);
    expect(new Set(witnesses.filter(({ what }) => what === 'end').map(({ jobName }) => jobName)).size).toBe(jobs);
  });

  it('run no attempt twice, and none without a claim in the log', () => {
    const begun = witnesses.filter(({ what }) => what === 'begin').map(({ executionId, attempt }) => `${executionId}#${attempt}`);
    expect(new Set(begun).size).toBe(begun.length);
    const claims = log.flatMap(({ data }) => (data.type === 'ExecutionStarted' ? [`${data.executionId}#${data.attempt}`] : []));
    expect(new Set(claims).size).toBe(claims.length);
    const claimed = new Set(claims);
    expect(begun.filter((attempt) => !claimed.has(attempt))).toEqual([]);
  });

  it('leave a log that is intact, and read models equal to its replay', () => {
    expect(verified).toMatchObject({ ok: true, problems: [] });
  });

  it('publish every event once, in the order of the log', () => {
    expect(messages.map(({ id }) => id)).toEqual(log.map(({ id }) => id));
  });

  it('share the work', () => {
    expect(new Set(witnesses.map(({ node }) => node)).size).toBeGreaterThan(1);
  });
});
