import { describe, expect, it } from 'vitest';
import type { Changes, JobFilter, ReadModels } from '../../../src/application/ports/readModels.js';
import { jobStatuses } from '../../../src/domain/job/index.js';
import { at, jobRow, states, tombstone } from '../samples.js';

type Save = (given: Partial<Changes>) => Promise<void>;

export const describeJobLists = (models: () => ReadModels, save: Save, scale: number): void => {
  const names = async (given: Partial<JobFilter> = {}): Promise<readonly string[]> => {
    const rows = await models().listJobs({ organization: 'acme', now: at(0), limit: 100, ...given });
    return rows.map(({ stream }) => stream.slice('acme/'.length));
  };

  describe('lists jobs', () => {
    it('of one organization, in the order of their names', async () => {
      const streams = ['acme/b', 'acme/a', 'acme/B', 'acme/a.b', 'acme/a-b', 'acme/10', 'acme/9', 'acme2/x', 'acm/x', 'acme-x/x'];
      await save({ jobs: streams.map((stream) => jobRow(stream)) });
      expect(await names()).toEqual(['10', '9', 'B', 'a', 'a-b', 'a.b', 'b']);
      expect(await names({ organization: 'nobody' })).toEqual([]);
    });

    it('whole', async () => {
      const row = jobRow('acme/a', states.running);
      await save({ jobs: [row] });
      expect(await models().listJobs({ organization: 'acme', now: at(0), limit: 1 })).toEqual([row]);
    });

    it('page by page', async () => {
      await save({ jobs: Array.from({ length: 25 }, (_, i) => jobRow(`acme/job-${String(i).padStart(2, '0')}`)) });
      const found: string[] = [];
      for (;;) {
        const page = await names({ limit: 10, ...(found.length > 0 && { after: found.at(-1) ?? '' }) });
        if (page.length === 0) break;
        found.push(...page);
      }
      expect(found).toEqual(Array.from({ length: 25 }, (_, i) => `job-${String(i).padStart(2, '0')}`));
    });

    it('never a deleted one', async () => {
      await save({ jobs: [jobRow('acme/a'), tombstone('acme/b', 2)] });
      expect(await names()).toEqual(['a']);
      expect(await names({ statuses: jobStatuses })).toEqual(['a']);
    });
  });

  it('counts the jobs of one organization, whatever their status', async () => {
    const streams = ['acme/a', 'acme/a-b', 'acme2/x', 'acm/x', 'acme-x/x', 'acme.x/x'];
    const everyStatus = Object.entries(states).map(([status, state]) => jobRow(`acme/${status}`, state));
    await save({ jobs: [...streams.map((stream) => jobRow(stream)), ...everyStatus, tombstone('acme/gone', 2)] });
    expect(await models().countJobs('acme')).toBe(2 + jobStatuses.length);
    expect(await models().countJobs('acme2')).toBe(1);
    expect(await models().countJobs('nobody')).toBe(0);
  });

  describe('finds jobs by status', () => {
    const everyStatus = () => save({ jobs: Object.entries(states).map(([status, state]) => jobRow(`acme/${status}`, state)) });

    it.each(jobStatuses.filter((status) => status !== 'queued'))('%s', async (status) => {
      await everyStatus();
      expect(await names({ statuses: [status] })).toEqual([status]);
    });

    it('queued: what waits, and what has fallen due', async () => {
      await everyStatus();
      expect(await names({ statuses: ['queued'], now: at(999) })).toEqual(['queued']);
      expect(await names({ statuses: ['queued'], now: at(1_000) })).toEqual(['queued', 'scheduled']);
      expect(await names({ statuses: ['scheduled'], now: at(999) })).toEqual(['scheduled']);
      expect(await names({ statuses: ['scheduled'], now: at(1_000) })).toEqual([]);
    });

    it('several at once, in the order of names', async () => {
      await everyStatus();
      expect(await names({ statuses: ['retrying', 'completed', 'scheduled', 'queued'] })).toEqual([
        'completed',
        'queued',
        'retrying',
        'scheduled',
      ]);
      expect(await names({ statuses: ['failed', 'failed'], limit: 5 })).toEqual(['failed']);
      expect(await names({ statuses: [] })).toEqual([]);
    });

    it('the few that are not done among many that are', async () => {
      const many = Array.from({ length: 2_000 * scale }, (_, i) => jobRow(`acme/done-${i}`, states.completed));
      await save({ jobs: [...many, jobRow('acme/zz', states.retrying)] });
      expect(await names({ statuses: ['queued', 'running', 'retrying', 'scheduled'], limit: 1 })).toEqual(['zz']);
    });

    it('many that are due, page by page', async () => {
      const rows = Array.from({ length: 1_200 * scale }, (_, i) => jobRow(`acme/due-${String(i).padStart(4, '0')}`));
      await save({ jobs: [...rows, jobRow('acme/later', { nextRunAt: at(5_000) })] });
      const page = { statuses: ['queued'] as const, now: at(2_000), limit: 700 * scale };
      const first = await names(page);
      const second = await names({ ...page, after: first.at(-1) ?? '' });
      expect([...first, ...second]).toEqual(rows.map(({ stream }) => stream.slice('acme/'.length)));
    });

    it('as they are after a change', async () => {
      await save({ jobs: [jobRow('acme/a', states.running, 1)] });
      await save({ jobs: [jobRow('acme/a', states.completed, 2)] });
      expect(await names({ statuses: ['running'] })).toEqual([]);
      expect(await names({ statuses: ['completed'] })).toEqual(['a']);
    });
  });

  describe('finds jobs by', () => {
    const some = () =>
      save({
        jobs: [
          jobRow('acme/nightly-Stock', { definition: { jobType: 'inventory', tags: ['night', 'a"b'], description: 'Counts all Shelves' } }),
          jobRow('acme/mail', { definition: { jobType: 'email', tags: ['day'], description: '100%_sure' } }),
          jobRow('acme/plain', { definition: { jobType: 'email' } }),
        ],
      });

    it('type', async () => {
      await some();
      expect(await names({ jobType: 'email' })).toEqual(['mail', 'plain']);
      expect(await names({ jobType: 'mail' })).toEqual([]);
    });

    it('tag', async () => {
      await some();
      expect(await names({ tag: 'night' })).toEqual(['nightly-Stock']);
      expect(await names({ tag: 'a"b' })).toEqual(['nightly-Stock']);
      expect(await names({ tag: 'b' })).toEqual([]);
      expect(await names({ tag: 'nigh' })).toEqual([]);
    });

    it('a part of name, type or description in any case', async () => {
      await some();
      expect(await names({ search: 'STOCK' })).toEqual(['nightly-Stock']);
      expect(await names({ search: 'shelves' })).toEqual(['nightly-Stock']);
      expect(await names({ search: 'Mail' })).toEqual(['mail', 'plain']);
      expect(await names({ search: '%_' })).toEqual(['mail']);
      expect(await names({ search: 'nothing' })).toEqual([]);
    });

    it('a rare match among very many', async () => {
      const many = Array.from({ length: 4_500 * scale }, (_, i) => jobRow(`acme/job-${i}`));
      await save({
        jobs: [...many, jobRow('acme/aa', { definition: { tags: ['rare'] } }), jobRow('acme/zz', { definition: { tags: ['rare'] } })],
      });
      expect(await names({ tag: 'rare' })).toEqual(['aa', 'zz']);
      expect(await names({ tag: 'rare', limit: 1 })).toEqual(['aa']);
      expect(await names({ tag: 'rare', limit: 1, after: 'aa' })).toEqual(['zz']);
      expect(await names({ search: 'JOB-44', limit: 2 })).toEqual(['job-44', 'job-440']);
      expect(await names({ statuses: ['scheduled'], now: at(0), limit: 2 })).toEqual(['aa', 'job-0']);
    });

    it('all of it together', async () => {
      await some();
      expect(await names({ jobType: 'email', search: 'a', statuses: ['scheduled'], after: 'mail' })).toEqual(['plain']);
    });
  });
};
