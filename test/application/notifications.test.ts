import { afterEach, describe, expect, it } from 'vitest';
import { createScheduler, NonRetryableError, type Scheduler, type SchedulerOptions } from '../../src/bootstrap/index.js';
import { newDirectory, removeDirectory } from '../adapters/sqlite/directory.js';
import { openMailbox } from '../servers/mailbox.js';
import { hour, minute, openScheduler, rejection, time } from './opened.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const mailbox = async (options: Parameters<typeof openMailbox>[0] = {}) => {
  const opened = await openMailbox(options);
  closing.push(opened.close);
  return opened;
};

const open = (smtp: string, options: SchedulerOptions = {}): Scheduler => {
  const scheduler = createScheduler({
    store: 'memory',
    logger: false,
    predefined: { smtp, mailFrom: 'scheduler@example.com' },
    notifications: { to: ['ops@example.com'] },
    ...options,
  });
  closing.push(() => scheduler.stop({ drainMs: 0 }));
  return scheduler;
};

const yearly = { type: 'recurring', cronExpression: '0 0 1 1 *' } as const;
const fail =
  (message = 'the printer is on fire') =>
  () => {
    throw new NonRetryableError(message);
  };
const job = (jobName: string, given: object = {}) => ({ jobName, jobType: 'print', schedule: yearly, ...given });

describe('a failure', () => {
  it('is told of by mail, by default, with what people need', async () => {
    const { url, received, has } = await mailbox();
    const scheduler = open(url, { handlers: { print: fail('<b>fire</b>\r\nBcc: evil@example.com') } });
    await scheduler.scheduleJob(job('daily-report'));
    const run = await scheduler.runNow('daily-report');
    await has(1);
    const { mail, recipients } = received[0] ?? {};
    expect(recipients).toEqual(['ops@example.com']);
    expect(mail?.subject).toBe('[nexus-scheduler] job daily-report failed (1 of 3 attempts): <b>fire</b> Bcc: evil@example.com');
    for (const text of [
      'daily-report',
      'default',
      run.executionId,
      'NonRetryableError: <b>fire</b>',
      'Next run',
      'nexus-scheduler history daily-report',
    ])
      expect(mail?.text).toContain(text);
    expect(mail?.html).toContain('&lt;b&gt;fire&lt;/b&gt;');
    expect(mail?.html).not.toContain('<b>fire');
    expect(mail?.messageId).toMatch(/^<[0-9a-f-]{36}\.\d+-1@example\.com>$/);
  });

  it('links to the execution where the service has an address', async () => {
    const { url, received, has } = await mailbox();
    const notifications = { to: ['ops@example.com'], baseUrl: 'https://scheduler.example.com/' };
    const scheduler = open(url, { handlers: { print: fail() }, notifications });
    await scheduler.scheduleJob(job('report'));
    const { executionId } = await scheduler.runNow('report');
    await has(1);
    expect(received[0]?.mail.text).toContain(`https://scheduler.example.com/api/v1/executions/${executionId}`);
    expect(received[0]?.mail.html).toContain(`<a href="https://scheduler.example.com/api/v1/executions/${executionId}">`);
  });

  it('is not told of before the last attempt, nor to those who do not want to know', async () => {
    const { url, received, has } = await mailbox();
    let attempts = 0;
    const print = () => {
      attempts++;
      throw new Error('no paper');
    };
    const scheduler = open(url, { handlers: { print } });
    await scheduler.scheduleJob(job('silent', { maxAttempts: 1, notify: false }));
    await scheduler.runNow('silent');
    await scheduler.scheduleJob(job('report', { maxAttempts: 2, backoff: { type: 'constant', delay: 0, jitter: 0 } }));
    await scheduler.runNow('report');
    await has(1);
    await scheduler.stop();
    expect(attempts).toBe(3);
    expect(received.map(({ mail }) => mail.subject)).toEqual(['[nexus-scheduler] job report failed (2 of 2 attempts): no paper']);
  });

  it('a thousand in a second are two messages', async () => {
    const { url, received, has } = await mailbox();
    const scheduler = open(url, { handlers: { print: fail() } });
    await scheduler.scheduleJobs(Array.from({ length: 1_000 }, (_, i) => job(`job-${i}`)));
    await Promise.all(Array.from({ length: 1_000 }, (_, i) => scheduler.runNow(`job-${i}`)));
    await scheduler.stop();
    await has(2);
    const subjects = received.map(({ mail }) => mail.subject ?? '');
    expect(subjects).toHaveLength(2);
    expect(subjects[0]).toMatch(/^\[nexus-scheduler\] job job-\d+ failed/);
    expect(subjects[1]).toBe('[nexus-scheduler] 999 failures of 999 jobs');
    expect(received[1]?.mail.text).toContain('the first 20 of them are below');
    expect(received[1]?.raw.length).toBeLessThan(60_000);
  });

  it('n in a row are waited for, and a recovery is told of', async () => {
    const { url, received, has } = await mailbox();
    let works = false;
    const print = () => {
      if (!works) fail()();
    };
    const scheduler = open(url, { handlers: { print }, notifications: { to: ['ops@example.com'], windowMs: 10 } });
    await scheduler.scheduleJob(job('report', { notify: { after: 3, to: ['ada@example.com'] } }));
    for (let i = 0; i < 2; i++) await scheduler.runNow('report');
    works = true;
    await scheduler.runNow('report');
    works = false;
    for (let i = 0; i < 3; i++) await scheduler.runNow('report');
    await has(1);
    expect(received[0]?.mail.text).toMatch(/Failures in a row: +3/);
    works = true;
    await scheduler.runNow('report');
    await has(2);
    expect(received.map(({ mail, recipients }) => [recipients[0], mail.subject])).toEqual([
      ['ada@example.com', '[nexus-scheduler] job report failed (1 of 3 attempts): the printer is on fire'],
      ['ada@example.com', '[nexus-scheduler] job report works again after 3 failures'],
    ]);
    await scheduler.runNow('report');
    await scheduler.stop();
    expect(received).toHaveLength(2);
  });

  it('goes to whom the organization names', async () => {
    const { url, received, has } = await mailbox();
    const scheduler = open(url, {
      handlers: { print: fail() },
      notifications: { to: ['ops@example.com'], organizations: { acme: { to: ['acme@example.com'] }, quiet: false } },
    });
    await scheduler.forOrganization('quiet').scheduleJob(job('a'));
    await scheduler.forOrganization('quiet').runNow('a');
    await scheduler.forOrganization('acme').scheduleJob(job('b'));
    await scheduler.forOrganization('acme').runNow('b');
    await has(1);
    await scheduler.stop();
    expect(received.map(({ recipients, mail }) => [recipients, mail.subject])).toEqual([
      [['acme@example.com'], '[nexus-scheduler] job b of acme failed (1 of 3 attempts): the printer is on fire'],
    ]);
  });
});

describe('what else people asked to know', () => {
  const notify = { on: ['failed', 'timeout', 'lost', 'waiting', 'missed'] };

  it('an attempt that timed out, though it is tried again', async () => {
    const { url, received, has } = await mailbox();
    let attempts = 0;
    const print = () => (++attempts === 1 ? new Promise(() => undefined) : 'done');
    const scheduler = open(url, { handlers: { print } });
    await scheduler.scheduleJob(
      job('slow', { timeout: 20, backoff: { type: 'constant', delay: 0, jitter: 0 }, notify: { ...notify, recovered: false } }),
    );
    expect(await scheduler.runNow('slow')).toMatchObject({ status: 'completed' });
    await has(1);
    expect(received[0]?.mail.subject).toBe('[nexus-scheduler] job slow timed out (1 of 3 attempts)');
  });

  it('a run that waits for a handler for a minute, and none that found one meanwhile', async () => {
    const { url, received, has } = await mailbox();
    const { scheduler, clock } = openScheduler({ predefined: { smtp: url }, notifications: { to: ['ops@example.com'] } });
    await scheduler.scheduleJob({ jobName: 'lonely', jobType: 'unknown', schedule: yearly, notify: { on: ['waiting'] } });
    await scheduler.scheduleJob({ jobName: 'helped', jobType: 'late', schedule: yearly, notify: { on: ['waiting'] } });
    await scheduler.runNow('lonely', {}, { wait: false });
    await scheduler.runNow('helped', {}, { wait: false });
    await clock.advance(30_000);
    scheduler.jobHandlers.set('late', () => 'done');
    await clock.advance(29_000);
    expect(received).toEqual([]);
    await clock.advance(2_000);
    await has(1);
    expect(received[0]?.mail.subject).toBe('[nexus-scheduler] job lonely waits for a handler of type unknown');
  });

  it('a job that was paused since its calculator fails, without having asked; not one that a person paused', async () => {
    const { url, received, has } = await mailbox();
    let works = true;
    const { scheduler, clock } = openScheduler({
      predefined: { smtp: url },
      notifications: { to: ['ops@example.com'] },
      handlers: { print: () => 'done' },
      customSchedules: {
        fickle: (after) => {
          if (!works) throw new Error('out of order');
          return new Date(after.getTime() + 10 * minute);
        },
      },
    });
    const schedule = { type: 'custom', calculator: 'fickle' };
    await scheduler.scheduleJob(job('by-hand'));
    await scheduler.toggleJob('by-hand', false);
    await scheduler.scheduleJob(job('deaf', { schedule, notify: { on: ['missed'] } }) as never);
    await scheduler.scheduleJob(job('report', { schedule }) as never);
    works = false;
    await clock.advance(10 * minute);
    await has(1);
    await scheduler.stop();
    expect(received.map(({ mail }) => mail.subject)).toEqual([
      '[nexus-scheduler] job report was paused by the scheduler: Calculator "fickle" threw',
    ]);
    expect(received[0]?.mail.text).toMatch(/Next run: +none/);
    expect(received[0]?.mail.text).toContain('resume it');
  });

  it('is refused where it makes no sense, and shown as it was meant', async () => {
    const { scheduler } = openScheduler();
    const wrong = {
      on: ['failed', 'rain'],
      to: ['nobody', 'webhook:ftp://example.com', 'webhook:http://u:p@example.com/'],
      after: 0,
      colour: 'red',
    };
    const error = await rejection(scheduler.scheduleJob(job('report', { notify: wrong }) as never));
    expect(error.issues?.map(({ path }) => path).sort()).toEqual([
      'notify.after',
      'notify.colour',
      'notify.on.1',
      'notify.to.0',
      'notify.to.1',
      'notify.to.2',
    ]);
    await scheduler.scheduleJob(job('report', { notify: { to: ['log', 'log'], after: 2 } }));
    expect((await scheduler.getJob('report')).notify).toEqual({ on: ['failed', 'paused'], to: ['log'], after: 2, recovered: true });
    expect(await scheduler.scheduleJob(job('report', { notify: { to: ['log'], after: 2 } }))).toMatchObject({ version: 1 });
    await scheduler.scheduleJob(job('report', { notify: false }));
    expect((await scheduler.getJob('report')).notify).toBe(false);
    expect(await scheduler.scheduleJob(job('report'))).toMatchObject({ version: 3 });
    expect(await scheduler.getJob('report')).not.toHaveProperty('notify');
  });
});

describe('a restart', () => {
  const directory = newDirectory();
  const store = { directory };

  it('loses nothing that was not delivered, and repeats nothing that was', async () => {
    const box = await openMailbox();
    await box.close();
    const handlers = { print: fail() };
    const first = open(box.url, { store, handlers });
    await first.scheduleJob(job('report'));
    await first.runNow('report');
    await first.runNow('report');
    await first.stop();

    const again = await mailbox({ port: box.port });
    const second = open(box.url, { store, handlers });
    await second.start();
    await again.has(1);
    await second.stop();
    const total = again.received.map(({ mail }) => (mail.subject?.includes('2 failures') ? 2 : 1)).reduce((a, b) => a + b, 0);
    expect(total).toBe(2);
    expect(new Set(again.received.map(({ mail }) => mail.messageId)).size).toBe(again.received.length);
    const before = again.received.length;

    const third = open(box.url, { store, handlers });
    await third.start();
    await third.scheduleJob(job('other', { notify: { to: ['ada@example.com'] } }));
    await third.runNow('other');
    await again.has(before + 1);
    await third.stop();
    expect(again.received.slice(before).map(({ mail }) => mail.subject)).toEqual([
      '[nexus-scheduler] job other failed (1 of 3 attempts): the printer is on fire',
    ]);
    removeDirectory(directory);
  });

  it('tells of runs that were missed meanwhile', async () => {
    const { url, received, has } = await mailbox();
    const where = newDirectory();
    const options = {
      store: { directory: where },
      predefined: { smtp: url },
      notifications: { to: ['ops@example.com'] },
      handlers: { print: () => 'done' },
    };
    const first = openScheduler(options);
    const hourly = { type: 'recurring', cronExpression: '0 * * * *' } as const;
    await first.scheduler.scheduleJob(job('report', { schedule: hourly, misfire: 'skip', notify: { on: ['missed'] } }));
    await first.clock.advance(minute);
    await first.scheduler.stop();
    const { manualClock } = await import('../../src/bootstrap/index.js');
    const clock = manualClock(time('11:30:00.000'));
    const second = createScheduler({ ...options, logger: false, clock });
    closing.push(() => second.stop());
    await second.start();
    await clock.advance(hour);
    await has(1);
    expect(received[0]?.mail.subject).toBe('[nexus-scheduler] job report missed 3 runs');
    await second.stop();
    removeDirectory(where);
  });
});
