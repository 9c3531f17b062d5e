import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PublishedEvent } from '../../../src/application/api/types.js';
import { cachedServer } from '../../servers/cache.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { type NatsServer, natsChoice } from '../../servers/nats.js';
import { type FaultyPath, startProxy } from '../../servers/proxy.js';
import { isFull, note } from '../chaos/figures.js';
import { matchOccurrences, type Occurrences } from '../chaos/occurrences.js';
import { until } from '../until.js';
import { Cluster } from './cluster.js';
import { countOn, messagesOn } from './messages.js';
import { scale } from './scale.js';

const nats = natsChoice('ours');
const unfit = { ferretdb: 'scans every collection whole: what takes long there is no outage' };
const jobsEach = isFull ? 300 : 20;

/** Jobs that fall due one after the other, from now until a while after the outage. */
const scheduleAround = (cluster: Cluster, name: string): Promise<void> => {
  const startedAt = Date.now();
  return cluster.schedule(jobsEach, (i) => ({
    jobName: `${name}-${i}`,
    jobType: 'witness',
    parameters: { ms: 50 },
    schedule: { type: 'once', runAt: new Date(Math.max(Date.now() - 30_000, startedAt + (i * scale.outageMs * 1.5) / jobsEach)) },
    backoff: { type: 'constant', delay: 0, jitter: 0 },
  }));
};

/** The handlers of these jobs held against what was planned. */
const occurrencesOf = (cluster: Cluster, prefix: string, log: readonly PublishedEvent[]): Occurrences =>
  matchOccurrences({
    planned: cluster.planned(prefix),
    witnesses: cluster.witnesses().filter(({ jobName }) => jobName.startsWith(prefix)),
    log,
    windowMs: scale.outageMs + scale.windowMs,
  });

const flawless = { missing: [], skipped: [], early: [], late: [], unended: [], doubled: [], extra: [] };
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const attemptsOf = (cluster: Cluster): readonly string[] =>
  cluster.witnesses().flatMap(({ what, executionId, attempt }) => (what === 'begin' ? [`${executionId}#${attempt}`] : []));

describeOnMongo(
  'a store that cannot be reached for a while',
  (server, kind) => {
    let proxy: FaultyPath;
    let cluster: Cluster;

    beforeAll(async () => {
      proxy = await startProxy(server().port);
      cluster = new Cluster({ uri: server().uri, uriOfNodes: proxy.through(server().uri), leaseMs: scale.leaseMs });
      await cluster.launch('one');
      await cluster.launch('two');
    });
    afterAll(async () => {
      await cluster?.close();
      await proxy?.close();
    });

    type Fault = { readonly name: string; inflict(): void | Promise<void>; end?(): Promise<void> };
    const faults: readonly Fault[] = [
      { name: 'cut', inflict: () => proxy.cut() },
      { name: 'half-open', inflict: () => proxy.hold() },
      { name: 'slow', inflict: () => proxy.slow(400) },
      { name: 'deaf', inflict: () => proxy.loseReplies((request) => request.includes('insert') && request.includes('commits')) },
      // What it does to nodes is what a cut does; what a server does to its own data is for a long form.
      ...(isFull ? [{ name: 'killed', inflict: () => server().kill(), end: () => server().restart() }] : []),
    ];

    it.each(faults)(
      '$name: no job is lost, none runs an attempt twice, nobody is taken for dead, and all goes on by itself',
      async ({ name, inflict, end }) => {
        await scheduleAround(cluster, name);
        const before = cluster.count('end');
        await until('some runs have ended', () => cluster.count('end') >= before + 3, scale.limitMs);
        await inflict();
        await sleep(scale.outageMs);
        await end?.();
        proxy.heal();
        const healedAt = Date.now();
        await cluster.over(scale.limitMs);
        const events = await cluster.log();
        const ours = events.filter(({ jobName }) => jobName.startsWith(`${name}-`));
        expect(ours.filter(({ type }) => type === 'ExecutionCompleted')).toHaveLength(jobsEach);
        expect(events.filter(({ data }) => data.type === 'ExecutionFailed' && data.cause === 'lost')).toEqual([]);
        const found = occurrencesOf(cluster, `${name}-`, events);
        const firstClaim = ours.find(({ type, at }) => type === 'ExecutionStarted' && at.getTime() >= healedAt);
        const back = `first start ${seconds((firstClaim?.at.getTime() ?? healedAt) - healedAt)} after the store was back`;
        const also = name === 'deaf' ? `${proxy.lostReplies} of them` : back;
        note({ row: `store-${name}`, on: kind, ...found, recoveredMs: Math.max(0, (found.lastDelayedAt ?? 0) - healedAt), also });
        expect(found).toMatchObject({ ...flawless, matched: jobsEach });
        if (name === 'deaf') expect(proxy.lostReplies).toBeGreaterThan(0);
        expect(await cluster.verify()).toMatchObject({ ok: true, problems: [] });
      },
      2 * scale.limitMs + scale.outageMs,
    );
  },
  unfit,
);

describeOnMongo(
  'a broker that is gone for a while',
  (server, kind) => {
    let broker: NatsServer;
    let cluster: Cluster;
    const directory = mkdtempSync(path.join(tmpdir(), 'consumers-'));
    const python = cachedServer('nats-py');
    const consumers = [
      { language: 'JavaScript', command: process.execPath, script: 'examples/consumer.mjs' },
      ...('directory' in python
        ? [{ language: 'Python', command: path.join(python.directory, 'bin', 'python'), script: 'examples/consumer.py' }]
        : []),
    ].map((consumer) => ({ ...consumer, file: path.join(directory, `${consumer.language}.ndjson`) }));
    const running: ChildProcess[] = [];

    beforeAll(async () => {
      if ('missing' in nats) throw new Error(nats.missing);
      broker = await nats.start();
      cluster = new Cluster({ uri: server().uri, nats: broker.url, leaseMs: scale.leaseMs });
      await cluster.launch('one');
      await cluster.launch('two');
    });
    afterAll(async () => {
      for (const child of running) child.kill('SIGKILL');
      await cluster?.close();
      await broker?.stop();
      rmSync(directory, { recursive: true });
    });

    it(
      'holds up nothing, and is told everything in order when it is back',
      async () => {
        await broker.kill();
        await scheduleAround(cluster, 'unheard');
        if (isFull) await sleep(scale.outageMs);
        await cluster.over(scale.limitMs);
        const inTime = (await cluster.log()).filter(({ type }) => type === 'ExecutionCompleted');
        expect(inTime).toHaveLength(jobsEach);
        await broker.restart();
        const restartedAt = Date.now();
        const log = await cluster.log();
        await until('everything is published', async () => (await countOn(broker.url)) >= log.length, scale.limitMs);
        const found = occurrencesOf(cluster, 'unheard-', log);
        note({
          row: 'nats-killed',
          on: kind,
          ...found,
          recoveredMs: Date.now() - restartedAt,
          also: `${log.length} events published since`,
        });
        expect(found).toMatchObject({ ...flawless, matched: jobsEach, repeated: [] });
        expect((await messagesOn(broker.url)).map(({ id }) => id)).toEqual(log.map(({ id }) => id));
      },
      2 * scale.limitMs + scale.outageMs,
    );

    describe.each(consumers)('whose events a consumer in $language reads', ({ command, script, file }) => {
      it(
        'acts on each once and in order',
        async () => {
          const child = spawn(command, [script, file], {
            env: { ...process.env, NATS_URL: broker.url },
            stdio: ['ignore', 'ignore', 'inherit'],
          });
          running.push(child);
          const log = await cluster.log();
          const effects = (): readonly string[] => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
          await until('it has read everything', () => effects().length >= log.length, scale.limitMs);
          expect(effects().map((line) => JSON.parse(line).id)).toEqual(log.map(({ id }) => id));
          const exit = once(child, 'exit');
          child.kill('SIGTERM');
          expect(await exit).toEqual([0, null]);
        },
        2 * scale.limitMs,
      );
    });
  },
  unfit,
);

describeOnMongo(
  'a node that is halted for longer than its lease',
  (server, kind) => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = new Cluster({ uri: server().uri, leaseMs: scale.leaseMs });
      await cluster.launch('one');
      await cluster.launch('two');
    });
    afterAll(() => cluster?.close());

    it(
      'finds its work done by another, and its late result refused',
      async () => {
        await cluster.schedule(1, () => ({ jobName: 'long', jobType: 'gated', schedule: { type: 'once', runAt: new Date() } }));
        const beginOf = (attempt: number) => cluster.witnesses().find((w) => w.what === 'begin' && w.attempt === attempt);
        await until('it runs', () => beginOf(1) !== undefined, scale.limitMs);
        const halted = beginOf(1)?.node ?? '';
        cluster.signal(halted, 'SIGSTOP');
        const haltedAt = Date.now();
        await sleep(2 * scale.leaseMs);
        await until('another node runs it', () => beginOf(2) !== undefined, scale.limitMs);
        cluster.signal(halted, 'SIGCONT');
        cluster.openGate();
        await until('both handlers have ended', () => cluster.count('end') === 2, scale.limitMs);
        await cluster.over(scale.limitMs);
        const found = occurrencesOf(cluster, '', await cluster.log());
        note({ row: 'halt', on: kind, ...found, recoveredMs: (beginOf(2)?.at ?? 0) - haltedAt });
        expect(found).toMatchObject({ ...flawless, repeated: [expect.stringContaining('attempt 2')] });
        const [execution] = await cluster.client.jobHistory('long');
        const taking = beginOf(2)?.node;
        expect(taking).not.toBe(halted);
        expect(execution).toMatchObject({
          status: 'completed',
          result: { node: taking },
          attempts: [{ status: 'failed', cause: 'lost' }, { status: 'completed' }],
        });

        // And it goes on as a node like any other.
        await cluster.end(taking ?? '', 'SIGTERM');
        await cluster.schedule(1, () => ({ jobName: 'next', jobType: 'witness', schedule: { type: 'once', runAt: new Date() } }));
        await cluster.over(scale.limitMs);
        expect(await cluster.client.jobHistory('next')).toMatchObject([{ status: 'completed', result: { node: halted } }]);
        const attempts = attemptsOf(cluster);
        expect(new Set(attempts).size).toBe(attempts.length);
        expect(await cluster.verify()).toMatchObject({ ok: true });
      },
      4 * scale.limitMs,
    );
  },
  unfit,
);

// Five leases of waiting, in which a processor does nothing but wait: for the long form.
if (isFull)
  describeOnMongo(
    'a node whose main thread is held up for good by a handler',
    (server, kind) => {
      const jobs = 60;
      let broker: NatsServer;
      let cluster: Cluster;
      beforeAll(async () => {
        if ('missing' in nats) throw new Error(nats.missing);
        broker = await nats.start();
        cluster = new Cluster({ uri: server().uri, nats: broker.url, leaseMs: scale.leaseMs });
      });
      afterAll(async () => {
        await cluster?.close();
        await broker?.stop();
      });

      it(
        'is given up: its attempts and its duty to publish go to another, and what it says afterwards is refused',
        async () => {
          const beginOf = (jobName: string, attempt: number) =>
            cluster.witnesses().find((w) => w.what === 'begin' && w.jobName === jobName && w.attempt === attempt);
          const now = () => ({ type: 'once', runAt: new Date() }) as const;
          // Alone, it publishes, and all that runs runs there.
          await cluster.launch('one');
          await cluster.schedule(1, () => ({ jobName: 'beside', jobType: 'witness', parameters: { ms: 3_000 }, schedule: now() }));
          await until('a job runs', () => beginOf('beside', 1) !== undefined, scale.limitMs);
          await cluster.schedule(1, () => ({ jobName: 'endless', jobType: 'blocking', schedule: now() }));
          await until('the endless one runs', () => beginOf('endless', 1) !== undefined, scale.limitMs);
          const blockedAt = Date.now();
          await cluster.launch('two');
          await cluster.schedule(jobs, (i) => ({
            jobName: `due-${i}`,
            jobType: 'witness',
            schedule: { type: 'once', runAt: new Date(blockedAt + 20_000 + i * 1_000) },
          }));
          await until('another node has taken over', () => ['endless', 'beside'].every((name) => beginOf(name, 2)), scale.limitMs);
          await cluster.over(scale.limitMs);
          const log = await cluster.log();
          await until('everything is published', async () => (await countOn(broker.url)) >= log.length, scale.limitMs);
          const publishedAt = Date.now();
          cluster.openGate();
          await until(
            'the endless one returns',
            () => cluster.witnesses().some((w) => w.node === 'one' && w.what === 'end'),
            scale.limitMs,
          );

          // As a node like any other it does what is left, alone.
          await cluster.end('two', 'SIGTERM');
          await cluster.schedule(1, () => ({ jobName: 'next', jobType: 'witness', schedule: now() }));
          await cluster.over(scale.limitMs);
          const after = await cluster.log();
          const found = occurrencesOf(cluster, '', after);
          const due = occurrencesOf(cluster, 'due-', after);
          const takenMs = Math.max(...['endless', 'beside'].map((name) => beginOf(name, 2)?.at ?? 0)) - blockedAt;
          const also = `other jobs at most ${seconds(due.longestDelayMs)} late; all published after ${seconds(publishedAt - blockedAt)}`;
          note({ row: 'spin-node', on: kind, ...found, recoveredMs: takenMs, also });
          expect(found).toMatchObject({ ...flawless, matched: jobs + 3 });
          expect(due).toMatchObject({ ...flawless, matched: jobs, repeated: [] });
          for (const name of ['endless', 'beside'])
            expect(await cluster.client.jobHistory(name)).toMatchObject([
              { status: 'completed', result: { node: 'two' }, attempts: [{ status: 'failed', cause: 'lost' }, { status: 'completed' }] },
            ]);
          expect(await cluster.client.jobHistory('next')).toMatchObject([{ status: 'completed', result: { node: 'one' } }]);
          expect(await cluster.verify()).toMatchObject({ ok: true, problems: [] });
        },
        4 * scale.limitMs,
      );
    },
    unfit,
  );
