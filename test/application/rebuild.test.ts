import { describe, expect, it } from 'vitest';
import type { Changes, JobRow } from '../../src/application/ports/readModels.js';
import { openNode, sharedMemory } from './node.js';
import { minute } from './opened.js';

const report = { jobName: 'report', jobType: 'pdf', schedule: { type: 'recurring', interval: { value: 1, unit: 'minutes' } } } as const;
const handlersByName = { pdf: () => 'ran' };

/** A log of a job that ran often and of one that was deleted, and what its read models said before they were thrown away. */
const logged = async () => {
  const storage = sharedMemory();
  const { runtime, jobs, clock } = await openNode({ storage, handlersByName });
  await runtime.start();
  await jobs.scheduleJob(report);
  await jobs.scheduleJob({ ...report, jobName: 'gone' });
  await clock.advance(20 * minute);
  await jobs.deleteJob('gone');
  const before = [await jobs.getJobStats('report'), await jobs.jobHistory('report', 1_000)];
  await runtime.stop(0);
  return { storage, clock, before };
};

describe('a rebuild', () => {
  it('writes the row of a job once, however many commits it has', async () => {
    const { storage, clock, before } = await logged();
    const saved: JobRow[] = [];
    const save = async (changes: Changes): Promise<void> => {
      saved.push(...changes.jobs);
      await storage.readModels.save(changes);
    };
    const { runtime, jobs } = await openNode({ storage: { ...storage, readModels: { ...storage.readModels, save } }, clock, node: 'n2' });
    await runtime.rebuild();
    expect(saved.map(({ stream }) => stream.split('/')[1]).sort()).toEqual(['gone', 'report']);
    expect([await jobs.getJobStats('report'), await jobs.jobHistory('report', 1_000)]).toEqual(before);
    expect(await runtime.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('that was cut off leaves no checkpoint, so that the next start goes along the whole log', async () => {
    const { storage, clock, before } = await logged();
    const save = async (changes: Changes): Promise<void> => {
      await storage.readModels.save({ ...changes, executions: changes.executions.slice(0, 3) });
      throw new Error('cut off');
    };
    const cutOff = await openNode({ storage: { ...storage, readModels: { ...storage.readModels, save } }, clock, node: 'n2' });
    await expect(cutOff.runtime.rebuild()).rejects.toThrow('cut off');
    expect(await storage.readModels.checkpoint(0)).toBe(0);
    const { runtime, jobs } = await openNode({ storage, clock, node: 'n3', handlersByName });
    await runtime.catchUp();
    expect([await jobs.getJobStats('report'), await jobs.jobHistory('report', 1_000)]).toEqual(before);
  });
});
