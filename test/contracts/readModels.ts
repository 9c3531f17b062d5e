import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Changes, ReadModels } from '../../src/application/ports/readModels.js';
import type { RunRecords } from '../../src/application/ports/runRecords.js';
import { describeHistory } from './readModels/history.js';
import { describeJobLists } from './readModels/jobLists.js';
import { describeWakeUps } from './readModels/wakeUps.js';
import { at, executionRow, hostile, hostileText, jobRow, tombstone } from './samples.js';

export type OpenModels = { readonly readModels: ReadModels; readonly runRecords: RunRecords; close(): Promise<void> };

export const changes = (given: Partial<Changes>): Changes => ({ jobs: [], executions: [], checkpoints: new Map(), ...given });

/** `scale` is for stores that look at everything for every question: they are asked with so much less. */
export const describeReadModels = (name: string, open: () => Promise<OpenModels>, scale = 1): void => {
  describe(`${name} as read models`, () => {
    let opened: OpenModels;
    beforeAll(async () => {
      opened = await open();
    });
    beforeEach(() => opened.readModels.reset());
    afterAll(() => opened.close());
    const models = (): ReadModels => opened.readModels;
    const save = (given: Partial<Changes>): Promise<void> => models().save(changes(given));
    const row = async (stream: string) => (await models().jobs([stream])).get(stream);

    describeRows(() => opened, save, row, scale);
    describeJobLists(models, save, scale);
    describeWakeUps(models, save, scale);
    describeHistory(() => opened, save, scale);
  });
};

type Save = (given: Partial<Changes>) => Promise<void>;

const describeRows = (opened: () => OpenModels, save: Save, row: (stream: string) => Promise<unknown>, scale: number): void => {
  it('gives rows back as they were saved', async () => {
    const open = [executionRow('acme/a', 'e1', { status: 'running' })];
    const saved = { ...jobRow('acme/a', { definition: { tags: ['x'], description: 'Monthly' } }), open };
    await save({ jobs: [saved, jobRow('acme/b')] });
    const rows = await opened().readModels.jobs(['acme/b', 'acme/a', 'acme/missing']);
    expect([...rows.keys()].sort()).toEqual(['acme/a', 'acme/b']);
    expect(rows.get('acme/a')).toEqual(saved);
    expect(rows.get('acme/b')).toEqual(jobRow('acme/b'));
  });

  it('keeps a row whose version is not lower', async () => {
    const newer = jobRow('acme/a', { revision: 5 }, 5);
    await save({ jobs: [newer], executions: [executionRow('acme/a', 'e1', { version: 5, status: 'failed' })] });
    await save({ jobs: [jobRow('acme/a', {}, 4)], executions: [executionRow('acme/a', 'e1', { version: 4, status: 'running' })] });
    await save({ jobs: [jobRow('acme/a', {}, 5)], executions: [executionRow('acme/a', 'e1', { version: 5, status: 'running' })] });
    expect(await row('acme/a')).toEqual(newer);
    expect((await opened().readModels.execution('e1'))?.status).toBe('failed');
    await save({ jobs: [jobRow('acme/a', { revision: 6 }, 6)], executions: [executionRow('acme/a', 'e1', { version: 6 })] });
    expect(await row('acme/a')).toEqual(jobRow('acme/a', { revision: 6 }, 6));
    expect((await opened().readModels.execution('e1'))?.status).toBe('completed');
  });

  it('returns hostile payloads unchanged', async () => {
    await save({
      jobs: [jobRow('acme/a', { definition: { parameters: hostile(), tags: ["'", 'a\u0000b'], description: '\ud800%_' } })],
      executions: [executionRow('acme/a', 'e1', { result: hostile() })],
    });
    const state = (await opened().readModels.jobs(['acme/a'])).get('acme/a')?.state;
    expect(state?.kind === 'job' && JSON.stringify(state.definition.parameters)).toBe(hostileText);
    expect(JSON.stringify((await opened().readModels.execution('e1'))?.result)).toBe(hostileText);
    expect('polluted' in {}).toBe(false);
  });

  it('keeps the checkpoint of each partition', async () => {
    expect(await opened().readModels.checkpoint(0)).toBe(0);
    await save({ checkpoints: new Map([[0, 17]]) });
    await save({ jobs: [jobRow('acme/a')], checkpoints: new Map([[1, 3]]) });
    expect(await opened().readModels.checkpoint(0)).toBe(17);
    expect(await opened().readModels.checkpoint(1)).toBe(3);
  });

  it('saves many rows at once', async () => {
    const jobs = Array.from({ length: 1_500 * scale }, (_, i) => jobRow(`acme/job-${i}`));
    const executions = jobs.map(({ stream }, i) => executionRow(stream, `e-${i}`));
    await save({ jobs, executions, checkpoints: new Map([[0, 3_000]]) });
    expect(await opened().readModels.jobs(jobs.map((j) => j.stream))).toEqual(new Map(jobs.map((j) => [j.stream, j])));
    expect(await opened().readModels.execution(`e-${jobs.length - 1}`)).toEqual(executions.at(-1));
    expect(await opened().readModels.checkpoint(0)).toBe(3_000);
  });

  it('ends with the newest row of a stream that is saved twice at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => save({ jobs: [jobRow('acme/a', { revision: i }, 20 - i)] })));
    expect(await row('acme/a')).toEqual(jobRow('acme/a', { revision: 0 }, 20));
  });

  describe('a tombstone', () => {
    const record = {
      executionId: 'e1',
      stream: 'acme/a',
      progress: null,
      log: [{ at: at(1), level: 'info' as const, message: 'm' }],
      droppedLines: 0,
    };
    const bury = async (): Promise<void> => {
      await save({ jobs: [jobRow('acme/a', {}, 3)], executions: [executionRow('acme/a', 'e1', { version: 3 })] });
      await opened().runRecords.put([record]);
      await save({ jobs: [tombstone('acme/a', 4)] });
    };

    it('keeps its version and takes history and run records with it', async () => {
      await bury();
      expect(await row('acme/a')).toEqual(tombstone('acme/a', 4));
      expect(await opened().readModels.execution('e1')).toBeNull();
      expect(await opened().readModels.history('acme/a', 10)).toEqual([]);
      expect(await opened().runRecords.get('e1')).toBeNull();
    });

    it('is not undone by what comes late', async () => {
      await bury();
      await save({ jobs: [jobRow('acme/a', {}, 3)], executions: [executionRow('acme/a', 'e1', { version: 4 })] });
      await opened().runRecords.put([record]);
      expect(await row('acme/a')).toEqual(tombstone('acme/a', 4));
      expect(await opened().readModels.execution('e1')).toBeNull();
      expect(await opened().runRecords.get('e1')).toBeNull();
    });

    it('that comes late removes nothing', async () => {
      await save({ jobs: [jobRow('acme/a', {}, 6)], executions: [executionRow('acme/a', 'e2', { version: 6, queuedVersion: 6 })] });
      await save({ jobs: [tombstone('acme/a', 4)] });
      expect(await row('acme/a')).toEqual(jobRow('acme/a', {}, 6));
      expect(await opened().readModels.execution('e2')).not.toBeNull();
    });

    it('makes room for the next job of that name', async () => {
      await bury();
      await save({ jobs: [jobRow('acme/a', {}, 6)], executions: [executionRow('acme/a', 'e2', { version: 6, queuedVersion: 6 })] });
      expect(await row('acme/a')).toEqual(jobRow('acme/a', {}, 6));
      expect((await opened().readModels.history('acme/a', 10)).map((e) => e.executionId)).toEqual(['e2']);
    });
  });

  it('erases all of a job but its tombstone', async () => {
    await save({
      jobs: [tombstone('acme/a', 4), jobRow('acme/b')],
      executions: [executionRow('acme/b', 'b1'), executionRow('acme/b', 'b2')],
    });
    await opened().readModels.erase('acme/a');
    await opened().readModels.erase('acme/never');
    expect(await row('acme/a')).toEqual(tombstone('acme/a', 4));
    expect(await opened().readModels.history('acme/b', 10)).toHaveLength(2);
  });

  it('erases nothing of a job that has taken the name since', async () => {
    await save({ jobs: [jobRow('acme/a', {}, 6)], executions: [executionRow('acme/a', 'e2', { version: 6, queuedVersion: 6 })] });
    await opened().runRecords.put([{ executionId: 'e2', stream: 'acme/a', progress: null, log: [], droppedLines: 0 }]);
    await opened().readModels.erase('acme/a');
    expect((await opened().readModels.history('acme/a', 10)).map((e) => e.executionId)).toEqual(['e2']);
    expect(await opened().runRecords.get('e2')).not.toBeNull();
  });

  it('forgets rows and checkpoints on reset, not run records', async () => {
    await opened().runRecords.put([{ executionId: 'kept', stream: 'acme/c', progress: null, log: [], droppedLines: 0 }]);
    await save({ jobs: [jobRow('acme/a', {}, 9)], executions: [executionRow('acme/a', 'e1')], checkpoints: new Map([[0, 9]]) });
    await opened().readModels.reset();
    expect(await row('acme/a')).toBeUndefined();
    expect(await opened().readModels.execution('e1')).toBeNull();
    expect(await opened().readModels.checkpoint(0)).toBe(0);
    expect(await opened().runRecords.get('kept')).not.toBeNull();
    await save({ jobs: [jobRow('acme/a', {}, 1)] });
    expect(await row('acme/a')).toEqual(jobRow('acme/a', {}, 1));
  });
};
