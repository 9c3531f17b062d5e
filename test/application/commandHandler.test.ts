import { describe, expect, it } from 'vitest';
import type { CommandHandler } from '../../src/application/commandHandler.js';
import { type AppendRequest, type AppendResult, type EventStore, StoreUnavailable } from '../../src/application/ports/eventStore.js';
import type { Storage } from '../../src/application/ports/storage.js';
import { get } from '../../src/bootstrap/bind.js';
import { createContainer } from '../../src/bootstrap/container.js';
import { T } from '../../src/bootstrap/tokens.js';
import { instant } from '../../src/domain/instant.js';
import type { JobCommand } from '../../src/domain/job/index.js';
import { at, pause, resume, runNow, schedule, wake } from '../dsl.js';
import { openNode, partsOf, sharedMemory } from './node.js';
import { deferred, hourly, rejection, time } from './opened.js';

const stream = 'default/report';
const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;

/** One of several processes that write to one store: what it has read may be out of date. */
const shared = { self: 'n1', exclusive: false, isAlive: () => true, nodes: () => [] };

const handlerOn = (storage: Storage, exclusive = false): CommandHandler =>
  get(createContainer(partsOf({ storage, ...(!exclusive && { membership: { ...storage.membership, ...shared } }) })), T.commands);

/** A store that is the given one except for how it appends. */
const appending = (storage: Storage, append: (request: AppendRequest, really: EventStore['append']) => Promise<AppendResult>): Storage => ({
  ...storage,
  store: { ...storage.store, append: (request) => append(request, storage.store.append) },
});

/** The storage, once everything in its log is in its read models. */
const saved = async (storage: Storage): Promise<Storage> => {
  const { runtime } = await openNode({ storage });
  await runtime.stop(0);
  return storage;
};

const commitsOf = async ({ store }: Storage) => (await store.read(stream, 0)).map(({ events }) => events.map((e) => e.type));

describe('commands of several nodes', () => {
  it('have one winner for each start', async () => {
    const storage = sharedMemory();
    const nodes = Array.from({ length: 10 }, () => handlerOn(storage));
    await nodes[0]?.handle(stream, schedule(at('08:30')));
    const woken = await Promise.all(nodes.map((node) => node.handle(stream, wake(at('09:00')))));
    expect(woken.filter((w) => w.ok && w.events.some((e) => e.type === 'ExecutionStarted'))).toHaveLength(1);
    expect(woken.every((w) => w.ok)).toBe(true);
    expect(await commitsOf(storage)).toEqual([['JobScheduled'], ['ExecutionQueued', 'ExecutionStarted']]);
  });

  it('are decided on what the other has left, never on what was read before', async () => {
    const storage = sharedMemory();
    const [one, other] = [handlerOn(storage), handlerOn(storage)];
    await one.handle(stream, schedule(at('08:30')));
    await other.handle(stream, pause(at('08:31')));
    // Both know the job as it was when they last wrote it.
    expect(await one.handle(stream, pause(at('08:32')))).toMatchObject({ ok: true, events: [] });
    expect(await one.handle(stream, resume(at('08:33')))).toMatchObject({ ok: true, events: [{ type: 'JobResumed' }] });
    expect(await other.handle(stream, wake(at('09:00')))).toMatchObject({
      ok: true,
      events: [{ type: 'ExecutionQueued' }, { type: 'ExecutionStarted' }],
    });
    expect(await one.handle(stream, runNow('m1', at('09:01')))).toMatchObject({ ok: false, rejection: { code: 'JOB_ALREADY_RUNNING' } });
  });

  it('that are refused on an old row are looked at again', async () => {
    const storage = sharedMemory();
    const [one, other] = [handlerOn(storage), handlerOn(storage)];
    expect(await one.handle(stream, pause(at('08:31')))).toMatchObject({ ok: false, rejection: { code: 'JOB_NOT_FOUND' } });
    await other.handle(stream, schedule(at('08:30')));
    expect(await one.handle(stream, pause(at('08:32')))).toMatchObject({ ok: true, events: [{ type: 'JobPaused' }] });
  });

  it('give up after ten conflicts, one at a time', async () => {
    const memory = sharedMemory();
    let conflicts = 0;
    const storage = appending(memory, async (request, really) => {
      if (conflicts >= 11) return really(request);
      conflicts++;
      return { outcome: 'conflict' };
    });
    const commands = handlerOn(storage);
    const [first, second] = await Promise.all([
      commands.handle(stream, schedule(at('08:30'))),
      commands.handle(stream, schedule(at('08:30'))),
    ]);
    expect(first).toEqual({ ok: false, rejection: { code: 'CONTENDED' } });
    expect(second).toMatchObject({ ok: true });
    expect(conflicts).toBe(11);
  });
});

describe('commands for one job that arrive while it is being written', () => {
  it('are decided in order on the resulting state, and appended as one commit', async () => {
    const memory = sharedMemory();
    const [asked, gate] = [deferred(), deferred()];
    const storage = appending(memory, async (request, really) => {
      asked.resolve(null);
      await gate.promise;
      return really(request);
    });
    const commands = handlerOn(storage, true);
    const first = commands.handle(stream, schedule(at('08:30'), { overlap: 'allow' }));
    await asked.promise;
    const later = [pause(at('08:31')), pause(at('08:31')), resume(at('08:32')), runNow('m1', at('08:33')), runNow('m2', at('08:33'))];
    const all = [first, ...later.map((c) => commands.handle(stream, c))];
    gate.resolve(null);
    const handled = await Promise.all(all);
    expect(await commitsOf(storage)).toEqual([['JobScheduled'], ['JobPaused', 'JobResumed', 'ExecutionQueued', 'ExecutionQueued']]);
    expect(handled.map((h) => h.ok && h.events.map((e) => e.type))).toEqual([
      ['JobScheduled'],
      ['JobPaused'],
      [],
      ['JobResumed'],
      ['ExecutionQueued'],
      ['ExecutionQueued'],
    ]);
    expect(handled.map((h) => h.ok && h.state.kind === 'job' && h.state.executions.length)).toEqual([0, 0, 0, 0, 1, 2]);
  });

  it('are a hundred events in a commit at most', async () => {
    const storage = sharedMemory();
    const commands = handlerOn(storage, true);
    await commands.handle(stream, schedule(at('08:30'), { overlap: 'allow' }));
    await Promise.all(Array.from({ length: 250 }, (_, i) => commands.handle(stream, runNow(`m${i}`, at('08:31')))));
    const sizes = (await commitsOf(storage)).map((c) => c.length);
    expect(Math.max(...sizes)).toBe(100);
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(251);
  });

  it('are refused one by one: the others go on', async () => {
    const storage = sharedMemory();
    const commands = handlerOn(storage, true);
    const given: readonly JobCommand[] = [
      pause(at('08:29')),
      schedule(at('08:30')),
      runNow('m1', at('08:31')),
      runNow('m2', at('08:31')),
      pause(at('08:32')),
    ];
    const handled = await Promise.all(given.map((c) => commands.handle(stream, c)));
    expect(handled.map((h) => (h.ok ? 'ok' : h.rejection.code))).toEqual(['JOB_NOT_FOUND', 'ok', 'ok', 'JOB_ALREADY_RUNNING', 'ok']);
  });

  it('leave a deletion alone in its commit', async () => {
    const storage = sharedMemory();
    const commands = handlerOn(storage, true);
    const now = instant(at('08:31'));
    await Promise.all(
      [schedule(at('08:30')), pause(now), { type: 'DeleteJob', now } as const, schedule(now, {}, { newJobId: 'job-2' }), pause(now)].map(
        (c) => commands.handle(stream, c),
      ),
    );
    const commits = await commitsOf(storage);
    expect(commits.find((c) => c.includes('JobDeleted'))).toEqual(['JobDeleted']);
    expect(commits.flat()).toEqual(['JobScheduled', 'JobPaused', 'JobDeleted', 'JobScheduled', 'JobPaused']);
  });
});

describe('jobs that are scheduled one after the other', () => {
  const streams = ['default/a', 'default/b', 'default/c'];
  /** A storage that tells which jobs it is asked for, and what it answers to appends. */
  const watched = (memory: Storage) => {
    const loaded: string[] = [];
    const outcomes: string[] = [];
    const storage: Storage = {
      ...memory,
      readModels: {
        ...memory.readModels,
        jobs: (asked) => {
          loaded.push(...asked);
          return memory.readModels.jobs(asked);
        },
      },
      store: {
        ...memory.store,
        append: async (request) => {
          const result = await memory.store.append(request);
          outcomes.push(result.outcome);
          return result;
        },
      },
    };
    return { storage, loaded, outcomes };
  };
  const scheduleAll = async (commands: CommandHandler) => {
    const handled = [];
    for (const each of streams) handled.push(await commands.handle(each, schedule(at('08:30'))));
    return handled.map((h) => h.ok && h.events.map((e) => e.type));
  };

  it('are looked for only until one of them is found to be new', async () => {
    const { storage, loaded, outcomes } = watched(sharedMemory());
    expect(await scheduleAll(handlerOn(storage, true))).toEqual([['JobScheduled'], ['JobScheduled'], ['JobScheduled']]);
    expect(loaded).toEqual(['default/a']);
    expect(outcomes).toEqual(['appended', 'appended', 'appended']);
  });

  it('are all looked for where they are there already', async () => {
    const memory = sharedMemory();
    const before = handlerOn(memory, true);
    await scheduleAll(before);
    const { storage, loaded, outcomes } = watched(await saved(memory));
    expect(await scheduleAll(handlerOn(storage, true))).toEqual([[], [], []]);
    expect([loaded, outcomes]).toEqual([streams, []]);
  });

  it('may turn out to be there: the log refuses what was decided on a guess, and the job is looked for', async () => {
    const memory = sharedMemory();
    await handlerOn(memory, true).handle('default/b', schedule(at('08:30'), { maxAttempts: 7 }));
    const { storage, loaded, outcomes } = watched(await saved(memory));
    expect(await scheduleAll(handlerOn(storage, true))).toEqual([['JobScheduled'], ['JobRescheduled'], ['JobScheduled']]);
    expect(loaded).toEqual(['default/a', 'default/b', 'default/c']);
    expect(outcomes).toEqual(['appended', 'conflict', 'appended', 'appended']);
  });

  it('are looked for where other nodes may have scheduled them', async () => {
    const { storage, loaded } = watched(sharedMemory());
    await scheduleAll(handlerOn(storage));
    expect(loaded).toEqual(streams);
  });
});

describe('a store whose answer gets lost', () => {
  /** Appends, and loses so many answers. */
  const losing = (memory: Storage, answers: number) => {
    const lost = { left: 0 };
    const storage = appending(memory, async (request, really) => {
      const result = await really(request);
      if (lost.left > 0) {
        lost.left--;
        throw new StoreUnavailable('the answer got lost');
      }
      return result;
    });
    return { storage, lose: () => void Object.assign(lost, { left: answers }) };
  };

  it('is asked again, and the append has one effect', async () => {
    const { storage, lose } = losing(sharedMemory(), 1);
    const { jobs, runtime } = await openNode({ storage });
    lose();
    expect(await jobs.scheduleJob(report)).toMatchObject({ created: true });
    lose();
    await jobs.toggleJob('report', false);
    expect(await commitsOf(storage)).toEqual([['JobScheduled'], ['JobPaused']]);
    expect(await runtime.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('for good is told to the caller; the next call finds what was done', async () => {
    const { storage, lose } = losing(sharedMemory(), 2);
    const { jobs, runtime } = await openNode({ storage });
    lose();
    expect((await rejection(jobs.scheduleJob(report))).code).toBe('STORE_UNAVAILABLE');
    expect(await jobs.scheduleJob(report)).toMatchObject({ created: false, version: 1 });
    expect(await jobs.getJob('report')).toMatchObject({ status: 'scheduled' });
    expect(await jobs.getScheduledJobs()).toHaveLength(1);
    lose();
    expect((await rejection(jobs.runNow('report', {}, { wait: false }))).code).toBe('STORE_UNAVAILABLE');
    await jobs.toggleJob('report', false);
    expect(await jobs.jobHistory('report')).toMatchObject([{ status: 'queued', trigger: 'manual' }]);
    expect(await runtime.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('of a claim does not leave an attempt that nobody runs', async () => {
    const { storage, lose } = losing(sharedMemory(), 1);
    const { jobs, runtime, clock } = await openNode({ storage, handlersByName: { pdf: () => 'ran' } });
    await runtime.start();
    await jobs.scheduleJob(report);
    lose();
    await clock.advanceTo(time('09:00'));
    expect(await jobs.jobHistory('report')).toMatchObject([{ status: 'completed', result: 'ran', attempts: [{ attempt: 1 }] }]);
    await runtime.stop(0);
  });

  it('that is down refuses everything, and goes on when it is back', async () => {
    const memory = sharedMemory();
    let down = false;
    const storage = appending(memory, (request, really) => (down ? Promise.reject(new StoreUnavailable('down')) : really(request)));
    const { jobs, runtime } = await openNode({ storage });
    await jobs.scheduleJob(report);
    down = true;
    const refused = await Promise.all([
      rejection(jobs.toggleJob('report', false)),
      rejection(jobs.scheduleJob({ ...report, jobName: 'other' })),
      rejection(jobs.deleteJob('report')),
    ]);
    expect(refused.map((e) => e.code)).toEqual(['STORE_UNAVAILABLE', 'STORE_UNAVAILABLE', 'STORE_UNAVAILABLE']);
    down = false;
    expect(await jobs.getJob('report')).toMatchObject({ status: 'scheduled', version: 1 });
    expect(await jobs.toggleJob('report', false)).toMatchObject({ status: 'paused', version: 2 });
    expect(await runtime.verify()).toMatchObject({ ok: true, problems: [] });
  });
});
