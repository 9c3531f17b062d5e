import { describe, expect, it } from 'vitest';
import type { EventFilter, PublishedEvent, Scheduler } from '../../src/bootstrap/index.js';
import { begin, hourly, openScheduler, rejection, time } from './opened.js';

const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;

const read = async (scheduler: Scheduler, filter?: EventFilter): Promise<PublishedEvent[]> => {
  const events: PublishedEvent[] = [];
  for await (const event of scheduler.events(filter)) events.push(event);
  return events;
};

const busy = async () => {
  const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' }, actor: 'ann' });
  await scheduler.scheduleJob(report);
  await scheduler.scheduleJob({ ...report, jobName: 'other' });
  await clock.advanceTo(time('09:00'));
  await scheduler.toggleJob('report', false);
  return { scheduler, clock };
};

describe('events', () => {
  it('are read in the order of the log, all of a commit together', async () => {
    const { scheduler } = await busy();
    const events = await read(scheduler, { jobName: 'report' });
    expect(events.map((e) => e.type)).toEqual(['JobScheduled', 'ExecutionQueued', 'ExecutionStarted', 'ExecutionCompleted', 'JobPaused']);
    expect(events[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}\.0$/),
      type: 'JobScheduled',
      organization: 'default',
      jobName: 'report',
      at: begin,
      sequence: '0:1:0',
      version: 1,
      data: expect.objectContaining({ type: 'JobScheduled', by: 'ann', nextRunAt: time('09:00').getTime() }),
    });
    expect(events.map((e) => e.version)).toEqual([1, 2, 2, 3, 4]);
    const all = await read(scheduler);
    const places = all.map((e) => e.sequence.split(':').map(Number));
    expect(places).toEqual([...places].sort(([, p = 0, i = 0], [, q = 0, j = 0]) => p - q || i - j));
    expect(new Set(all.map((e) => e.id)).size).toBe(all.length);
  });

  it('are filtered by type', async () => {
    const { scheduler } = await busy();
    expect((await read(scheduler, { type: 'JobPaused' })).map((e) => e.jobName)).toEqual(['report']);
    expect(await read(scheduler, { type: ['JobScheduled', 'JobPaused'] })).toHaveLength(3);
    expect(await read(scheduler, { type: [] })).toEqual([]);
  });

  it('continue after any of them, in the middle of a commit too', async () => {
    const { scheduler } = await busy();
    const all = await read(scheduler);
    for (const [i, { sequence }] of all.entries())
      expect((await read(scheduler, { after: sequence })).map((e) => e.id)).toEqual(all.slice(i + 1).map((e) => e.id));
    expect((await read(scheduler, { after: '0:0:0' })).map((e) => e.id)).toEqual(all.map((e) => e.id));
    expect(await read(scheduler, { after: '0:999:0' })).toEqual([]);
    for (const after of ['', '1', 'a:b:c', '0:-1:0', '0:1', 7 as never, '0:99999999999999999:0'])
      expect((await rejection(read(scheduler, { after }))).code).toBe('INVALID_ARGUMENT');
  });

  it('continue after one in a commit of very many', async () => {
    const { scheduler } = openScheduler({ autoStart: false });
    await scheduler.scheduleJob({ ...report, overlap: 'allow' });
    for (let i = 0; i < 12; i++) await Promise.all(Array.from({ length: 100 }, () => scheduler.runNow('report', {}, { wait: false })));
    await scheduler.cancelJob('report');
    const all = await read(scheduler);
    expect(all.filter((e) => e.type === 'ExecutionCancelled')).toHaveLength(1_200);
    const last = all.at(-1)?.sequence ?? '';
    expect(await read(scheduler, { after: last })).toEqual([]);
    expect(await read(scheduler, { after: all.at(-3)?.sequence ?? '' })).toHaveLength(2);
  });

  it('are followed until the signal aborts', async () => {
    const { scheduler, clock } = await busy();
    const abort = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const event of scheduler.events({ follow: true, jobName: 'other', signal: abort.signal })) {
        seen.push(event.type);
        if (seen.length === 7) abort.abort();
      }
    })();
    await clock.advanceTo(time('10:00'));
    await following;
    expect(seen).toEqual([
      'JobScheduled',
      'ExecutionQueued',
      'ExecutionStarted',
      'ExecutionCompleted',
      'ExecutionQueued',
      'ExecutionStarted',
      'ExecutionCompleted',
    ]);
  });

  it('are followed until the scheduler stops', async () => {
    const { scheduler } = await busy();
    const seen: string[] = [];
    const following = (async () => {
      for await (const event of scheduler.events({ follow: true })) seen.push(event.type);
    })();
    await scheduler.getJob('report');
    await scheduler.stop();
    await following;
    expect(seen.length).toBeGreaterThan(0);
  });

  it('of a signal that has aborted already are none', async () => {
    const { scheduler } = await busy();
    expect(await read(scheduler, { follow: true, signal: AbortSignal.abort() })).toEqual([]);
  });
});

describe('listeners', () => {
  it('are called for every event, once it is durable and can be read', async () => {
    const { scheduler, clock } = openScheduler({ handlers: { pdf: () => 'ran' } });
    const heard: PublishedEvent[] = [];
    scheduler.on('*', (event) => heard.push(event));
    await scheduler.scheduleJob(report);
    await clock.advanceTo(time('09:00'));
    await scheduler.deleteJob('report');
    expect(heard.map((e) => e.type)).toEqual(['JobScheduled', 'ExecutionQueued', 'ExecutionStarted', 'ExecutionCompleted', 'JobDeleted']);
    const { data: _, ...last } = heard.at(-1) as PublishedEvent;
    expect(await read(scheduler)).toMatchObject([last]);
  });

  it('hear one type, until they are taken away', async () => {
    const { scheduler } = openScheduler();
    const heard: string[] = [];
    const stop = scheduler.on('JobPaused', (event) => heard.push(event.jobName));
    await scheduler.scheduleJob(report);
    await scheduler.toggleJob('report', false);
    stop();
    stop();
    await scheduler.toggleJob('report', true);
    await scheduler.toggleJob('report', false);
    expect(heard).toEqual(['report']);
  });

  it('that throw disturb nobody', async () => {
    const warnings: unknown[] = [];
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (fields: object) => void warnings.push(fields),
    };
    const { scheduler } = openScheduler({ logger });
    const heard: string[] = [];
    scheduler.on('*', () => {
      throw new Error('my own fault');
    });
    scheduler.on('*', (event) => heard.push(event.type));
    await scheduler.scheduleJob(report);
    expect(heard).toEqual(['JobScheduled']);
    expect(warnings).toHaveLength(1);
  });

  it('may be added before the scheduler is used', async () => {
    const { scheduler } = openScheduler();
    const heard: string[] = [];
    scheduler.on('JobScheduled', (event) => heard.push(event.jobName));
    await scheduler.scheduleJob(report);
    expect(heard).toEqual(['report']);
  });
});
