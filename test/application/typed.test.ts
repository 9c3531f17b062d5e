import { expect, it } from 'vitest';
import { createScheduler } from '../../src/bootstrap/index.js';

it('types parameters by job type', async () => {
  const scheduler = createScheduler<{ 'send-mail': { to: string } }>({ store: 'memory', logger: false });
  const schedule = { type: 'once', runAt: new Date() } as const;
  scheduler.jobHandlers.set('send-mail', ({ to }) => to.length);
  // @ts-expect-error a handler of other parameters
  scheduler.jobHandlers.set('other', ({ to }: { to: number }) => to);
  // @ts-expect-error a type that is not in the map
  await scheduler.scheduleJob({ jobName: 'unknown', jobType: 'nothing', schedule, enabled: false });
  // @ts-expect-error parameters of another shape
  await scheduler.scheduleJob({ jobName: 'misshapen', jobType: 'send-mail', schedule, parameters: { to: 5 }, enabled: false });
  await scheduler.scheduleJob({ jobName: 'mail', jobType: 'send-mail', schedule, parameters: { to: 'you' }, enabled: false });
  expect(await scheduler.runNow('mail')).toMatchObject({ status: 'completed', result: 3 });
  await scheduler.stop();
});
