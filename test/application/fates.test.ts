import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/adapters/calendar/index.js';
import { fatesOf } from '../../src/application/audit/fates.js';
import type { Commit } from '../../src/application/ports/eventStore.js';
import type { Storage } from '../../src/application/ports/storage.js';
import type { JobInput } from '../../src/bootstrap/index.js';
import { instant } from '../../src/domain/instant.js';
import type { JobEvent } from '../../src/domain/job/index.js';
import { openNode, sharedMemory } from './node.js';
import { begin, hour, minute } from './opened.js';

// A log is made by a real scheduler, and then damaged: an occurrence that has vanished from it must be missed.

const calendar = createCalendar(new Map());
const stream = 'default/job';

type Node = Awaited<ReturnType<typeof openNode>>;
type Play = (node: Node) => Promise<unknown>;

const everyTenMinutes = { type: 'recurring', cronExpression: '*/10 * * * *', timezone: 'UTC' } as const;
const job = (given: object = {}): JobInput => ({ jobName: 'job', jobType: 'work', schedule: everyTenMinutes, ...given }) as JobInput;

const played = async (play: Play): Promise<{ readonly commits: readonly Commit[]; readonly storage: Storage; readonly node: Node }> => {
  const storage = sharedMemory();
  const node = await openNode({ storage, handlersByName: { work: () => 'done' } });
  await node.runtime.start();
  await play(node);
  await node.runtime.stop(0);
  return { commits: await storage.store.read(stream, 0), storage, node };
};

const afterwards = instant(begin.getTime() + 1_000 * hour);
const unaccounted = (commits: readonly Commit[], now = afterwards) => fatesOf(commits, calendar, 'default', now).unaccounted;

/** The log as it is without, or with other, events. */
const damaged = (commits: readonly Commit[], change: (event: JobEvent) => JobEvent | null): readonly Commit[] =>
  commits.map((commit) => ({ ...commit, events: commit.events.map(change).filter((event) => event !== null) }));

const schedule: Play = ({ jobs }) => jobs.scheduleJob(job());
const anHour: Play = ({ clock }) => clock.advance(hour);
const inTurn =
  (...plays: readonly Play[]): Play =>
  async (node) => {
    for (const play of plays) await play(node);
  };

const lives: { readonly [what: string]: Play } = {
  'runs on time': inTurn(schedule, anHour),
  'is paused and resumed': inTurn(
    schedule,
    anHour,
    ({ jobs }) => jobs.toggleJob('job', false),
    anHour,
    ({ jobs }) => jobs.toggleJob('job', true),
    anHour,
  ),
  'gets another schedule': inTurn(
    schedule,
    anHour,
    ({ clock }) => clock.advance(2 * minute),
    ({ jobs }) => jobs.scheduleJob(job({ schedule: { type: 'recurring', interval: { value: 7, unit: 'minutes' } } })),
    anHour,
  ),
  'gets another priority': inTurn(schedule, anHour, ({ jobs }) => jobs.scheduleJob(job({ priority: 'high' })), anHour),
  'has a limit of runs': inTurn(({ jobs }) => jobs.scheduleJob(job({ schedule: { ...everyTenMinutes, maxRuns: 3 } })), anHour, anHour),
  'is left out on some days, and has an end': inTurn(
    ({ jobs }) =>
      jobs.scheduleJob(
        job({
          schedule: {
            ...everyTenMinutes,
            exclude: [{ from: new Date(begin.getTime() + 25 * minute), to: new Date(begin.getTime() + 45 * minute) }],
            endAt: new Date(begin.getTime() + 2 * hour),
          },
        }),
      ),
    anHour,
    anHour,
    anHour,
  ),
  'is started late by jitter': inTurn(({ jobs }) => jobs.scheduleJob(job({ schedule: { ...everyTenMinutes, jitter: 300_000 } })), anHour),
  'is cancelled, and comes back': inTurn(
    schedule,
    anHour,
    ({ jobs }) => jobs.cancelJob('job'),
    anHour,
    ({ jobs }) => jobs.scheduleJob(job({ enabled: true })),
    anHour,
  ),
  'is deleted, and created anew': inTurn(schedule, anHour, ({ jobs }) => jobs.deleteJob('job'), anHour, schedule, anHour),
  'drops its history': inTurn(
    ({ jobs }) =>
      jobs.scheduleJob(
        job({ schedule: { type: 'recurring', cronExpression: '* * * * *', timezone: 'UTC' }, retention: { executions: 3 } }),
      ),
    anHour,
    anHour,
    anHour,
  ),
  'runs once': inTurn(
    ({ jobs }) => jobs.scheduleJob(job({ schedule: { type: 'once', runAt: new Date(begin.getTime() + minute) } })),
    anHour,
  ),
  'is run by hand, and made up for': inTurn(
    schedule,
    anHour,
    ({ jobs }) => jobs.runNow('job', undefined, { wait: false }),
    ({ jobs }) => jobs.backfill('job', begin, new Date(begin.getTime() + 30 * minute)),
    anHour,
  ),
};

describe('a fate for every occurrence', () => {
  it.each(Object.entries(lives))('has the log of a job that %s', async (_, play) => {
    const { commits, node } = await played(play);
    const fates = fatesOf(commits, calendar, 'default', node.clock.now());
    expect(fates.unaccounted).toEqual([]);
    expect(fates.found).toBeGreaterThan(0);
  });

  it('is not asked for what only waits: it is named as the next, however late', async () => {
    const { commits } = await played(inTurn(schedule, anHour));
    expect(unaccounted(commits)).toEqual([]);
  });

  it('is missed by verify, with the job, the version, and what was to run', async () => {
    const { commits, storage, node } = await played(inTurn(schedule, anHour));
    const third = commits.flatMap(({ events }) => events).filter((e) => e.type === 'ExecutionQueued')[2];
    if (!third) throw new Error('three were to run');
    const torn = damaged(commits, (event) => (event === third ? null : event));
    const store = { ...storage.store, read: async () => torn };
    const { runtime } = await openNode({ storage: { ...storage, store }, clock: node.clock });
    const { ok, problems } = await runtime.verify();
    expect(ok).toBe(false);
    const [problem] = problems.filter(({ kind }) => kind === 'occurrence');
    expect(problem?.detail).toBe(`an occurrence has no fate: ${new Date(third.scheduledFor).toISOString()}`);
    expect(problem?.where).toMatch(/^default\/job v\d+$/);
  });
});

describe('it is missed', () => {
  const fateOf = (event: JobEvent): boolean =>
    event.type === 'OccurrencesSkipped' || (event.type === 'ExecutionQueued' && ['schedule', 'catchUp'].includes(event.trigger));

  it.each(['is paused and resumed', 'gets another schedule', 'runs on time', 'is started late by jitter'])(
    'wherever an event that tells of one is gone, but for the newest, in the log of a job that %s',
    async (life) => {
      const { commits } = await played(lives[life] ?? schedule);
      const fates = commits.flatMap(({ events }) => events).filter(fateOf);
      expect(fates.length).toBeGreaterThan(4);
      for (const gone of fates.slice(0, -1)) {
        const found = unaccounted(damaged(commits, (event) => (event === gone ? null : event)));
        expect([gone, found.length]).not.toEqual([gone, 0]);
      }
    },
  );

  it('where an event names another instant than the calendar', async () => {
    const { commits } = await played(inTurn(schedule, anHour));
    const fates = commits.flatMap(({ events }) => events).filter((e) => e.type === 'ExecutionQueued');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fates.slice(0, -1)), fc.integer({ min: 1, max: 9 * minute }), async (moved, by) => {
        const later = damaged(commits, (e) => (e === moved ? { ...moved, scheduledFor: instant(moved.scheduledFor + by) } : e));
        expect(unaccounted(later)).not.toEqual([]);
      }),
      { numRuns: 30, seed: 20260302 },
    );
  });

  it.each<readonly [string, (event: JobEvent) => JobEvent | null, string]>([
    [
      'the newest event plans one too far ahead',
      (e) => ('nextRunAt' in e && e.nextRunAt ? { ...e, nextRunAt: instant(e.nextRunAt + 10 * minute) } : e),
      'occurrences have no fate',
    ],
    ['nothing is planned any more', (e) => (e.type === 'ExecutionQueued' ? { ...e, nextRunAt: null } : e), 'occurrences have no fate'],
    [
      'a job is over too early',
      (e) => (e.type === 'ExecutionCompleted' ? { type: 'JobCompleted', reason: 'exhausted' } : e),
      'have no fate',
    ],
  ])('where %s', async (_, change, detail) => {
    const { commits } = await played(inTurn(schedule, anHour));
    const last = commits.length - 1;
    const found = unaccounted([...commits.slice(0, last - 1), ...damaged(commits.slice(last - 1), change)]);
    expect(found.at(-1)?.detail).toContain(detail);
  });

  it('where a span tells of more than there was, or of less', async () => {
    const { commits } = await played(lives['is paused and resumed'] ?? schedule);
    for (const by of [-1, 1]) {
      const found = unaccounted(damaged(commits, (e) => (e.type === 'OccurrencesSkipped' ? { ...e, count: e.count + by } : e)));
      expect(found.map(({ detail }) => detail).join()).toContain('are recorded as skipped');
    }
  });

  it('where a schedule was left with something due', async () => {
    const { commits } = await played(
      inTurn(
        schedule,
        ({ jobs }) => jobs.toggleJob('job', false),
        anHour,
        ({ jobs }) => jobs.cancelJob('job'),
      ),
    );
    expect(unaccounted(commits)).toEqual([]);
    expect(unaccounted(damaged(commits, (e) => (e.type === 'OccurrencesSkipped' ? null : e)))).not.toEqual([]);
  });
});

it('a span of more than a thousand is followed no further than that', async () => {
  const everySecond = { type: 'recurring', cronExpression: '* * * * * *', timezone: 'UTC' } as const;
  const { commits } = await played(
    inTurn(
      ({ jobs }) => jobs.scheduleJob(job({ schedule: everySecond, enabled: false })),
      anHour,
      ({ jobs }) => jobs.toggleJob('job', true),
    ),
  );
  const span = commits.flatMap(({ events }) => events).find((e) => e.type === 'OccurrencesSkipped');
  expect(span).toMatchObject({ count: 1_000, atLeast: true });
  const now = instant(begin.getTime() + hour);
  expect(unaccounted(commits, now)).toEqual([]);
  const [gone] = unaccounted(
    damaged(commits, (e) => (e.type === 'OccurrencesSkipped' ? null : e)),
    now,
  );
  expect(gone?.detail).toContain('1000 or more occurrences have no fate');
});
