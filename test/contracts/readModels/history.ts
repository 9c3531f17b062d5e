import { describe, expect, it } from 'vitest';
import type { Changes, ExecutionRow } from '../../../src/application/ports/readModels.js';
import type { OpenModels } from '../readModels.js';
import { at, executionRow } from '../samples.js';

type Save = (given: Partial<Changes>) => Promise<void>;

const queued = (executionId: string, queuedVersion: number, given: Partial<ExecutionRow> = {}): ExecutionRow =>
  executionRow('acme/a', executionId, { queuedVersion, version: queuedVersion, ...given });

export const describeHistory = (opened: () => OpenModels, save: Save, scale: number): void => {
  const ids = async (limit: number, beforeVersion?: number): Promise<readonly string[]> =>
    (await opened().readModels.history('acme/a', limit, beforeVersion)).map((e) => e.executionId);

  describe('history', () => {
    it('is found by execution', async () => {
      const row = queued('e1', 4, { error: { name: 'Error', message: 'no' }, retryAt: at(9) });
      await save({ executions: [row] });
      expect(await opened().readModels.execution('e1')).toEqual(row);
      expect(await opened().readModels.execution('unknown')).toBeNull();
    });

    it('is that of one stream, the newest first', async () => {
      await save({ executions: [queued('e1', 1), queued('e3', 3), queued('e2', 2), executionRow('acme/b', 'other')] });
      expect(await ids(10)).toEqual(['e3', 'e2', 'e1']);
      expect(await ids(2)).toEqual(['e3', 'e2']);
      expect(await ids(2, 2)).toEqual(['e1']);
      expect(await opened().readModels.history('acme/none', 10)).toEqual([]);
    });

    it('never splits the executions of one commit between pages', async () => {
      await save({ executions: [queued('e1', 1), queued('e2', 2), queued('e3', 2), queued('e4', 3)] });
      expect(await ids(2)).toEqual(['e4', 'e3', 'e2']);
      expect(await ids(2, 2)).toEqual(['e1']);
    });

    it('keeps its order when an old entry changes', async () => {
      await save({ executions: [queued('e1', 1, { status: 'running' }), queued('e2', 2)] });
      await save({ executions: [queued('e1', 1, { version: 9 })] });
      expect(await ids(10)).toEqual(['e2', 'e1']);
    });
  });

  describe('the oldest kept', () => {
    const oldestKept = (max: number | null, since: number | null) =>
      opened().readModels.oldestKept('acme/a', max, since === null ? null : at(since));
    const five = () => save({ executions: [1, 2, 3, 4, 5].map((n) => queued(`e${n}`, n, { finishedAt: at(n * 10) })) });

    it('is none where nothing lies outside the bounds', async () => {
      expect(await oldestKept(3, 0)).toBeNull();
      await five();
      expect(await oldestKept(null, null)).toBeNull();
      expect(await oldestKept(5, 10)).toBeNull();
    });

    it('lies within both bounds', async () => {
      await five();
      expect(await oldestKept(2, null)).toBe(4);
      expect(await oldestKept(null, 25)).toBe(3);
      expect(await oldestKept(2, 25)).toBe(4);
      expect(await oldestKept(4, 45)).toBe(5);
    });

    it('may be one that is not finished', async () => {
      await five();
      await save({ executions: [queued('e3', 3, { version: 8, status: 'running', finishedAt: null })] });
      expect(await oldestKept(null, 45)).toBe(3);
    });

    it('is past the newest where all are too old', async () => {
      await five();
      expect(await oldestKept(null, 1_000)).toBe(6);
    });
  });

  describe('dropping history', () => {
    it('removes what was queued below a version, and its run records', async () => {
      const record = (executionId: string) => ({ executionId, stream: 'acme/a', progress: null, log: [], droppedLines: 0 });
      const many = Array.from({ length: 300 * scale }, (_, i) => queued(`e${i}`, i + 3));
      await save({ executions: [...many, queued('kept', 1_000), queued('newest', 1_001), executionRow('acme/b', 'other')] });
      await opened().runRecords.put([record('e0'), record('kept'), record('newest')]);
      await opened().readModels.dropHistory('acme/a', 1_000);
      expect(await ids(10)).toEqual(['newest', 'kept']);
      expect(await opened().readModels.execution('e0')).toBeNull();
      expect(await opened().readModels.execution('other')).not.toBeNull();
      expect(await opened().runRecords.get('e0')).toBeNull();
      expect(await opened().runRecords.get('kept')).not.toBeNull();
    });

    it('leaves what is named, and its run records', async () => {
      const record = (executionId: string) => ({ executionId, stream: 'acme/a', progress: null, log: [], droppedLines: 0 });
      await save({ executions: [queued('e1', 1), queued('e2', 2), queued('e3', 3)] });
      await opened().runRecords.put([record('e1'), record('e2')]);
      await opened().readModels.dropHistory('acme/a', 3, ['e1', 'never']);
      expect(await ids(10)).toEqual(['e3', 'e1']);
      expect(await opened().runRecords.get('e1')).not.toBeNull();
      expect(await opened().runRecords.get('e2')).toBeNull();
    });
  });
};
