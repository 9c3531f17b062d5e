import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../src/adapters/console/api/wire.js';
import { emptyForm, formOf, jobDraftOf, scheduleOf } from '../../src/adapters/console/pages/jobForm/form.js';
import { draftOf } from '../../src/adapters/console/words/draft.js';
import { createScheduler, type Scheduler } from '../../src/bootstrap/index.js';

describe('the form of a job', () => {
  let scheduler: Scheduler;
  beforeEach(() => {
    scheduler = createScheduler({ store: 'memory' });
    scheduler.customSchedules.set('tomorrow', (after) => new Date(after.getTime() + 86_400_000));
  });
  afterEach(() => scheduler.stop());

  const scheduled = async (more: object): Promise<Job> => {
    await scheduler.scheduleJob({ jobName: 'it', jobType: 'quick', ...more } as never);
    return JSON.parse(JSON.stringify(await scheduler.getJob('it'))) as Job;
  };

  it.each([
    { schedule: { type: 'recurring', cronExpression: '0 3 * * *', timezone: 'Europe/Berlin', startAt: '2030-10-27T00:30:00.123Z' } },
    { schedule: { type: 'recurring', interval: { value: 1, unit: 'day' } }, backoff: { type: 'list', delays: [1, 2] } },
    { schedule: { type: 'recurring', rrule: 'FREQ=DAILY', exclude: ['2030-01-01'], maxRuns: 3, jitter: 1_500 }, tags: ['a', 'b'] },
    { schedule: { type: 'once', runAt: '2030-01-01T00:00:00.007Z' }, misfire: { policy: 'all', max: 7, window: 1_000 }, notify: false },
    {
      schedule: { type: 'custom', calculator: 'tomorrow', options: { a: 1 } },
      parameters: { b: [null] },
      timeout: 1_234,
      retention: false,
    },
  ])('changes nothing that was not touched: %j', async (more) => {
    const job = await scheduled(more);
    expect(jobDraftOf(formOf(job), job)).toEqual(draftOf(job));
    expect(await scheduler.scheduleJob({ jobName: 'it', ...jobDraftOf(formOf(job), job) } as never)).toMatchObject({
      version: job.version,
    });
  });

  it('reads walls in the zone of the form, and hands on what it cannot read', () => {
    const form = { ...emptyForm, timezone: 'America/New_York', startAt: '2030-07-01T09:00', maxRuns: 'many', jitterSeconds: '1.5' };
    expect(scheduleOf(form)).toEqual({
      type: 'recurring',
      cronExpression: '0 9 * * 1-5',
      timezone: 'America/New_York',
      startAt: '2030-07-01T13:00:00.000Z',
      maxRuns: 'many',
      jitter: 1_500,
    });
    expect(scheduleOf({ ...form, kind: 'once', runAt: '' })).toEqual({ type: 'once', runAt: '' });
    expect(jobDraftOf({ ...form, parameters: '{' })).toMatchObject({ parameters: '{' });
  });
});
