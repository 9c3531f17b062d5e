import { beforeAll, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/application/ports/storage.js';
import { instant } from '../../src/domain/instant.js';
import { openNode, sharedMemory } from './node.js';
import { minute, time } from './opened.js';

// A log and read models that are as they should be, and what is said when something was taken from them or changed in them. Storage that
// answers wrongly stands for files that were.

const shortJobs = 600;
const longJob = 'default/job-0';
const damagedJob = 'default/job-555';

let whole: Storage;
let clock: Awaited<ReturnType<typeof openNode>>['clock'];

beforeAll(async () => {
  whole = sharedMemory();
  const node = await openNode({ storage: whole, handlersByName: { work: () => 'done' } });
  clock = node.clock;
  await node.runtime.start();
  const runAt = new Date(time('08:30').getTime() + minute);
  const jobs = Array.from({ length: shortJobs }, (_, i) => ({
    jobName: `job-${i}`,
    jobType: 'work',
    schedule:
      i === 0
        ? ({ type: 'recurring', interval: { value: 1, unit: 'seconds' }, maxRuns: 300 } as const)
        : ({ type: 'once', runAt } as const),
  }));
  await node.jobs.scheduleJobs(jobs);
  await clock.advance(10 * minute);
  await node.runtime.stop(0);
});

const verified = async (part: Partial<Storage>) => {
  const { runtime } = await openNode({ storage: { ...whole, ...part }, clock });
  return runtime.verify();
};

const readModels = (part: Partial<Storage['readModels']>): Partial<Storage> => ({ readModels: { ...whole.readModels, ...part } });
const store = (part: Partial<Storage['store']>): Partial<Storage> => ({ store: { ...whole.store, ...part } });

describe('verify', () => {
  it('finds nothing in what is whole, and counts it', async () => {
    expect(await verified({})).toMatchObject({
      ok: true,
      problems: [],
      jobs: shortJobs,
      executions: shortJobs - 1 + 300,
      commits: 3 * (shortJobs - 1) + 1 + 2 * 300,
    });
  });

  it.each([damagedJob, longJob])('names %s, whose row is not what its log says', async (stream) => {
    const jobs: Storage['readModels']['jobs'] = async (streams) => {
      const rows = new Map(await whole.readModels.jobs(streams));
      const row = rows.get(stream);
      if (row) rows.set(stream, { ...row, createdAt: instant(row.createdAt - 1), stats: { ...row.stats, retries: 7 } });
      return rows;
    };
    expect(await verified(readModels({ jobs }))).toMatchObject({
      ok: false,
      problems: [{ kind: 'row', where: stream, detail: 'differs from a replay in: stats, createdAt' }],
    });
  });

  it('names a job without a row', async () => {
    const jobs: Storage['readModels']['jobs'] = async (streams) => {
      const rows = new Map(await whole.readModels.jobs(streams));
      rows.delete(damagedJob);
      return rows;
    };
    expect(await verified(readModels({ jobs }))).toMatchObject({
      ok: false,
      jobs: shortJobs - 1,
      problems: [{ kind: 'row', where: damagedJob, detail: 'the job has no row' }],
    });
  });

  it.each<[string, Storage['readModels']['history'], string]>([
    [
      'is missing',
      async (stream, ...rest) => (stream === damagedJob ? [] : whole.readModels.history(stream, ...rest)),
      'is in the log and not in the history',
    ],
    [
      'is of a run that the log does not know',
      async (stream, ...rest) => {
        const entries = await whole.readModels.history(stream, ...rest);
        return stream === damagedJob ? entries.map((entry) => ({ ...entry, executionId: 'unknown' })) : entries;
      },
      'is in the history and not in the log',
    ],
    [
      'says otherwise',
      async (stream, ...rest) => {
        const entries = await whole.readModels.history(stream, ...rest);
        return stream === damagedJob ? entries.map((entry) => ({ ...entry, status: 'failed' as const })) : entries;
      },
      'differs from a replay in: status',
    ],
  ])('names an entry of the history that %s', async (_, history, detail) => {
    const { ok, problems } = await verified(readModels({ history }));
    expect(ok).toBe(false);
    expect(problems[0]).toMatchObject({ kind: 'history', detail });
    for (const { where } of problems) expect(where).toMatch(/^default\/job-555 /);
  });

  it('names the version that is missing in a job', async () => {
    const read: Storage['store']['read'] = async (stream, after) => {
      const commits = await whole.store.read(stream, after);
      return stream === damagedJob ? commits.filter(({ version }) => version !== 2) : commits;
    };
    const { ok, problems } = await verified(store({ read }));
    expect(ok).toBe(false);
    expect(problems).toContainEqual({ kind: 'version', where: `${damagedJob} v2`, detail: 'missing: found v3' });
    for (const { where } of problems) expect(where).toMatch(/^default\/job-555( |$)/);
  });

  it('names the position that is missing, and where the log ends too early', async () => {
    const head = await whole.feed.head(0);
    const after: Storage['feed']['after'] = async (...query) =>
      (await whole.feed.after(...query)).filter(({ position }) => position !== 1_500 && position <= head - 2);
    const { ok, problems } = await verified({ feed: { ...whole.feed, after } });
    expect(ok).toBe(false);
    expect(problems).toEqual([
      { kind: 'position', where: '0:1500', detail: 'missing: 1501 follows 1499' },
      { kind: 'position', where: `0:${head - 1}`, detail: `the log ends here, but its head is ${head}` },
    ]);
  });

  it('looks anew at what seems wrong: a process beside this one may have dropped history between two reads', async () => {
    let looks = 0;
    const history: Storage['readModels']['history'] = async (stream, ...rest) =>
      stream === damagedJob && ++looks === 1 ? [] : whole.readModels.history(stream, ...rest);
    expect(await verified(readModels({ history }))).toMatchObject({ ok: true, problems: [] });
    expect(looks).toBe(2);
  });
});
