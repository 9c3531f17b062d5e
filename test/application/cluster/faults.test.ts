import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SharedStorage } from '../../sharedStorage.js';
import { deferred, rejection, untilAborted } from '../opened.js';
import { type Handler, join, later, next, once, openNode, soon, turns } from './join.js';

let storage = new SharedStorage();
beforeEach(() => {
  storage = new SharedStorage();
});
afterEach(() => storage.heal());

const done: Handler = () => 'done';

describe('a dead node', () => {
  it('is relieved of what it was running, and its late result is refused', async () => {
    const result = deferred();
    const dying = await join(storage.open, 'dying', { work: () => result.promise });
    const running = next(dying.scheduler, 'ExecutionStarted');
    await dying.scheduler.scheduleJob(once('precious'));
    await running;
    const surviving = await join(storage.open, 'surviving', { work: () => 'saved' });
    const lost = next(surviving.scheduler, 'ExecutionFailed', 'precious');
    const over = next(surviving.scheduler, 'ExecutionCompleted', 'precious');
    dying.scheduler.jobHandlers.delete('work');
    storage.declareDead('dying');
    expect((await lost).data).toMatchObject({ cause: 'lost', attempt: 1 });
    result.resolve('too late');
    expect((await over).data).toMatchObject({ attempt: 2, result: 'saved' });
    const [execution] = await surviving.scheduler.jobHistory('precious');
    const attempts = [{ status: 'failed', cause: 'lost' }, { status: 'completed' }];
    expect(execution).toMatchObject({ status: 'completed', result: 'saved', attempts });
    expect(await surviving.scheduler.verify()).toMatchObject({ ok: true });
  });

  it('that comes back does not run what another node runs by then', async () => {
    const gone = await join(storage.open, 'gone', { work: done });
    const heard = next(gone.scheduler, 'JobScheduled');
    // It claims, and neither hears the answer nor finds the claim in the log.
    storage.inflict('answers lost', 'gone');
    const asking = await join(storage.open, 'asking');
    await asking.scheduler.scheduleJob({ ...once('moved'), schedule: soon(200) });
    await heard;
    const claimed = next(asking.scheduler, 'ExecutionStarted');
    const release = storage.inflict('log held', 'gone');
    await claimed;
    const taking = await join(storage.open, 'taking', { work: untilAborted });
    const moved = next(taking.scheduler, 'ExecutionStarted');
    storage.declareDead('gone');
    expect((await moved).data).toMatchObject({ attempt: 2 });
    const caughtUp = next(gone.scheduler, 'ExecutionStarted');
    release();
    await caughtUp;
    await turns();
    expect([gone.runs, taking.runs]).toEqual([[], ['moved#2']]);
  });
});

describe('a node that is cut off', () => {
  it('ends its work before others take it over', async () => {
    const running = deferred();
    const node = await join(storage.open, 'cut-off', {
      work: (parameters, context) => {
        running.resolve('begun');
        return context.attempt > 1 ? 'second' : untilAborted(parameters as never, context);
      },
    });
    await node.scheduler.scheduleJob(once('fenced'));
    await running.promise;
    const failed = next(node.scheduler, 'ExecutionFailed', 'fenced');
    storage.fence('cut-off', true);
    expect((await failed).data).toMatchObject({ cause: 'fenced', final: false });
    expect(node.runs).toEqual(['fenced#1']);
    const over = next(node.scheduler, 'ExecutionCompleted', 'fenced');
    storage.fence('cut-off', false);
    expect((await over).data).toMatchObject({ attempt: 2 });
  });

  it('does not begin what it claimed at the last moment', async () => {
    const node = await join(storage.open, 'late', { work: done });
    const asking = await join(storage.open, 'asking');
    const heard = next(node.scheduler, 'JobScheduled');
    const release = storage.inflict('appends held', 'late');
    await asking.scheduler.scheduleJob(once('claimed'));
    await heard;
    await turns();
    storage.fence('late', true);
    const failed = next(asking.scheduler, 'ExecutionFailed');
    release();
    expect((await failed).data).toMatchObject({ cause: 'fenced', attempt: 1 });
    expect(node.runs).toEqual([]);
    const over = next(asking.scheduler, 'ExecutionCompleted');
    storage.fence('late', false);
    expect((await over).data).toMatchObject({ attempt: 2 });
  });

  it('can be started again when its start has failed', async () => {
    const node = openNode(storage.open, 'retried', { work: done }, { autoStart: false });
    await node.scheduler.scheduleJob({ ...once('waiting'), schedule: soon(50) });
    const heal = storage.inflict('cut off', 'retried');
    expect((await rejection(node.scheduler.start())).code).toBe('STORE_UNAVAILABLE');
    heal();
    const over = next(node.scheduler, 'ExecutionCompleted');
    await node.scheduler.start();
    await over;
  });
});

describe('a claim whose answer got lost', () => {
  it('is found in the log and runs, within the limits of its node', async () => {
    const gate = deferred();
    const node = await join(storage.open, 'unsure', { work: () => gate.promise }, { concurrency: 1 });
    const asking = await join(storage.open, 'asking');
    const heal = storage.inflict('answers lost', 'unsure');
    await asking.scheduler.scheduleJob({ ...once('first'), schedule: soon(100) });
    await next(node.scheduler, 'ExecutionStarted', 'first');
    heal();
    await turns();
    expect(node.runs).toEqual(['first#1']);
    const heard = next(node.scheduler, 'JobScheduled', 'second');
    await asking.scheduler.scheduleJob(once('second'));
    await heard;
    await turns();
    expect(node.runs).toEqual(['first#1']);
    const over = next(asking.scheduler, 'ExecutionCompleted', 'second');
    gate.resolve('done');
    await over;
  });

  it('starts later where the store did not answer when it was found', async () => {
    const node = await join(storage.open, 'unsure', { work: done });
    const asking = await join(storage.open, 'asking');
    const heard = next(node.scheduler, 'JobScheduled');
    const heal = storage.inflict('answers lost', 'unsure');
    await asking.scheduler.scheduleJob({ ...once('first'), schedule: soon(200) });
    await heard;
    const answer = storage.inflict('reads refused', 'unsure');
    await next(node.scheduler, 'ExecutionStarted', 'first');
    heal();
    await turns();
    expect(node.runs).toEqual([]);
    const over = next(asking.scheduler, 'ExecutionCompleted', 'first');
    answer();
    await over;
    expect(node.runs).toEqual(['first#1']);
  });

  it('is given back where the room for it is taken by the time it is found', async () => {
    const gate = deferred();
    const node = await join(storage.open, 'unsure', { work: () => gate.promise }, { concurrency: 1 });
    const asking = await join(storage.open, 'asking');
    const heard = next(node.scheduler, 'JobScheduled', 'first');
    const heal = storage.inflict('answers lost', 'unsure');
    await asking.scheduler.scheduleJob({ ...once('first'), schedule: soon(200) });
    await heard;
    const claimed = next(asking.scheduler, 'ExecutionStarted', 'first');
    const release = storage.inflict('log held', 'unsure');
    await claimed;
    await turns();
    heal();
    const second = next(node.scheduler, 'ExecutionStarted', 'second');
    await node.scheduler.scheduleJob(once('second'));
    await second;
    const failed = next(asking.scheduler, 'ExecutionFailed', 'first');
    release();
    expect((await failed).data).toMatchObject({ attempt: 1, cause: 'fenced', error: { code: 'NO_ROOM' }, final: false });
    expect(node.runs).toEqual(['second#1']);
    const over = next(asking.scheduler, 'ExecutionCompleted', 'first');
    gate.resolve('done');
    expect((await over).data).toMatchObject({ attempt: 2 });
  });
});

describe('what one node has written and not saved yet', () => {
  it('is known to the others: jobs, runs by hand, history', async () => {
    storage.inflict('saves held', 'writing');
    const writing = await join(storage.open, 'writing', { work: done });
    const release = storage.inflict('log held', 'asking');
    const asking = await join(storage.open, 'asking');
    await writing.scheduler.scheduleJob({ ...once('unsaved'), schedule: later });
    expect(await asking.scheduler.getJob('unsaved')).toMatchObject({ status: 'scheduled', waitingFor: null });
    const over = next(writing.scheduler, 'ExecutionCompleted');
    const run = asking.scheduler.runNow('unsaved');
    await over;
    const [execution] = await asking.scheduler.jobHistory('unsaved');
    expect(execution).toMatchObject({ status: 'completed', result: 'done' });
    release();
    expect(await run).toMatchObject({ status: 'completed', executionId: execution?.executionId });
    expect(await asking.scheduler.getExecution(execution?.executionId ?? '')).toMatchObject({ status: 'completed' });
  });

  it('starts on a node that was starting meanwhile', async () => {
    storage.inflict('saves held', 'writing');
    const starting = openNode(storage.open, 'starting', { work: done }, { autoStart: false });
    await starting.scheduler.getScheduledJobs();
    const writing = await join(storage.open, 'writing');
    // After what the starting node has read of the log, and before it hears of the rest.
    const release = storage.inflict('log held', 'starting');
    const started = starting.scheduler.start();
    await turns();
    const over = next(writing.scheduler, 'ExecutionCompleted');
    await writing.scheduler.scheduleJob(once('between'));
    release();
    await started;
    await over;
    expect(starting.runs).toEqual(['between#1']);
  });

  it('is not forgotten when a node reads its wake-ups anew', async () => {
    storage.inflict('saves held', 'writing');
    const writing = await join(storage.open, 'writing');
    const running = await join(storage.open, 'running', { work: done });
    const heard = next(running.scheduler, 'JobScheduled');
    await writing.scheduler.scheduleJob({ ...once('remembered'), schedule: soon(300) });
    await heard;
    running.scheduler.jobHandlers.set('more', done);
    await next(writing.scheduler, 'ExecutionCompleted', 'remembered');
    expect(running.runs).toEqual(['remembered#1']);
  });
});

describe('who waits for a run elsewhere', () => {
  it('is answered though this node has written to the job since', async () => {
    const working = await join(storage.open, 'working', { work: done });
    const asking = await join(storage.open, 'asking');
    await asking.scheduler.scheduleJob({ ...once('overtaken'), schedule: later });
    const release = storage.inflict('log held', 'asking');
    const over = next(working.scheduler, 'ExecutionCompleted');
    const run = asking.scheduler.runNow('overtaken');
    await over;
    await asking.scheduler.toggleJob('overtaken', false);
    release();
    expect(await run).toMatchObject({ status: 'completed', result: 'done' });
  });
});

describe('a node that follows the log', () => {
  it('while another deletes hears of the deletion, and of the job that takes the name', async () => {
    const deleting = await join(storage.open, 'deleting', { work: done });
    const following = await join(storage.open, 'following');
    const release = storage.inflict('log held', 'following');
    const over = next(deleting.scheduler, 'ExecutionCompleted');
    await deleting.scheduler.scheduleJob(once('short-lived'));
    await over;
    await deleting.scheduler.deleteJob('short-lived');
    const { jobId } = await deleting.scheduler.scheduleJob({ ...once('short-lived'), schedule: later });
    const [deleted, scheduled] = [next(following.scheduler, 'JobDeleted'), next(following.scheduler, 'JobScheduled')];
    release();
    await deleted;
    expect((await scheduled).data).toMatchObject({ jobId });
    expect(await following.scheduler.getJob('short-lived')).toMatchObject({ jobId, status: 'scheduled' });
    expect(await following.scheduler.jobHistory('short-lived')).toEqual([]);
    await deleting.scheduler.getScheduledJobs();
    expect(await following.scheduler.verify()).toMatchObject({ ok: true });
  });
});

describe('a node that leaves', () => {
  it('hands over what does not end in time, without using up its attempts', async () => {
    const leaving = await join(storage.open, 'leaving', { work: untilAborted as Handler });
    const running = next(leaving.scheduler, 'ExecutionStarted');
    await leaving.scheduler.scheduleJob({ ...once('handed-over'), maxAttempts: 1 });
    await running;
    const staying = await join(storage.open, 'staying', { work: done });
    const over = next(staying.scheduler, 'ExecutionCompleted');
    await leaving.scheduler.stop({ drainMs: 0 });
    await over;
    const attempts = [{ status: 'failed', cause: 'shutdown' }, { status: 'completed' }];
    expect(await staying.scheduler.jobHistory('handed-over')).toMatchObject([{ status: 'completed', attempts }]);
  });

  it('is preferred for nothing while what it runs comes to its end', async () => {
    const result = deferred();
    const leaving = await join(storage.open, 'leaving', { work: () => result.promise });
    const running = next(leaving.scheduler, 'ExecutionStarted');
    await leaving.scheduler.scheduleJob(once('last'));
    await running;
    expect(storage.announced('leaving')).toContain('work');
    const stopped = leaving.scheduler.stop();
    await turns();
    expect(storage.announced('leaving')).toEqual([]);
    const over = next(leaving.scheduler, 'ExecutionCompleted');
    result.resolve('done');
    expect((await over).data).toMatchObject({ attempt: 1 });
    await stopped;
  });

  it('gives back what was being claimed as it left', async () => {
    const leaving = await join(storage.open, 'leaving', { work: done });
    const staying = await join(storage.open, 'staying');
    const heard = next(leaving.scheduler, 'JobScheduled');
    const release = storage.inflict('appends held', 'leaving');
    await staying.scheduler.scheduleJob(once('in-between'));
    await heard;
    await turns();
    const stopped = leaving.scheduler.stop({ drainMs: 0 });
    await turns();
    const ended = Promise.race([next(staying.scheduler, 'ExecutionFailed'), next(staying.scheduler, 'ExecutionCompleted')]);
    release();
    await ended;
    await stopped;
    const [execution] = await staying.scheduler.jobHistory('in-between');
    expect(execution?.attempts.every(({ status }) => status !== 'running')).toBe(true);
  });

  it('does so though the store takes nothing any more', async () => {
    const leaving = await join(storage.open, 'leaving', { work: untilAborted as Handler });
    const running = next(leaving.scheduler, 'ExecutionStarted');
    await leaving.scheduler.scheduleJob(once('left-behind'));
    await running;
    storage.inflict('cut off', 'leaving');
    await leaving.scheduler.stop({ drainMs: 0 });
    storage.heal();
    const staying = await join(storage.open, 'staying', { work: done });
    await next(staying.scheduler, 'ExecutionCompleted', 'left-behind');
    const attempts = [{ status: 'failed', cause: 'lost' }, { status: 'completed' }];
    expect(await staying.scheduler.jobHistory('left-behind')).toMatchObject([{ attempts }]);
  });
});

describe('a calculator that only some nodes have', () => {
  it('has its jobs run there, and elsewhere refuses what needs it', async () => {
    const without = await join(storage.open, 'without', { work: done });
    const calculated = () => new Date(Date.now() + 50);
    const having = await join(storage.open, 'having', { work: done }, { customSchedules: { soon: calculated } });
    const schedule = { type: 'custom' as const, calculator: 'soon', maxRuns: 3 };
    await having.scheduler.scheduleJob({ ...once('calculated'), schedule });
    await next(without.scheduler, 'JobCompleted', 'calculated');
    expect(having.runs.filter((run) => run === 'calculated#1').length + without.runs.length).toBe(3);
    expect((await rejection(without.scheduler.scheduleJob({ ...once('other'), schedule }))).code).toBe('CALCULATOR_MISSING');
  });
});
