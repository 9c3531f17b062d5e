import { describe, expect, it } from 'vitest';
import { createIds, ids } from '../../../src/adapters/system/ids.js';

const uuidv7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const timeIn = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

describe('ids', () => {
  it('are UUIDs of version 7 with the time of their making', () => {
    const before = Date.now();
    const id = ids.next();
    expect(id).toMatch(uuidv7);
    expect(timeIn(id)).toBeGreaterThanOrEqual(before);
    expect(timeIn(id)).toBeLessThanOrEqual(Date.now());
  });

  it('grow strictly while the clock stands still, also past the end of the counter', () => {
    const { next } = createIds(() => 1_700_000_000_000);
    const made = Array.from({ length: 10_000 }, next);
    expect(made.every((id) => uuidv7.test(id))).toBe(true);
    expect(made).toEqual([...new Set(made)].sort());
    expect(timeIn(made.at(-1) ?? '')).toBe(1_700_000_000_002);
  });

  it('grow strictly when the clock is set back', () => {
    const times = [5_000, 6_000, 1_000, 1_000, 6_001];
    const { next } = createIds(() => times.shift() ?? 0);
    const made = Array.from({ length: 5 }, next);
    expect(made).toEqual(made.toSorted());
    expect(made.map(timeIn)).toEqual([5_000, 6_000, 6_000, 6_000, 6_001]);
  });

  it('have random bits of their own', () => {
    const { next } = createIds(() => 1);
    expect(new Set(Array.from({ length: 1_000 }, () => next().slice(19))).size).toBe(1_000);
  });
});
