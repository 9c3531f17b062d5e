import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobMemory } from '../../src/application/ports/jobMemory.js';
import { hostileText } from './samples.js';

type OpenMemory = { readonly memory: JobMemory; close(): Promise<void> };

export const describeJobMemory = (name: string, open: () => Promise<OpenMemory>): void => {
  describe(`${name} as the memory of jobs`, () => {
    const owner = { organization: 'acme', jobName: 'stock-check', jobId: 'first' };
    let opened: OpenMemory;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());

    it('has nothing at first', async () => {
      expect(await opened.memory.recall({ ...owner, jobName: 'new' })).toBeNull();
    });

    it('returns what was last remembered, unchanged', async () => {
      const value = { $set: [1.5, null, true, hostileText], 'a.b': {}, ['__proto__']: 'kept', '': [[]] };
      await opened.memory.remember(owner, 'before');
      await opened.memory.remember(owner, value);
      expect(await opened.memory.recall(owner)).toEqual(value);
      expect(await opened.memory.recall({ ...owner, organization: 'other' })).toBeNull();
    });

    it('knows nothing of an earlier job of the same name', async () => {
      await opened.memory.remember(owner, 'mine');
      const second = { ...owner, jobId: 'second' };
      expect(await opened.memory.recall(second)).toBeNull();
      await opened.memory.remember(second, 'ours');
      expect(await opened.memory.recall(second)).toBe('ours');
    });

    it('forgets a job, and only that', async () => {
      const other = { ...owner, jobName: 'stock-check-2' };
      await opened.memory.remember(owner, 1);
      await opened.memory.remember(other, 2);
      await opened.memory.forget('acme', 'stock-check', null);
      expect([await opened.memory.recall(owner), await opened.memory.recall(other)]).toEqual([null, 2]);
    });

    it('leaves the job that has the name now its own', async () => {
      await opened.memory.remember(owner, 1);
      await opened.memory.forget('acme', 'stock-check', 'second');
      expect(await opened.memory.recall(owner)).toBeNull();
      await opened.memory.remember({ ...owner, jobId: 'second' }, 2);
      await opened.memory.forget('acme', 'stock-check', 'second');
      expect(await opened.memory.recall({ ...owner, jobId: 'second' })).toBe(2);
    });
  });
};
