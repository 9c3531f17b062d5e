import { createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openMailbox } from '../../servers/mailbox.js';
import { SharedStorage } from '../../sharedStorage.js';
import { join } from './join.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const mailbox = async (options: Parameters<typeof openMailbox>[0] = {}) => {
  const opened = await openMailbox(options);
  closing.push(opened.close);
  return opened;
};

const joinWith = (storage: SharedStorage, nodeId: string, smtp: string) =>
  join(
    storage.open,
    nodeId,
    { print: () => Promise.reject(new Error('no paper')) },
    { predefined: { smtp }, notifications: { to: ['ops@example.com'], windowMs: 10 } },
  );

const job = (jobName: string) =>
  ({ jobName, jobType: 'print', schedule: { type: 'recurring', cronExpression: '0 0 1 1 *' }, maxAttempts: 1 }) as const;

it('of several nodes one tells people, also of what others ran', async () => {
  const { url, received, has } = await mailbox();
  const storage = new SharedStorage();
  const first = await joinWith(storage, 'a', url);
  const second = await joinWith(storage, 'b', url);
  await first.scheduler.scheduleJob(job('one'));
  await first.scheduler.runNow('one');
  await has(1);
  await second.scheduler.scheduleJob(job('two'));
  await second.scheduler.runNow('two');
  await has(2);
  await first.scheduler.stop({ drainMs: 0 });
  await second.scheduler.stop({ drainMs: 0 });
  expect(received.map(({ mail }) => mail.subject?.slice(0, 32)).sort()).toEqual([
    '[nexus-scheduler] job one failed',
    '[nexus-scheduler] job two failed',
  ]);
});

it('when that node dies before it could, another does', async () => {
  // The first node's mail server takes connections and says nothing.
  const sockets: { destroy(): void }[] = [];
  const silent = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const { port } = silent.address() as { port: number };
  const { url, received, has } = await mailbox();
  const storage = new SharedStorage();
  const first = await joinWith(storage, 'a', `smtp://127.0.0.1:${port}`);
  await first.scheduler.scheduleJob(job('one'));
  await first.scheduler.runNow('one');
  await joinWith(storage, 'b', url);
  storage.declareDead('a');
  await has(1);
  expect(received.map(({ mail }) => mail.subject)).toEqual(['[nexus-scheduler] job one failed (1 of 1 attempts): no paper']);
});
