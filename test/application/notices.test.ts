import { expect, it } from 'vitest';
import type { Notice, NoticeMessage } from '../../src/application/ports/notifier.js';
import { openNode, sharedMemory } from './node.js';
import { hourly, untilAborted } from './opened.js';

/** People who keep what they are told. */
const people = () => {
  const told: { readonly to: string; readonly message: NoticeMessage }[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const notices = (): readonly Notice[] => told.flatMap(({ message }) => message.notices);
  return {
    notices,
    notifications: {
      settings: { to: ['ops@example.com'], organizations: {}, windowMs: 10 },
      notifier: {
        send: async (to: { readonly kind: string }, message: NoticeMessage) => {
          told.push({ to: to.kind, message });
          for (const { count, resolve } of waiting) if (notices().length >= count) resolve();
        },
      },
    },
    hear: (count: number): Promise<void> =>
      notices().length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
  };
};

const job = (jobName: string, given: object = {}) => ({ jobName, jobType: 'print', schedule: hourly, ...given }) as const;

it('an attempt whose node died is told of, and that it is tried again', async () => {
  const storage = sharedMemory();
  const first = await openNode({ storage, node: 'n1', handlersByName: { print: untilAborted } });
  await first.runtime.start();
  await first.jobs.scheduleJob(job('report', { notify: { on: ['lost'] } }));
  await first.jobs.runNow('report', {}, { wait: false });
  await first.clock.advance(0);

  const { notifications, hear, notices } = people();
  const second = await openNode({ storage, node: 'n2', notifications, handlersByName: { print: () => 'done' } });
  await second.runtime.start();
  await hear(1);
  expect(notices()).toMatchObject([
    {
      kind: 'lost',
      jobName: 'report',
      attempt: 1,
      maxAttempts: 3,
      cause: 'lost',
      error: { name: 'NodeLost' },
      retryAt: expect.any(Number),
    },
  ]);
  await second.runtime.stop(0);
  await first.runtime.stop(0);
});

it('what failed while nobody told people is told of by the next who does, with the count of failures that the log has', async () => {
  const storage = sharedMemory();
  const { notifications, hear, notices } = people();
  const before = await openNode({ storage, notifications: { ...notifications, notifier: { send: () => new Promise(() => undefined) } } });
  before.handlers.set('print', () => Promise.reject(new Error('no paper')));
  await before.runtime.start();
  await before.jobs.scheduleJob(job('report', { maxAttempts: 1, notify: { after: 2 } }));
  for (let i = 0; i < 3; i++) await before.jobs.runNow('report');
  before.handlers.set('print', () => 'done');
  await before.jobs.runNow('report');

  // Its messages are on their way for ever. The next one begins where the cursor is.
  const after = await openNode({ storage, node: 'n2', notifications });
  await after.runtime.start();
  await hear(3);
  expect(notices().map(({ kind, failuresInARow }) => [kind, failuresInARow])).toEqual([
    ['failed', 2],
    ['failed', 3],
    ['recovered', 3],
  ]);
  expect(new Set(notices().map(({ id }) => id)).size).toBe(3);
  await after.runtime.stop(0);
});

it('a job that was deleted meanwhile is nobody’s concern', async () => {
  const storage = sharedMemory();
  const { notifications, hear, notices } = people();
  const { runtime, jobs, handlers } = await openNode({
    storage,
    notifications: { ...notifications, notifier: { send: () => new Promise(() => undefined) } },
  });
  handlers.set('print', () => Promise.reject(new Error('no paper')));
  await runtime.start();
  for (const name of ['gone', 'stays']) {
    await jobs.scheduleJob(job(name, { maxAttempts: 1 }));
    await jobs.runNow(name);
  }
  await jobs.deleteJob('gone');
  const after = await openNode({ storage, node: 'n2', notifications });
  await after.runtime.start();
  await hear(1);
  await after.runtime.stop(0);
  expect(notices().map(({ jobName }) => jobName)).toEqual(['stays']);
});
