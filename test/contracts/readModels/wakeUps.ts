import { describe, expect, it } from 'vitest';
import type { Changes, ReadModels } from '../../../src/application/ports/readModels.js';
import type { Priority } from '../../../src/domain/job/index.js';
import { at, execution, jobRow, states, tombstone } from '../samples.js';

type Save = (given: Partial<Changes>) => Promise<void>;

const due = (stream: string, jobType: string, ms: number, priority: Priority = 'normal') =>
  jobRow(stream, { nextRunAt: at(ms), definition: { jobType, priority } });

export const describeWakeUps = (models: () => ReadModels, save: Save, scale: number): void => {
  describe('work', () => {
    const work = async (given: Partial<Parameters<ReadModels['work']>[0]>) =>
      (await models().work({ handlerKeys: [], streams: [], priority: 'normal', limit: 100, ...given })).map(({ stream }) => stream);

    it('is that of the given handler keys, the earliest first', async () => {
      await save({ jobs: [due('acme/c', 'x', 3), due('acme/a', 'y', 1), due('acme/b', 'x', 2), due('acme/d', 'z', 0)] });
      expect(await work({ handlerKeys: ['x', 'y', 'none'] })).toEqual(['acme/a', 'acme/b', 'acme/c']);
      expect(await work({ handlerKeys: ['x', 'y'], limit: 2 })).toEqual(['acme/a', 'acme/b']);
      expect(await work({})).toEqual([]);
    });

    it('says when, for whom and how urgent', async () => {
      await save({ jobs: [due('acme/a', 'x', 5)] });
      expect(await models().work({ handlerKeys: ['x'], streams: [], priority: 'normal', limit: 1 })).toEqual([
        { stream: 'acme/a', handlerKey: 'x', priority: 'normal', workAt: at(5) },
      ]);
    });

    it('is of one priority', async () => {
      await save({ jobs: [due('acme/a', 'x', 1, 'low'), due('acme/b', 'x', 2, 'high')] });
      expect(await work({ handlerKeys: ['x'], priority: 'high' })).toEqual(['acme/b']);
      expect(await work({ streams: ['acme/a', 'acme/b'], priority: 'low' })).toEqual(['acme/a']);
    });

    it('is that of named streams too, each once', async () => {
      await save({ jobs: [due('acme/a', 'x', 1), due('acme/b', 'y', 2), due('acme/c', 'y', 0)] });
      expect(await work({ handlerKeys: ['x'], streams: ['acme/a', 'acme/b', 'acme/unknown'] })).toEqual(['acme/a', 'acme/b']);
    });

    it('finds custom jobs by the key of their own handler', async () => {
      await save({ jobs: [due('acme/mine', 'custom', 1), due('acme/other', 'custom', 2)] });
      expect(await work({ handlerKeys: ['custom:mine'] })).toEqual(['acme/mine']);
    });

    it('is nothing for a job that waits for nothing', async () => {
      const quiet = ['completed', 'cancelled', 'paused'] as const;
      await save({ jobs: [...quiet.map((status) => jobRow(`acme/${status}`, states[status])), tombstone('acme/gone', 2)] });
      expect(await work({ handlerKeys: ['report'], streams: quiet.map((status) => `acme/${status}`) })).toEqual([]);
    });

    it('follows a change', async () => {
      await save({ jobs: [due('acme/a', 'x', 1), due('acme/b', 'x', 2)] });
      await save({ jobs: [jobRow('acme/a', { nextRunAt: at(3), definition: { jobType: 'x' } }, 2)] });
      expect(await work({ handlerKeys: ['x'] })).toEqual(['acme/b', 'acme/a']);
      await save({ jobs: [tombstone('acme/b', 3)] });
      expect(await work({ handlerKeys: ['x'] })).toEqual(['acme/a']);
    });

    it('of one key does not crowd out that of another', async () => {
      const flood = Array.from({ length: 500 * scale }, (_, i) => due(`acme/flood-${i}`, 'flood', i));
      await save({ jobs: [...flood, due('acme/last', 'x', 1_000)] });
      expect(await work({ handlerKeys: ['x'], limit: 10 })).toEqual(['acme/last']);
      expect(await work({ handlerKeys: ['x', 'flood'], limit: 501 })).toHaveLength(flood.length + 1);
    });
  });

  describe('unclaimed work', () => {
    const unclaimed = async (handledKeys: readonly string[], dueBefore = 1_000, limit = 100) =>
      (await models().unclaimed({ handledKeys, dueBefore: at(dueBefore), limit })).map(({ stream }) => stream);

    it('is overdue and of none of the given keys, the earliest first', async () => {
      await save({ jobs: [due('acme/b', 'x', 2), due('acme/a', 'y', 1), due('acme/c', 'z', 3), due('acme/later', 'x', 1_000)] });
      expect(await unclaimed([])).toEqual(['acme/a', 'acme/b', 'acme/c']);
      expect(await unclaimed(['y'])).toEqual(['acme/b', 'acme/c']);
      expect(await unclaimed(['x', 'y', 'z'])).toEqual([]);
      expect(await unclaimed([], 1_001, 2)).toEqual(['acme/a', 'acme/b']);
    });

    it('is not what already has a fate, is paused, or deleted', async () => {
      await save({ jobs: [jobRow('acme/queued', states.queued), jobRow('acme/paused', states.paused), tombstone('acme/gone', 1)] });
      expect(await unclaimed([], 5_000)).toEqual([]);
    });
  });

  describe('running streams', () => {
    const running = (stream: string, timeoutMs: number) => jobRow(stream, { executions: [execution('running', stream, at(timeoutMs))] });

    it('are those with a running attempt, in the order of their keys', async () => {
      await save({ jobs: [running('acme/b', 300), running('acme/a', 500), running('acme/c', 100), jobRow('acme/d', states.retrying)] });
      expect(await models().running(10)).toEqual(['acme/a', 'acme/b', 'acme/c']);
      expect(await models().running(2)).toEqual(['acme/a', 'acme/b']);
      expect(await models().running(2, 'acme/b')).toEqual(['acme/c']);
      expect(await models().running(2, 'acme/c')).toEqual([]);
    });

    it('are paged also past one that has ended meanwhile', async () => {
      await save({ jobs: [running('acme/a', 100), running('acme/b', 200), running('acme/c', 300)] });
      await save({ jobs: [jobRow('acme/b', states.completed, 2)] });
      expect(await models().running(10, 'acme/b')).toEqual(['acme/c']);
    });
  });
};
