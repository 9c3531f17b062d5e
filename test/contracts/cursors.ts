import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cursors } from '../../src/application/ports/leases.js';

type OpenCursors = { readonly cursors: Cursors; close(): Promise<void> };

export const describeCursors = (name: string, open: () => Promise<OpenCursors>): void => {
  describe(`${name} for cursors`, () => {
    let opened: OpenCursors;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    it('has none at first', async () => {
      expect(await opened.cursors.load('notify/0')).toBeNull();
    });

    it('keeps the newest of each name, also one that went back', async () => {
      const { cursors } = opened;
      await cursors.save('a', 7, 'mark');
      await cursors.save('b', 1, null);
      await cursors.save('a', 5, null);
      expect(await cursors.load('a')).toEqual({ position: 5, mark: null });
      expect(await cursors.load('b')).toEqual({ position: 1, mark: null });
      await cursors.save('a', 2 ** 50, '{"ü":"\\u0000"}');
      expect(await cursors.load('a')).toEqual({ position: 2 ** 50, mark: '{"ü":"\\u0000"}' });
    });
  });
};
