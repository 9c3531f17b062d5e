import { afterEach, describe, expect, it } from 'vitest';
import { createScheduler, type SchedulerOptions } from '../../../src/bootstrap/index.js';
import { rejection } from '../../application/opened.js';
import { openMailbox } from '../../servers/mailbox.js';
import { newDirectory as makeDirectory, removeDirectory } from '../sqlite/directory.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const mailbox = async (options: Parameters<typeof openMailbox>[0] = {}) => {
  const opened = await openMailbox(options);
  closing.push(opened.close);
  return opened;
};

const newDirectory = (): string => {
  const directory = makeDirectory();
  closing.push(async () => removeDirectory(directory));
  return directory;
};

const open = (predefined: SchedulerOptions['predefined']) => {
  const scheduler = createScheduler({ store: 'memory', logger: false, ...(predefined !== undefined && { predefined }) });
  closing.push(() => scheduler.stop({ drainMs: 0 }));
  return scheduler;
};

const monthly = { type: 'recurring', cronExpression: '0 0 1 1 *' } as const;
const job = (parameters: object, given: object = {}) =>
  ({
    jobName: 'tell',
    jobType: 'email_notification',
    schedule: monthly,
    backoff: { type: 'constant', delay: 0, jitter: 0 },
    parameters,
    ...given,
  }) as const;
const simple = { to: 'ada@example.com', subject: 'Hi {{name}}', text: 'Dear {{name}}', data: { name: 'Ada' } };

describe('email_notification', () => {
  it('sends what the template and data make, under the execution id', async () => {
    const { url, received } = await mailbox();
    const scheduler = open({ smtp: url, mailFrom: 'Stock <stock@example.com>' });
    await scheduler.scheduleJob(
      job({
        to: ['Ada <ada@example.com>'],
        cc: 'grace@example.com',
        subject: 'Stock in {{place}}',
        template: 'Dear {{name}},\n\n{{#each items}}{{sku}}: {{quantity}}\n{{/each}}\nfrom {{job.name}}',
        data: { place: 'Köln', name: '<Ada>', items: [{ sku: 'A', quantity: 1 }] },
      }),
    );
    const run = await scheduler.runNow('tell');
    expect(run).toMatchObject({
      status: 'completed',
      result: {
        success: true,
        messageId: `<${run.executionId}@example.com>`,
        accepted: ['ada@example.com', 'grace@example.com'],
        refused: [],
      },
    });
    expect(received[0]?.mail).toMatchObject({
      subject: 'Stock in Köln',
      from: { address: 'stock@example.com' },
      messageId: `<${run.executionId}@example.com>`,
    });
    expect(received[0]?.mail.text).toContain('Dear <Ada>,\n\nA: 1\n\nfrom tell');
    expect(received[0]?.mail.html).toContain('<p>Dear &lt;Ada&gt;,</p>');
  });

  it('describes its parameters, and its example works', async () => {
    const { predefinedTypes } = await import('../../../src/adapters/handlers/index.js');
    const type = predefinedTypes({} as never).find(({ name }) => name === 'email_notification');
    expect(type?.parameters).toMatchObject({ type: 'object', required: ['to', 'subject'], additionalProperties: false });
    const { url, received } = await mailbox();
    const scheduler = open({ smtp: url });
    await scheduler.scheduleJob(job(type?.example ?? {}));
    expect(await scheduler.runNow('tell')).toMatchObject({ status: 'completed' });
    expect(received[0]?.mail.text).toBe('Good morning,\n\n2 items are low in Hamburg:\n\n- A-1: 3\n- B-7: 0\n\n');
  });

  it('takes other data for one run', async () => {
    const { url, received } = await mailbox();
    const scheduler = open({ smtp: url });
    await scheduler.scheduleJob(job(simple));
    await scheduler.runNow('tell', { data: { name: 'Grace' } });
    expect(received[0]?.mail.subject).toBe('Hi Grace');
  });

  it('is refused when it is scheduled, field by field', async () => {
    const scheduler = open({});
    const error = await rejection(
      scheduler.scheduleJob(
        job({
          to: ['a@b.c\r\nBcc: x@y.z'],
          cc: [],
          subject: 'a\r\nBcc: x@y.z',
          html: '{{#if a}}',
          attachments: [{ path: '/etc/passwd' }, { href: 'http://169.254.169.254/' }],
          spam: 1,
        }),
      ),
    );
    expect(error.code).toBe('INVALID_JOB');
    const paths = error.issues?.map(({ path }) => path);
    for (const path of [
      'parameters.to',
      'parameters.cc',
      'parameters.subject',
      'parameters.html',
      'parameters.attachments.0.path',
      'parameters.attachments.1.href',
      'parameters.spam',
    ])
      expect(
        paths?.some((given) => given === path || given.startsWith(`${path}.`)),
        path,
      ).toBe(true);
    const many = Array.from({ length: 10_000 }, (_, i) => `r${i}@example.com`);
    expect((await rejection(scheduler.scheduleJob(job({ ...simple, to: many })))).issues).toMatchObject([{ path: 'parameters.to' }]);
    expect((await rejection(scheduler.scheduleJob(job({ to: 'ada@example.com', subject: 'x' })))).issues).toEqual([
      { path: 'parameters.text', message: 'is needed, or html, or template' },
    ]);
    expect(await scheduler.getScheduledJobs()).toEqual([]);
  });

  it('says what to set where there is no mail server, once', async () => {
    const scheduler = open({});
    await scheduler.scheduleJob(job(simple));
    const run = await scheduler.runNow('tell');
    expect(run).toMatchObject({ status: 'failed', attempts: 1, error: { message: expect.stringContaining('set SMTP_URL') } });
  });

  it('is not tried again where a name is unknown, or a value would break a header', async () => {
    const { url, received } = await mailbox();
    const scheduler = open({ smtp: url });
    await scheduler.scheduleJob(job({ ...simple, data: {} }));
    expect(await scheduler.runNow('tell')).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { message: 'the template names name, which data does not have' },
    });
    const injected = await scheduler.runNow('tell', { data: { name: 'x\r\nBcc: evil@example.com' } });
    expect(injected).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { message: expect.stringContaining('subject must be one line') },
    });
    expect(received).toEqual([]);
  });

  it('is not tried again where the server refuses for good', async () => {
    const { url } = await mailbox({ onMail: () => ({ code: 554, text: 'spam' }) });
    const scheduler = open({ smtp: url });
    await scheduler.scheduleJob(job(simple));
    expect(await scheduler.runNow('tell')).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { message: expect.stringContaining('554 spam') },
    });
  });

  it('reports the one of three who does not exist', async () => {
    const { url } = await mailbox({
      onRecipient: (address) => (address === 'no@example.com' ? { code: 550, text: 'no such user' } : null),
    });
    const scheduler = open({ smtp: url });
    await scheduler.scheduleJob(job({ ...simple, to: ['ada@example.com', 'no@example.com', 'bob@example.com'] }));
    expect(await scheduler.runNow('tell')).toMatchObject({
      status: 'completed',
      attempts: 1,
      result: { accepted: ['ada@example.com', 'bob@example.com'], refused: [{ address: 'no@example.com', reason: '550 no such user' }] },
    });
  });

  it('tries again only those who were refused for now, and says where each stands', async () => {
    const busy = new Set(['busy@example.com']);
    const asked: string[] = [];
    const { url, received } = await mailbox({
      onRecipient: (address) => {
        asked.push(address);
        if (address === 'no@example.com') return { code: 550, text: 'no such user' };
        return busy.delete(address) ? { code: 450, text: 'mailbox busy' } : null;
      },
    });
    const scheduler = open({ smtp: url, directory: newDirectory() });
    await scheduler.scheduleJob(job({ ...simple, to: ['ada@example.com', 'busy@example.com'], bcc: ['no@example.com'] }));
    const run = await scheduler.runNow('tell');
    expect(run).toMatchObject({
      status: 'completed',
      attempts: 2,
      result: {
        accepted: ['ada@example.com', 'busy@example.com'],
        refused: [{ address: 'no@example.com', reason: '550 no such user' }],
      },
    });
    expect(asked).toEqual(['ada@example.com', 'busy@example.com', 'no@example.com', 'busy@example.com']);
    expect(received.map(({ recipients }) => recipients)).toEqual([['ada@example.com'], ['busy@example.com']]);
    expect(new Set(received.map(({ mail }) => mail.messageId)).size).toBe(1);
    expect(received[1]?.mail.to).toHaveLength(2);
    const { attempts, artifacts } = await scheduler.getExecution(run.executionId);
    expect(attempts[0]?.error?.message).toContain('1 of 3 recipients have the mail; refused for now');
    expect(artifacts.map(({ name }) => name)).toEqual(['delivery.json']);
  });

  it('outlasts a mail server that is away for a while', async () => {
    const away = await openMailbox();
    await away.close();
    const scheduler = open({ smtp: away.url, directory: newDirectory() });
    await scheduler.scheduleJob(job(simple, { maxAttempts: 100, backoff: { type: 'constant', delay: 50, jitter: 0 } }));
    const failed = new Promise<void>((resolve) => {
      const off = scheduler.on('ExecutionFailed', () => {
        off();
        resolve();
      });
    });
    const running = scheduler.runNow('tell');
    await failed;
    const { received } = await mailbox({ port: away.port });
    expect(await running).toMatchObject({ status: 'completed', result: { accepted: ['ada@example.com'] } });
    expect(received).toHaveLength(1);
  });

  it('attaches files of its organization and of no other', async () => {
    const { url, received } = await mailbox();
    const scheduler = open({ smtp: url, directory: newDirectory() });
    scheduler.jobHandlers.set('make', (_, { artifact }) => artifact('stock.csv', 'sku,quantity\nA,1\n', 'text/csv'));
    for (const jobs of [scheduler, scheduler.forOrganization('acme')])
      await jobs.scheduleJob({ jobName: 'make', jobType: 'make', schedule: monthly });
    const made = async (jobs: Pick<typeof scheduler, 'runNow'>) =>
      ((await jobs.runNow('make')).result as { readonly artifactId: string }).artifactId;
    const [ours, theirs] = [await made(scheduler), await made(scheduler.forOrganization('acme'))];
    await scheduler.scheduleJob(job({ ...simple, attachments: [{ artifactId: ours, name: 'Bestand.csv' }] }));
    expect(await scheduler.runNow('tell')).toMatchObject({ status: 'completed' });
    const [attachment] = received[0]?.mail.attachments ?? [];
    expect(attachment).toMatchObject({ filename: 'Bestand.csv', mimeType: 'text/csv' });
    expect(Buffer.from(attachment?.content as ArrayBuffer).toString()).toBe('sku,quantity\nA,1\n');
    for (const artifactId of [theirs, '../../etc/passwd', '/etc/passwd', 'make/none/stock.csv'])
      expect(await scheduler.runNow('tell', { attachments: [{ artifactId }] })).toMatchObject({
        status: 'failed',
        attempts: 1,
        error: { message: expect.stringContaining('has no artifact') },
      });
    expect(received).toHaveLength(1);
  });
});
