import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/bootstrap/config.js';
import { createScheduler, manualClock, nextOccurrences, type Scheduler, SchedulerError } from '../../src/bootstrap/index.js';
import { begin, hourly } from '../application/opened.js';
import { type Made, made, odd, oddities, oddly } from './odd.js';

// Whatever is handed to a public function, the answer is a value or a typed error, the log is as it should be, and nothing else has changed.

const job = {
  jobName: 'real',
  jobType: 'nobody',
  schedule: hourly,
  parameters: { a: 1 },
  priority: 'high',
  maxAttempts: 2,
  timeout: 1_000,
  backoff: { type: 'constant', delay: 5 },
  overlap: 'allow',
  misfire: 'skip',
  isolation: 'inline',
  tags: ['a'],
  description: 'x',
  enabled: true,
  retention: { executions: 3 },
  notify: { on: ['failed'], to: ['log'] },
  idempotencyKey: 'k',
  organization: 'default',
};
const name = fc.oneof(fc.constantFrom('real', 'nobody').map(made), odd);
const when = fc.oneof(fc.constantFrom(begin, '2026-03-02T08:00:00Z').map(made), odd);
const options = (fields: object) => fc.oneof(oddly({ ...fields }), odd);
const schedule = fc.oneof(
  oddly({ ...hourly, timezone: 'UTC', startAt: begin, endAt: new Date(8e15), maxRuns: 3, jitter: 5, exclude: [] }),
  oddly({ type: 'once', runAt: begin }),
  oddly({ type: 'recurring', interval: { value: 5, unit: 'minutes' }, anchor: begin }),
  oddly({ type: 'recurring', rrule: 'FREQ=DAILY', timezone: 'UTC' }),
  oddly({ type: 'custom', calculator: 'hourly', options: {} }),
  odd,
);
const jobs = fc.oneof(
  oddly(job),
  schedule.map((s) => () => ({ ...job, schedule: s() })),
  odd,
);

type Call = { readonly args: readonly fc.Arbitrary<Made>[]; readonly run: (s: Scheduler, ...args: never[]) => unknown };
const call = (args: readonly fc.Arbitrary<Made>[], run: (s: Scheduler, ...args: never[]) => unknown): Call => ({ args, run });

const first = async (iterable: AsyncIterable<unknown>): Promise<void> => {
  let seen = 0;
  for await (const _ of iterable) if (++seen === 3) return;
};

const calls: { readonly [name: string]: Call } = {
  scheduleJob: call([jobs], (s, ...a) => s.scheduleJob(...(a as [never]))),
  scheduleJobs: call(
    [
      fc.oneof(
        fc.array(jobs, { maxLength: 3 }).map((all) => () => all.map((one) => one())),
        odd,
      ),
    ],
    (s, ...a) => s.scheduleJobs(...(a as [never])),
  ),
  runNow: call([name, odd, options({ wait: false, waitMs: 5 })], (s, ...a) => s.runNow(...(a as [never, never, never]))),
  jobHistory: call([name, odd], (s, ...a) => s.jobHistory(...(a as [never, never]))),
  getScheduledJobs: call([options({ status: 'scheduled', jobType: 'nobody', limit: 2, cursor: 'x', tag: 'a', search: 'x' })], (s, ...a) =>
    s.getScheduledJobs(...(a as [never])),
  ),
  getJob: call([name], (s, ...a) => s.getJob(...(a as [never]))),
  getExecution: call([odd], (s, ...a) => s.getExecution(...(a as [never]))),
  openArtifact: call([odd], (s, ...a) => s.openArtifact(...(a as [never]))),
  toggleJob: call([name, fc.oneof(fc.boolean().map(made), odd), options({ note: 'x', until: '2026-03-09T00:00:00Z' })], (s, ...a) =>
    s.toggleJob(...(a as [never, never, never])),
  ),
  cancelJob: call([name, options({ note: 'x' })], (s, ...a) => s.cancelJob(...(a as [never, never]))),
  cancelExecution: call([odd, options({ note: 'x' })], (s, ...a) => s.cancelExecution(...(a as [never, never]))),
  deleteJob: call([name], (s, ...a) => s.deleteJob(...(a as [never]))),
  getJobStats: call([name], (s, ...a) => s.getJobStats(...(a as [never]))),
  explain: call([name, when], (s, ...a) => s.explain(...(a as [never, never]))),
  jobAsOf: call([name, when], (s, ...a) => s.jobAsOf(...(a as [never, never]))),
  backfill: call([name, when, when], (s, ...a) => s.backfill(...(a as [never, never, never]))),
  events: call([options({ jobName: 'real', type: 'JobScheduled', after: '0:0:0', follow: false })], (s, ...a) =>
    first(s.events(...(a as [never]))),
  ),
  on: call([odd, odd], (s, ...a) => {
    const stop = s.on(...(a as unknown as [never, never]));
    stop();
  }),
  previewSchedule: call([schedule, options({ after: begin, count: 3 })], (s, ...a) => s.previewSchedule(...(a as [never, never]))),
  forOrganization: call([odd], (s, ...a) => s.forOrganization(...(a as [never])).getScheduledJobs()),
  exportLog: call([options({ organization: 'default', jobName: 'real' })], (s, ...a) => first(s.exportLog(...(a as [never])))),
  importLog: call([odd], (s, ...a) => s.importLog(...(a as [never]))),
  nextOccurrences: call([schedule, options({ after: begin, count: 3, until: new Date(8e15), jobId: 'x' })], (_, ...a) =>
    nextOccurrences(...(a as [never, never])),
  ),
  createScheduler: call(
    [
      options({
        store: 'memory',
        concurrency: 3,
        limits: {},
        organization: 'acme',
        logger: false,
        autoStart: false,
        handlers: {},
        customSchedules: {},
        actor: 'me',
        predefined: false,
        notifications: false,
        nodeId: 'n1',
      }),
    ],
    async (_, ...[given]) => {
      const scheduler = createScheduler(given as never);
      // Only what is in memory is opened here.
      if (isInMemory(given)) {
        await scheduler.getScheduledJobs();
        await scheduler.stop();
      }
    },
  ),
};

const isInMemory = (given: unknown): boolean =>
  typeof given === 'object' &&
  given !== null &&
  'store' in given &&
  given.store === 'memory' &&
  'autoStart' in given &&
  given.autoStart === false;

const isTyped = (error: unknown): void => {
  if (!(error instanceof SchedulerError)) throw error;
  expect(error.message.length).toBeLessThan(30_000);
  if (['INVALID_ARGUMENT', 'INVALID_JOB', 'INVALID_SCHEDULE'].includes(error.code)) expect(error.issues?.length ?? 1).toBeGreaterThan(0);
};

const answered = async (run: () => unknown): Promise<void> => {
  try {
    const value = await run();
    if (Array.isArray(value)) for (const one of value) expect(one).not.toBeUndefined();
  } catch (error) {
    isTyped(error);
  }
};

describe('whatever is handed to', () => {
  const untouched = () => JSON.stringify([Object.getOwnPropertyNames(Object.prototype), Object.getOwnPropertyNames(Array.prototype)]);
  const prototypes = untouched();
  let scheduler: Scheduler;
  beforeAll(async () => {
    scheduler = createScheduler({
      store: 'memory',
      clock: manualClock(begin),
      logger: false,
      customSchedules: { hourly: (after) => new Date(after.getTime() + 3_600_000) },
    });
    await scheduler.scheduleJob(job as never);
  });
  afterAll(() => scheduler.stop({ drainMs: 0 }));

  it.each(Object.entries(calls))('%s, it is answered or refused with a typed error', async (_, { args, run }) => {
    for (const value of oddities)
      for (const place of args.keys()) {
        const call = ['real', 'real', 'real'].map((good, i) => (i === place ? value : good)).slice(0, args.length);
        await answered(() => run(scheduler, ...(call as never[])));
      }
    await fc.assert(
      fc.asyncProperty(fc.tuple(...args), (given) => answered(() => run(scheduler, ...(given.map((make) => make()) as never[])))),
      { seed: 20260302, numRuns: 60 },
    );
    expect(untouched()).toBe(prototypes);
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
    expect((await scheduler.verify()).problems).toEqual([]);
  });

  it('the environment, it is read or refused with a typed error', () => {
    const text = fc.oneof(
      fc.constantFrom(...oddities.filter((value): value is string => typeof value === 'string')),
      fc.string({ unit: 'binary', maxLength: 30 }),
    );
    const names = ['PORT', 'DATA_DIR', 'LOG_LEVEL', 'SCHEDULER_SECRETS', 'SCHEDULER_NOTIFY_ORGANIZATIONS', 'SMTP_URL_FILE'];
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), text, { maxKeys: 5 }), (environment) => {
        try {
          readConfig(environment);
        } catch (error) {
          isTyped(error);
        }
      }),
      { seed: 20260302, numRuns: 300 },
    );
    expect(untouched()).toBe(prototypes);
  });
});
