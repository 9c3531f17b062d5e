import { describe, expect, it } from 'vitest';
import type { EventFilter, PublishedEvent, Scheduler } from '../../src/bootstrap/index.js';
import { hour, hourly, openScheduler, rejection, time, untilAborted } from './opened.js';

// What those who serve clients need of a scheduler.

const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;

const read = async (scheduler: Scheduler, filter: EventFilter): Promise<readonly PublishedEvent[]> => {
  const events: PublishedEvent[] = [];
  for await (const event of scheduler.events(filter)) events.push(event);
  return events;
};

describe('scheduleJob at a version', () => {
  it('changes the job only if it is still that', async () => {
    const { scheduler } = openScheduler();
    expect((await rejection(scheduler.scheduleJob(report, { expectedVersion: 1 }))).code).toBe('VERSION_MISMATCH');
    expect(await scheduler.scheduleJob(report, { expectedVersion: 0 })).toMatchObject({ created: true, version: 1 });
    expect((await rejection(scheduler.scheduleJob({ ...report, tags: ['a'] }, { expectedVersion: 0 }))).code).toBe('VERSION_MISMATCH');
    const both = await Promise.allSettled(
      ['a', 'b'].map((tag) => scheduler.scheduleJob({ ...report, tags: [tag] }, { expectedVersion: 1 })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const expectedVersion of [-1, 1.5, '1', Number.NaN] as never[])
      expect((await rejection(scheduler.scheduleJob(report, { expectedVersion }))).issues).toMatchObject([{ path: 'expectedVersion' }]);
  });
});

describe('runNow', () => {
  it('tells the id of the execution before it is over', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: untilAborted } });
    await scheduler.scheduleJob(report);
    const id = await new Promise<string>((onQueued) => void scheduler.runNow('report', {}, { onQueued }).catch(() => undefined));
    expect((await scheduler.getExecution(id)).trigger).toBe('manual');
    expect((await rejection(scheduler.runNow('report', {}, { onQueued: 1 as never }))).issues).toMatchObject([{ path: 'onQueued' }]);
  });
});

describe('the history in pages', () => {
  it('is that of jobHistory, each run once, what is not saved yet included', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    await scheduler.scheduleJob(report);
    await clock.advance(10 * hour);
    await scheduler.backfill('report', time('01:00'), time('05:00'));
    const whole = (await scheduler.jobHistory('report', 100)).map(({ executionId }) => executionId);
    for (const limit of [1, 3, 7, 100]) {
      const found: string[] = [];
      for (let cursor: string | undefined, pages = 0; pages < 20; pages++) {
        const page = await scheduler.historyPage('report', { limit, ...(cursor !== undefined && { cursor }) });
        found.push(...page.map(({ executionId }) => executionId));
        cursor = page.nextCursor;
        if (cursor === undefined) break;
      }
      expect([limit, found]).toEqual([limit, whole]);
    }
    for (const query of [{ limit: 0 }, { limit: 1_001 }, { cursor: '0' }, { cursor: 'x' }, { cursor: 7 }] as never[])
      expect((await rejection(scheduler.historyPage('report', query))).code).toBe('INVALID_ARGUMENT');
  });
});

describe('events', () => {
  it('may be the newest, oldest first', async () => {
    const { scheduler } = openScheduler();
    for (let i = 0; i < 30; i++) await scheduler.scheduleJob({ ...report, jobName: `job-${i % 3}`, tags: [`${i}`] });
    const all = await read(scheduler, {});
    for (const last of [1, 5, 30, 1_000]) expect(await read(scheduler, { last })).toEqual(all.slice(-last));
    expect(await read(scheduler, { last: 2, jobName: 'job-1' })).toEqual(all.filter(({ jobName }) => jobName === 'job-1').slice(-2));
    expect(await read(scheduler, { last: 2, type: 'JobDeleted' })).toEqual([]);
    expect(await read(scheduler, { after: 'now' })).toEqual([]);
    for (const filter of [{ last: 0 }, { last: 1_001 }, { last: 1, after: 'now' }] as EventFilter[])
      expect((await rejection(read(scheduler, filter))).code).toBe('INVALID_ARGUMENT');
  });

  it('are followed from the newest or from now on without a gap', async () => {
    const { scheduler } = openScheduler();
    await scheduler.scheduleJob(report);
    const ended = new AbortController();
    const [fromLast, fromNow] = [{ last: 1 }, { after: 'now' }].map((start) =>
      scheduler.events({ ...start, follow: true, signal: ended.signal }),
    );
    expect((await fromLast?.next())?.value.type).toBe('JobScheduled');
    const next = [fromLast?.next(), fromNow?.next()];
    // Whoever begins now has begun once it waits.
    await scheduler.events({ after: 'now' }).next();
    await scheduler.toggleJob('report', false);
    expect((await Promise.all(next)).map((found) => found?.value.type)).toEqual(['JobPaused', 'JobPaused']);
    ended.abort();
  });
});

describe('onBehalfOf', () => {
  it('records who asked, and acts where it is told to', async () => {
    const { scheduler } = openScheduler({ actor: 'service' });
    await scheduler.onBehalfOf('ann', 'acme').scheduleJob(report);
    await scheduler.onBehalfOf('bob').scheduleJob({ ...report, organization: 'acme', tags: ['b'] });
    await scheduler.onBehalfOf(undefined, 'acme').toggleJob('report', false);
    const by: unknown[] = [];
    for await (const { data } of scheduler.forOrganization('acme').events()) by.push(Object(data).by);
    expect(by).toEqual(['ann', 'bob', 'service']);
    expect((await rejection(scheduler.onBehalfOf('ann', 'acme').scheduleJob({ ...report, organization: 'other' }))).code).toBe(
      'INVALID_JOB',
    );
    for (const [actor, organization] of [
      ['', 'acme'],
      ['x'.repeat(257), 'acme'],
      ['ann', 'a b'],
      [7, 'acme'],
    ] as const)
      expect(() => scheduler.onBehalfOf(actor as never, organization)).toThrow(/must be/);
  });
});

describe('health', () => {
  it('opens nothing, and says why a scheduler is not ready', async () => {
    const { scheduler } = openScheduler({ autoStart: false });
    expect(await scheduler.health()).toMatchObject({ ready: false, reasons: ['NOT_STARTED'], node: null });
    await scheduler.start();
    expect(await scheduler.health()).toMatchObject({ ready: true, reasons: [], concurrency: 50, running: 0, stuck: 0, waiting: 0 });
    await scheduler.stop();
    expect(await scheduler.health()).toMatchObject({ ready: false, reasons: ['STOPPED'] });
  });
});
