import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord, RunRecords } from '../../src/application/ports/runRecords.js';
import { at, hostileText } from './samples.js';

type OpenRecords = { readonly runRecords: RunRecords; close(): Promise<void> };

const record = (executionId: string, message: string): RunRecord => ({
  executionId,
  stream: 'acme/job',
  progress: { fraction: 0.5, at: at(1) },
  log: [{ at: at(2), level: 'info', message }],
  droppedLines: 3,
});

export const describeRunRecords = (name: string, open: () => Promise<OpenRecords>, scale = 1): void => {
  describe(`${name} for run records`, () => {
    let opened: OpenRecords;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    it('has none of an unknown execution', async () => {
      expect(await opened.runRecords.get('unknown')).toBeNull();
    });

    it('keeps the newest of each execution', async () => {
      await opened.runRecords.put([record('a', 'first'), record('b', 'other')]);
      await opened.runRecords.put([record('a', 'second')]);
      expect(await opened.runRecords.get('a')).toEqual(record('a', 'second'));
      expect(await opened.runRecords.get('b')).toEqual(record('b', 'other'));
    });

    it('takes none, and many', async () => {
      await opened.runRecords.put([]);
      const many = Array.from({ length: 500 * scale }, (_, i) => record(`many-${i}`, 'line'));
      await opened.runRecords.put(many);
      expect(await opened.runRecords.get(`many-${many.length - 1}`)).toEqual(many.at(-1));
    });

    it('returns any text unchanged', async () => {
      const text = `${hostileText}\u0000\ud800`;
      await opened.runRecords.put([record('hostile', text)]);
      expect((await opened.runRecords.get('hostile'))?.log[0]?.message).toBe(text);
    });
  });
};
