import { describe, expect, it } from 'vitest';
import type { Storage } from '../../../src/application/ports/storage.js';
import { newDatabase, open as openMongo } from '../../adapters/mongo/open.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { SharedStorage } from '../../sharedStorage.js';
import { deferred, untilAborted } from '../opened.js';
import { join, later, type Node, next, once, soon } from './join.js';

type Open = (node: string) => Promise<Storage>;

/** Promises of a cluster; `store` makes one that nobody uses yet. */
const suite = (store: () => Open): void => {
  it('share the work, and start no attempt twice', async () => {
    const open = store();
    let started = 0;
    const all = deferred<void>();
    // Nobody finishes before all have started: what one node has no room for, the others take.
    const work = async (): Promise<void> => {
      if (++started === 30) all.resolve();
      await all.promise;
    };
    const joined = (id: string): Promise<Node> => join(open, id, { work }, { concurrency: 10 });
    // One after the other: FerretDB panics when two of them create the same indexes at once.
    const [first, second, third] = [await joined('a'), await joined('b'), await joined('c')];
    const nodes = [first, second, third];
    let completed = 0;
    const done = new Promise<void>((resolve) => {
      first.scheduler.on('ExecutionCompleted', () => ++completed === 30 && resolve());
    });
    await first.scheduler.scheduleJobs(Array.from({ length: 30 }, (_, i) => once(`job-${i}`)));
    await done;
    expect(nodes.map((node) => node.runs.length)).toEqual([10, 10, 10]);
    expect(new Set(nodes.flatMap((node) => node.runs)).size).toBe(30);
    // Each node answers a query when what it wrote is saved.
    await Promise.all(nodes.map((node) => node.scheduler.getScheduledJobs()));
    expect(await first.scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('run what only another node has a handler for, and answer whoever waits', async () => {
    const open = store();
    const asking = await join(open, 'asking');
    const working = await join(open, 'working', { work: () => ({ by: 'working' }) });
    const done = next(asking.scheduler, 'ExecutionCompleted', 'elsewhere');
    await asking.scheduler.scheduleJob(once('elsewhere'));
    expect((await done).data).toMatchObject({ result: { by: 'working' } });
    await asking.scheduler.scheduleJob({ ...once('by-hand'), schedule: later });
    expect(await asking.scheduler.runNow('by-hand')).toMatchObject({ status: 'completed', result: { by: 'working' } });
    expect(working.runs).toEqual(['elsewhere#1', 'by-hand#1']);
  });

  it('stop a handler on whichever node it runs', async () => {
    const open = store();
    const asking = await join(open, 'asking');
    await join(open, 'working', { work: untilAborted });
    const running = next(asking.scheduler, 'ExecutionStarted');
    await asking.scheduler.scheduleJob(once('long'));
    const { data } = await running;
    if (data.type !== 'ExecutionStarted') throw new Error('not started');
    expect(await asking.scheduler.cancelExecution(data.executionId)).toMatchObject({ status: 'cancelled' });
    expect(await asking.scheduler.getJob('long')).toMatchObject({ status: 'cancelled' });
  });

  it('start nothing anywhere once a pause has been answered', async () => {
    const open = store();
    const asking = await join(open, 'asking');
    const working = await join(open, 'working', { work: () => 'done' });
    await asking.scheduler.scheduleJob({ ...once('paused'), schedule: soon(300) });
    await asking.scheduler.toggleJob('paused', false);
    const marked = next(asking.scheduler, 'ExecutionCompleted', 'marker');
    await asking.scheduler.scheduleJob({ ...once('marker'), schedule: soon(400) });
    await marked;
    expect(working.runs).toEqual(['marker#1']);
    const done = next(asking.scheduler, 'ExecutionCompleted', 'paused');
    await asking.scheduler.toggleJob('paused', true);
    await done;
    expect(working.runs).toEqual(['marker#1', 'paused#1']);
  });

  it("see each other's jobs at once", async () => {
    const open = store();
    const a = await join(open, 'a');
    const b = await join(open, 'b');
    await a.scheduler.scheduleJob({ ...once('seen'), schedule: later, description: 'one' });
    expect(await b.scheduler.getJob('seen')).toMatchObject({ description: 'one', version: 1 });
    expect(await b.scheduler.scheduleJob({ ...once('seen'), schedule: later, description: 'two' })).toMatchObject({
      created: false,
      version: 2,
    });
    expect(await a.scheduler.getJob('seen')).toMatchObject({ description: 'two' });
    await b.scheduler.deleteJob('seen');
    await expect(a.scheduler.getJob('seen')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    await expect(a.scheduler.runNow('seen', {}, { wait: false })).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    expect(await a.scheduler.scheduleJob({ ...once('seen'), schedule: later })).toMatchObject({ created: true });
  });
};

describe('nodes that share a store in memory', () => suite(() => new SharedStorage().open));

describeOnMongo('nodes that share a store', (server) =>
  suite(() => {
    const database = newDatabase();
    return (node) => openMongo(server().uri, { database, node });
  }),
);
