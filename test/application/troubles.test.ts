import { describe, expect, it } from 'vitest';
import type { Background } from '../../src/application/ports/clock.js';
import { StoreUnavailable } from '../../src/application/ports/eventStore.js';
import type { Storage } from '../../src/application/ports/storage.js';
import { blankRow } from '../../src/application/projections/project.js';
import { replay } from '../../src/application/projections/replay.js';
import { get } from '../../src/bootstrap/bind.js';
import { createContainer } from '../../src/bootstrap/container.js';
import { type ManualClock, manualClock } from '../../src/bootstrap/index.js';
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
