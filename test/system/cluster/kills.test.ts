import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PublishedEvent } from '../../../src/application/api/types.js';
import type { Verification } from '../../../src/bootstrap/index.js';
import { describeOnMongo, type MongoKind, type MongoServer } from '../../servers/mongo.js';
import { type NatsServer, natsChoice } from '../../servers/nats.js';
import { isFull, note } from '../chaos/figures.js';
import { matchOccurrences, type Occurrences } from '../chaos/occurrences.js';
import { until } from '../until.js';
import { Cluster } from './cluster.js';
import { countOn, type Message, messagesOn } from './messages.js';
import { scale } from './scale.js';

const nats = natsChoice('ours');

type Victim = 'nodes' | 'the publisher' | 'the publisher and other nodes';
type Kill = {
  readonly node: string;
  readonly at: number;
  /** When events were published again; the same instant where that was not waited for. */
  readonly publishedAt: number;
};

/** In the long form each kind of victim has a run and figures of its own. */
const victims: readonly Victim[] = isFull ? ['nodes', 'the publisher'] : ['the publisher and other nodes'];
const once = { ferretdb: 'what dies makes no difference to a server' };

const killSome = async (cluster: Cluster, victim: Victim, jobs: number, published: () => Promise<number>): Promise<readonly Kill[]> => {
  const kills: Kill[] = [];
  for (let kill = 0; kill < scale.kills; kill++) {
    const goal = ((kill + 1) * jobs) / (scale.kills + 2);
    await until(`${goal} runs have ended`, () => cluster.count('end') >= goal, scale.limitMs);
    const isPublisher = victim === 'the publisher' || (victim !== 'nodes' && kill % 2 === 0);
    const node = (isPublisher ? await cluster.holderOf('relay/0') : undefined) ?? `node-${kill % 3}`;
    await cluster.end(node, 'SIGKILL');
    const at = Date.now();
    const before = await published();
    if (victim === 'the publisher') await until('another node publishes', async () => (await published()) > before, scale.limitMs);
    kills.push({ node, at, publishedAt: victim === 'the publisher' ? Date.now() : at });
    await cluster.launch(node);
  }
  return kills;
};

/** How long after its node was killed the last attempt that died with one was tried again. */
const retriedAfterMs = (log: readonly PublishedEvent[], kills: readonly Kill[]): number => {
  const starts = log.flatMap(({ data }) => (data.type === 'ExecutionStarted' ? [data] : []));
  const byAttempt = new Map(starts.map((start) => [`${start.executionId}#${start.attempt}`, start]));
  const delays = starts.map(({ executionId, attempt, startedAt }) => {
    const before = byAttempt.get(`${executionId}#${attempt - 1}`);
    const kill = kills.find(({ node, at }) => before?.node.startsWith(`${node}-`) && before.startedAt <= at && at <= startedAt);
    return kill ? startedAt - kill.at : 0;
  });
  return Math.max(0, ...delays);
};

const suiteOf = (victim: Victim) => (server: () => MongoServer, kind: MongoKind) => {
  const jobs = scale.jobs[kind];
  let broker: NatsServer;
  let cluster: Cluster;
  let log: readonly PublishedEvent[] = [];
  let messages: readonly Message[] = [];
  let verified: Verification;
  let completed = 0;
  let kills: readonly Kill[] = [];
  let found: Occurrences;

  beforeAll(async () => {
    if ('missing' in nats) throw new Error(nats.missing);
    broker = await nats.start();
    cluster = new Cluster({ uri: server().uri, nats: broker.url, leaseMs: scale.leaseMs });
    for (const i of [0, 1, 2]) await cluster.launch(`node-${i}`);
    await cluster.schedule(jobs, (i) => ({
      jobName: `job-${i}`,
      jobType: 'witness',
      // Some run for long enough that kills meet them.
      parameters: { ms: i % 5 === 0 ? 500 : 5 },
      schedule: { type: 'once', runAt: new Date(Date.now() + (i * scale.spreadMs) / jobs) },
      maxAttempts: 20,
      backoff: { type: 'constant', delay: 0, jitter: 0 },
    }));
    kills = await killSome(cluster, victim, jobs, () => countOn(broker.url));
    await cluster.over(scale.limitMs);
    log = await cluster.log();
    await until('everything is published', async () => (await countOn(broker.url)) >= log.length, scale.limitMs);
    for (const node of cluster.nodes) await cluster.end(node, 'SIGTERM');
    log = await cluster.log();
    messages = await messagesOn(broker.url);
    found = matchOccurrences({
      planned: cluster.planned(),
      witnesses: cluster.witnesses(),
      log,
      windowMs: kind === 'ferretdb' ? scale.limitMs : scale.windowMs,
    });
    const recoveredMs = Math.max(retriedAfterMs(log, kills), ...kills.map(({ at, publishedAt }) => publishedAt - at));
    note({ row: victim === 'nodes' ? 'kill-nodes' : 'kill-publisher', on: kind, ...found, recoveredMs });
    verified = await cluster.verify();
    completed = (await cluster.client.getScheduledJobs({ status: 'completed', limit: 10_000 })).length;
  }, 2 * scale.limitMs);
  afterAll(async () => {
    await cluster?.close();
    await broker?.stop();
  });

  it('run every job to its end, none too early or too late', () => {
    expect(completed).toBe(jobs);
    expect(found).toMatchObject({ matched: jobs, missing: [], skipped: [], early: [], late: [], unended: [] });
  });

  it('run no attempt twice, and none without a claim in the log', () => {
    expect(found).toMatchObject({ doubled: [], extra: [] });
    const claims = log.flatMap(({ data }) => (data.type === 'ExecutionStarted' ? [`${data.executionId}#${data.attempt}`] : []));
    expect(new Set(claims).size).toBe(claims.length);
  });

  it('leave a log that is intact, and read models equal to its replay', () => {
    expect(verified).toMatchObject({ ok: true, problems: [] });
  });

  it('publish every event once, in the order of the log', () => {
    expect(messages.map(({ id }) => id)).toEqual(log.map(({ id }) => id));
  });
};

for (const victim of victims)
  describeOnMongo(`three nodes, of which ${victim} are killed and come back`, suiteOf(victim), victim === 'the publisher' ? once : {});
