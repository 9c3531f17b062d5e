import { describe, expect, it } from 'vitest';
import type { Background } from '../../src/application/ports/clock.js';
import { StoreUnavailable } from '../../src/application/ports/eventStore.js';
import type { Storage } from '../../src/application/ports/storage.js';
import { blankRow } from '../../src/application/projections/project.js';
import { replay } from '../../src/application/projections/replay.js';
import { get } from '../../src/bootstrap/bind.js';
import { createContainer } from '../../src/bootstrap/container.js';
import { type ManualClock, manualClock } from '../../src/bootstrap/index.js';
import { Runtime } from '../../src/bootstrap/runtime.js';
import { T } from '../../src/bootstrap/tokens.js';
import { type Instant, instant } from '../../src/domain/instant.js';
import { openNode, partsOf, sharedMemory } from './node.js';
import { begin, day, deferred, hourly, rejection, time, untilAborted } from './opened.js';

// What simulated worlds have found, each by itself.

const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;
const once = { ...report, schedule: { type: 'once', runAt: time('09:00') } } as const;

/** Housekeeping in the time of a manual clock. */
const onClock = (clock: ManualClock): Background => ({ after: (ms, callback) => clock.after(ms, callback) });

const logOf = async ({ store }: Storage) => (await store.read('default/report', 0)).flatMap(({ events }) => events);

describe('a wall clock that is set back', () => {
  it('has not made the node miss what is still to come', async () => {
    const manual = manualClock(begin);
    let skewMs = 0;
    const clock = {
      longestSleepMs: manual.longestSleepMs,
      monotonic: () => manual.monotonic(),
      after: (ms: number, callback: () => void) => manual.after(ms, callback),
      at: (due: Instant, callback: () => void) => manual.after(due - clock.now(), callback),
      attach: manual.attach.bind(manual),
      now: (): Instant => instant(manual.now() + skewMs),
    };
    const runs: Date[] = [];
    const node = await openNode({
      clock,
      handlersByName: { pdf: (_: unknown, { scheduledFor }: { scheduledFor: Date }) => void runs.push(scheduledFor) },
    });
    await node.runtime.start();
    skewMs = day;
    await node.jobs.scheduleJob({ ...report, jobName: 'tomorrow' });
    await manual.advance(0);
    skewMs = 0;
    await node.jobs.scheduleJob({ ...report, misfire: 'skip' });
    await manual.advanceTo(time('09:00'));
    expect(runs).toEqual([time('09:00')]);
    await node.runtime.stop(0);
  });
});

describe('a node whose wall clock is a day ahead', () => {
  it('leaves alone what living nodes run, until it is overdue by the time that has passed here', async () => {
    const memory = sharedMemory();
    const living = await openNode({ storage: memory, handlersByName: { pdf: untilAborted } });
    await living.runtime.start();
    await living.jobs.scheduleJob({ ...once, timeout: 60_000 });
    await living.clock.advanceTo(time('09:00'));
    expect(await living.jobs.getJob('report')).toMatchObject({ status: 'running' });
    const clock = manualClock(new Date(begin.getTime() + day));
    const membership = { ...memory.membership, self: 'ahead', exclusive: false, isAlive: () => true };
    const sweeper = get(createContainer(partsOf({ storage: memory, membership, clock })), T.sweeper);
    expect(await sweeper.failLost()).toBe(0);
    await clock.advance(74_000);
    expect(await sweeper.failLost()).toBe(0);
    await clock.advance(2_000);
    expect(await sweeper.failLost()).toBe(1);
    await living.runtime.stop(0);
  });
});

describe('a stop', () => {
  it('ends what was being claimed when it came, and leaves nothing running', async () => {
    const memory = sharedMemory();
    const [claimed, held] = [deferred<void>(), deferred<void>()];
    let claims = 0;
    const append: Storage['store']['append'] = async (request) => {
      if (request.events.some(({ type }) => type === 'ExecutionStarted') && claims++ === 0) {
        claimed.resolve();
        await held.promise;
      }
      return memory.store.append(request);
    };
    const node = await openNode({ storage: { ...memory, store: { ...memory.store, append } }, handlersByName: { pdf: untilAborted } });
    await node.runtime.start();
    await node.jobs.scheduleJob(once);
    const due = node.clock.advanceTo(time('09:00'));
    await claimed.promise;
    const stopped = node.runtime.stop(0);
    held.resolve();
    await Promise.all([due, stopped]);
    expect((await logOf(memory)).slice(-3)).toMatchObject([
      { type: 'ExecutionStarted' },
      { type: 'ExecutionFailed', cause: 'shutdown', final: false },
      { type: 'ExecutionRetryScheduled' },
    ]);
    const row = (await memory.readModels.jobs(['default/report'])).get('default/report');
    expect(row?.version).toBe((await memory.store.read('default/report', 0)).length);
  });

  it('waits for a sweep that is under way, so that nothing is written after it', async () => {
    const memory = sharedMemory();
    const clock = manualClock(begin);
    const [asked, held] = [deferred<void>(), deferred<void>()];
    const unclaimed: Storage['readModels']['unclaimed'] = async (query) => {
      asked.resolve();
      await held.promise;
      return memory.readModels.unclaimed(query);
    };
    const storage = { ...memory, readModels: { ...memory.readModels, unclaimed } };
    const node = await openNode({ storage, clock, background: onClock(clock) });
    await node.runtime.start();
    void clock.advance(6_000);
    await asked.promise;
    let isStopped = false;
    const stopped = node.runtime.stop(0).then(() => {
      isStopped = true;
    });
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    held.resolve();
    await stopped;
  });
});

describe('a deletion that the store takes only in part', () => {
  it('is finished later', async () => {
    const memory = sharedMemory();
    const clock = manualClock(begin);
    let failures = 2;
    const redact: Storage['store']['redact'] = async (...which) => {
      if (failures-- > 0) throw new StoreUnavailable('not now');
      return memory.store.redact(...which);
    };
    const storage = { ...memory, store: { ...memory.store, redact } };
    const node = await openNode({ storage, clock, background: onClock(clock) });
    await node.jobs.scheduleJob({ ...report, parameters: { secret: 'of the customer' } });
    expect(await rejection(node.jobs.deleteJob('report'))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(JSON.stringify(await logOf(memory))).toContain('of the customer');
    await clock.advance(10_000);
    expect(await logOf(memory)).toMatchObject([{ type: 'JobDeleted' }]);
    await node.runtime.stop(0);
  });
});

describe('a deletion whose node dies before anything is removed', () => {
  it('is finished by the first start that lives long enough, whatever was saved meanwhile', async () => {
    const memory = sharedMemory();
    const redact = () => Promise.reject(new StoreUnavailable('dying'));
    const dying = { ...memory, store: { ...memory.store, redact } };
    const openOn = async (storage: Storage) => {
      const clock = manualClock(begin);
      return openNode({ storage, clock, background: onClock(clock), handlersByName: { pdf: () => 'of the customer' } });
    };
    const first = await openOn(dying);
    await first.runtime.start();
    await first.jobs.scheduleJob({ ...report, parameters: { secret: 'of the customer' } });
    await first.jobs.runNow('report');
    expect(await rejection(first.jobs.deleteJob('report'))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await first.jobs.scheduleJob({ ...report, jobName: 'another' });
    await first.clock.advance(1_000);
    await first.jobs.getScheduledJobs();
    await first.runtime.stop(0);

    // The next start comes no further, though it lives long enough to save what it has read.
    const clock = manualClock(begin);
    const second = new Runtime(partsOf({ storage: dying, clock, background: onClock(clock) }), undefined);
    expect(await rejection(second.catchUp())).toMatchObject({ message: 'dying' });
    await clock.advance(60_000);
    expect(JSON.stringify(await logOf(memory))).toContain('of the customer');

    const third = await openOn(memory);
    expect(await logOf(memory)).toMatchObject([{ type: 'JobDeleted' }]);
    expect(await memory.readModels.history('default/report', 10)).toEqual([]);
    expect(await third.runtime.verify()).toMatchObject({ ok: true, jobs: 1 });
    await third.runtime.stop(0);
  });
});

describe('an append that is done and never answered', () => {
  /** Every append is done; while it is lost, nobody hears of it. */
  const losing = (memory: Storage) => {
    const answers = { areLost: true };
    const append: Storage['store']['append'] = async (request) => {
      const result = await memory.store.append(request);
      if (answers.areLost) throw new StoreUnavailable('the answer got lost');
      return result;
    };
    return { answers, storage: { ...memory, store: { ...memory.store, append } } };
  };

  it('is found by a node that has its store for itself: the job is there, and runs', async () => {
    const clock = manualClock(begin);
    const { answers, storage } = losing(sharedMemory());
    const node = await openNode({ storage, clock, background: onClock(clock), handlersByName: { pdf: () => 'done' } });
    await node.runtime.start();
    expect(await rejection(node.jobs.scheduleJob(once))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    answers.areLost = false;
    expect(await node.jobs.getJob('report')).toMatchObject({ status: 'scheduled' });
    await clock.advanceTo(time('09:00'));
    expect(await node.jobs.getJob('report')).toMatchObject({ status: 'completed' });
    await node.runtime.stop(0);
  });

  it('is a claim that runs, once', async () => {
    const clock = manualClock(begin);
    const { answers, storage } = losing(sharedMemory());
    answers.areLost = false;
    // What is due cannot be saved at first either.
    const save: Storage['readModels']['save'] = async (changes) => {
      if (answers.areLost) throw new StoreUnavailable('not now');
      await storage.readModels.save(changes);
    };
    const unwell = { ...storage, readModels: { ...storage.readModels, save } };
    const runs: number[] = [];
    const handlersByName = { pdf: (_: unknown, { attempt }: { attempt: number }) => void runs.push(attempt) };
    const node = await openNode({ storage: unwell, clock, background: onClock(clock), handlersByName });
    await node.runtime.start();
    await node.jobs.scheduleJob(once);
    await clock.advanceTo(time('08:59'));
    answers.areLost = true;
    await clock.advanceTo(time('09:00'));
    answers.areLost = false;
    await clock.advance(10_000);
    expect(runs).toEqual([1]);
    expect(await node.jobs.getJob('report')).toMatchObject({ status: 'completed' });
    await node.runtime.stop(0);
  });

  it('is a deletion that is finished', async () => {
    const clock = manualClock(begin);
    const memory = sharedMemory();
    const { answers, storage } = losing(memory);
    answers.areLost = false;
    const node = await openNode({ storage, clock, background: onClock(clock) });
    await node.jobs.scheduleJob(report);
    answers.areLost = true;
    expect(await rejection(node.jobs.deleteJob('report'))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    answers.areLost = false;
    await clock.advance(10_000);
    expect(await logOf(memory)).toMatchObject([{ type: 'JobDeleted' }]);
    await node.runtime.stop(0);
  });

  it('is looked for until the store can be asked', async () => {
    const clock = manualClock(begin);
    const memory = sharedMemory();
    const { answers, storage } = losing(memory);
    const read: Storage['store']['read'] = async (...which) => {
      if (answers.areLost) throw new StoreUnavailable('not now');
      return memory.store.read(...which);
    };
    const unwell = { ...storage, store: { ...storage.store, read } };
    const node = await openNode({ storage: unwell, clock, background: onClock(clock) });
    expect(await rejection(node.jobs.scheduleJob(once))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    // What is asked meanwhile is told that nobody knows.
    const refused = rejection(node.jobs.toggleJob('report', false));
    await clock.advance(2_000);
    expect(await refused).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    answers.areLost = false;
    await clock.advance(2_000);
    expect((await node.jobs.toggleJob('report', false)).status).toBe('paused');
    await node.runtime.stop(0);
  });
});

describe('history of a deleted job that arrives late', () => {
  it('is removed, also where another job has the name by then', async () => {
    const memory = sharedMemory();
    const clock = manualClock(begin);
    const node = await openNode({ storage: memory, clock, background: onClock(clock), handlersByName: { pdf: () => 'done' } });
    await node.runtime.start();
    await node.jobs.scheduleJob(once);
    await clock.advanceTo(time('09:00'));
    await node.jobs.jobHistory('report');
    const late = await memory.readModels.history('default/report', 10);
    await node.jobs.deleteJob('report');
    await node.jobs.scheduleJob(report);
    await node.jobs.getJob('report');
    await memory.readModels.save({ jobs: [], executions: late, checkpoints: new Map() });
    expect(await node.jobs.jobHistory('report')).toHaveLength(1);
    await clock.advance(90_000);
    expect(await node.jobs.jobHistory('report')).toEqual([]);
    await node.runtime.stop(0);
  });
});

describe('history of a node that died before it had saved it', () => {
  it('is saved by the node that goes on with the job', async () => {
    const memory = sharedMemory();
    const lost = { ...memory, readModels: { ...memory.readModels, save: async () => undefined } };
    const dying = await openNode({ storage: lost, handlersByName: { pdf: () => 'done' } });
    await dying.runtime.start();
    await dying.jobs.scheduleJob(report);
    await dying.clock.advanceTo(time('10:00'));
    const commits = await memory.store.read('default/report', 0);
    const { row, executions } = replay(blankRow('default/report', instant(begin.getTime())), commits);
    const newest = commits.at(-1);
    if (!newest) throw new Error('nothing was committed');
    const membership = { ...memory.membership, exclusive: false };
    const projector = get(createContainer(partsOf({ storage: memory, membership })), T.projector);
    // As the node knows it that has followed the log: the newest row, and what the newest commit has touched.
    projector.take(
      newest,
      row,
      [...executions.values()].filter(({ version }) => version === newest.version),
    );
    await projector.saved();
    const history = await memory.readModels.history('default/report', 10);
    expect(history.map(({ executionId, status }) => [executionId, status])).toEqual(
      [...executions.values()].map(({ executionId, status }) => [executionId, status]).toReversed(),
    );
    expect(history).toHaveLength(2);
    await dying.runtime.stop(0);
  });
});

describe('read models that cannot be saved for want of room', () => {
  it('keep nobody from asking how a job is; lists and histories that would be old are refused', async () => {
    const memory = sharedMemory();
    let isFull = false;
    const save: Storage['readModels']['save'] = async (changes) => {
      if (isFull) throw new StoreUnavailable('database or disk is full');
      await memory.readModels.save(changes);
    };
    const node = await openNode({ storage: { ...memory, readModels: { ...memory.readModels, save } } });
    await node.runtime.start();
    isFull = true;
    await node.jobs.scheduleJob(report);
    expect(await node.jobs.getJob('report')).toMatchObject({ status: 'scheduled' });
    expect(await rejection(node.jobs.getScheduledJobs())).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await rejection(node.jobs.jobHistory('report'))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    isFull = false;
    expect(await node.jobs.getScheduledJobs()).toHaveLength(1);
    await node.runtime.stop(0);
  });
});
