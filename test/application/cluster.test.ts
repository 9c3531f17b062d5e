import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.js';
import type { HandlerContext, PublishedEvent } from '../../src/application/api/types.js';
import { StoreUnavailable } from '../../src/application/ports/eventStore.js';
import type { Storage } from '../../src/application/ports/storage.js';
import { lazyScheduler, type Scheduler } from '../../src/bootstrap/scheduler.js';
import { SharedStorage } from '../sharedStorage.js';
import { deferred } from './opened.js';

type Node = { readonly scheduler: Scheduler; readonly name: () => string; readonly runs: string[] };
const started: Scheduler[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((scheduler) => scheduler.stop({ drainMs: 0 })));
});

type Handler = (parameters: unknown, context: HandlerContext) => unknown;

const join = async (storage: SharedStorage, nodeId: string, handlers: { readonly [type: string]: Handler } = {}): Promise<Node> => {
  const runs: string[] = [];
  const scheduler = lazyScheduler(() => ({ nodeId, logger: false as const }), systemClock, false, storage.open);
  for (const [type, handler] of Object.entries(handlers))
    scheduler.jobHandlers.set(type, (parameters: unknown, context: HandlerContext) => {
      runs.push(`${context.jobName}#${context.attempt}`);
      return handler(parameters, context);
    });
  started.push(scheduler);
  await scheduler.start();
  return { scheduler, runs, name: () => storage.names.find((name) => name.startsWith(nodeId)) ?? '' };
};

const next = (scheduler: Scheduler, type: PublishedEvent['type'], jobName?: string): Promise<PublishedEvent> =>
  new Promise((resolve) => {
    const off = scheduler.on(type, (event) => {
      if (jobName !== undefined && event.jobName !== jobName) return;
      off();
      resolve(event);
    });
  });

const once = (jobName: string) => ({
  jobName,
  jobType: 'work',
  schedule: { type: 'once' as const, runAt: new Date() },
  backoff: { type: 'constant' as const, delay: 0, jitter: 0 },
});
const later = { type: 'once' as const, runAt: new Date('2099-01-01T00:00:00Z') };
const soon = (ms: number) => ({ type: 'once' as const, runAt: new Date(Date.now() + ms) });

const untilAborted: Handler = (_, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('nodes that share a store', () => {
  it('share the work, and start no attempt twice', async () => {
    const storage = new SharedStorage();
    const nodes = await Promise.all(['a', 'b', 'c'].map((id) => join(storage, id, { work: () => 'done' })));
    const [first] = nodes;
    if (!first) throw new Error('no node');
    let completed = 0;
    const all = new Promise<void>((resolve) => {
      first.scheduler.on('ExecutionCompleted', () => ++completed === 200 && resolve());
    });
    await first.scheduler.scheduleJobs(Array.from({ length: 200 }, (_, i) => once(`job-${i}`)));
    await all;
    const runs = nodes.flatMap((node) => node.runs);
    expect(runs).toHaveLength(200);
    expect(new Set(runs).size).toBe(200);
    expect(nodes.map((node) => node.runs.length).filter((n) => n > 20)).toHaveLength(3);
    // Each node answers a query when what it wrote is saved.
    await Promise.all(nodes.map((node) => node.scheduler.getScheduledJobs()));
    expect(await first.scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('run what only another node has a handler for, and answer whoever waits', async () => {
    const storage = new SharedStorage();
    const asking = await join(storage, 'asking');
    const working = await join(storage, 'working', { work: () => ({ by: 'working' }) });
    const done = next(asking.scheduler, 'ExecutionCompleted', 'elsewhere');
    await asking.scheduler.scheduleJob(once('elsewhere'));
    expect((await done).data).toMatchObject({ result: { by: 'working' } });
    await asking.scheduler.scheduleJob({ ...once('by-hand'), schedule: later });
    expect(await asking.scheduler.runNow('by-hand')).toMatchObject({ status: 'completed', result: { by: 'working' } });
    expect(working.runs).toEqual(['elsewhere#1', 'by-hand#1']);
  });

  it('stop a handler on whichever node it runs', async () => {
    const storage = new SharedStorage();
    const asking = await join(storage, 'asking');
    await join(storage, 'working', { work: untilAborted });
    const running = next(asking.scheduler, 'ExecutionStarted');
    await asking.scheduler.scheduleJob(once('long'));
    const { data } = await running;
    if (data.type !== 'ExecutionStarted') throw new Error('not started');
    expect(await asking.scheduler.cancelExecution(data.executionId)).toMatchObject({ status: 'cancelled' });
    expect(await asking.scheduler.getJob('long')).toMatchObject({ status: 'cancelled' });
  });

  it('start nothing anywhere once a pause has been answered', async () => {
    const storage = new SharedStorage();
    const asking = await join(storage, 'asking');
    const working = await join(storage, 'working', { work: () => 'done' });
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

  it('take over what a dead node was running, and refuse its late result', async () => {
    const storage = new SharedStorage();
    let release = (_value: unknown): void => undefined;
    const dying = await join(storage, 'dying', {
      work: () =>
        new Promise((resolve) => {
          release = resolve;
        }),
    });
    const running = next(dying.scheduler, 'ExecutionStarted');
    await dying.scheduler.scheduleJob(once('precious'));
    await running;
    const surviving = await join(storage, 'surviving', { work: () => 'saved' });
    const lost = next(surviving.scheduler, 'ExecutionFailed', 'precious');
    const done = next(surviving.scheduler, 'ExecutionCompleted', 'precious');
    dying.scheduler.jobHandlers.delete('work');
    storage.declareDead(dying.name());
    expect((await lost).data).toMatchObject({ cause: 'lost', attempt: 1 });
    release('too late');
    expect((await done).data).toMatchObject({ attempt: 2, result: 'saved' });
    const [execution] = await surviving.scheduler.jobHistory('precious');
    const attempts = [{ status: 'failed', cause: 'lost' }, { status: 'completed' }];
    expect(execution).toMatchObject({ status: 'completed', result: 'saved', attempts });
    expect(await surviving.scheduler.verify()).toMatchObject({ ok: true });
  });

  it('end their own work when they are cut off, before others take it over', async () => {
    const storage = new SharedStorage();
    const node = await join(storage, 'cut-off', {
      work: (parameters, context) => (context.attempt > 1 ? 'second' : untilAborted(parameters, context)),
    });
    const running = next(node.scheduler, 'ExecutionStarted');
    await node.scheduler.scheduleJob(once('fenced'));
    await running;
    const failed = next(node.scheduler, 'ExecutionFailed', 'fenced');
    storage.fence(node.name(), true);
    expect((await failed).data).toMatchObject({ cause: 'fenced', final: false });
    expect(node.runs).toEqual(['fenced#1']);
    const done = next(node.scheduler, 'ExecutionCompleted', 'fenced');
    storage.fence(node.name(), false);
    expect((await done).data).toMatchObject({ attempt: 2 });
  });

  it('run no more at once than they may, though a claim turns up of which they had no answer', async () => {
    const storage = new SharedStorage();
    const release = deferred<void>();
    let running = 0;
    let most = 0;
    let claims = 0;
    const open = async (name: string): Promise<Storage> => {
      const opened = await storage.open(name);
      const append: Storage['store']['append'] = async (request) => {
        const result = await opened.store.append(request);
        const isFirst = request.stream === 'default/unanswered' && request.events.some(({ type }) => type === 'ExecutionStarted');
        // Its answer is lost, and that of the question what became of it.
        if (isFirst && claims++ < 2) throw new StoreUnavailable('no answer');
        return result;
      };
      return { ...opened, store: { ...opened.store, append } };
    };
    const scheduler = lazyScheduler(() => ({ nodeId: 'one', logger: false as const, concurrency: 1 }), systemClock, false, open);
    started.push(scheduler);
    scheduler.jobHandlers.set('work', async (_: unknown, { jobName }: HandlerContext) => {
      most = Math.max(most, ++running);
      if (jobName === 'other') await release.promise;
      running--;
    });
    await scheduler.start();
    const givenBack = next(scheduler, 'ExecutionFailed', 'unanswered');
    await scheduler.scheduleJobs([
      { ...once('unanswered'), priority: 'critical' },
      { ...once('other'), priority: 'low' },
    ]);
    expect((await givenBack).data).toMatchObject({ cause: 'fenced', final: false });
    const done = next(scheduler, 'ExecutionCompleted', 'unanswered');
    release.resolve();
    expect((await done).data).toMatchObject({ attempt: 2 });
    expect(most).toBe(1);
  });

  it("see each other's jobs at once", async () => {
    const storage = new SharedStorage();
    const a = await join(storage, 'a');
    const b = await join(storage, 'b');
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
});
