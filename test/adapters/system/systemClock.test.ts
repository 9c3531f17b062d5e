import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ids } from '../../../src/adapters/system/ids.js';
import { systemClock } from '../../../src/adapters/system/systemClock.js';
import { instant } from '../../../src/domain/instant.js';

const run = promisify(execFile);
const built = (module: string): string => new URL(`../../../dist/adapters/system/${module}.js`, import.meta.url).href;
/** What a process of its own prints before it ends by itself. */
const printedBy = async (code: string): Promise<string> => (await run(process.execPath, ['--input-type=module', '-e', code])).stdout.trim();

describe('the clock of the system', () => {
  it('never calls early', async () => {
    const early = await Promise.all(
      Array.from(
        { length: 50 },
        (_, i) =>
          new Promise<number>((resolve) => {
            const delay = i / 7;
            const startedAt = systemClock.monotonic();
            systemClock.after(delay, () => resolve(startedAt + delay - systemClock.monotonic()));
          }),
      ),
    );
    expect(Math.max(...early)).toBeLessThanOrEqual(0);
  });

  it('calls when the wall clock has come to an instant, and not before', async () => {
    const before = await Promise.all(
      Array.from(
        { length: 50 },
        (_, i) =>
          new Promise<number>((resolve) => {
            const due = instant(systemClock.now() + i);
            systemClock.at(due, () => resolve(due - systemClock.now()));
          }),
      ),
    );
    expect(Math.max(...before)).toBeLessThanOrEqual(0);
  });

  it('calls for an instant that is past in the next turn, not at once', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.at(instant(0), () => {
        order.push('called');
        resolve();
      });
      order.push('asked');
    });
    expect(order).toEqual(['asked', 'called']);
  });

  it('does not call what was stopped', async () => {
    const called: string[] = [];
    const stop = systemClock.after(1, () => void called.push('stopped'));
    stop();
    await new Promise<void>((resolve) => void systemClock.after(3, resolve));
    stop();
    expect(called).toEqual([]);
  });

  it('tells the time of the wall in whole milliseconds', () => {
    expect(systemClock.now() - Date.now()).toBeGreaterThan(-50);
    expect(Number.isInteger(systemClock.now())).toBe(true);
  });

  it('keeps a process alive; housekeeping does not', async () => {
    const code = `
      import { systemClock } from '${built('systemClock')}';
      import { background } from '${built('background')}';
      systemClock.after(20, () => console.log('the clock'));
      background.after(60_000, () => console.log('housekeeping'));`;
    expect(await printedBy(code)).toBe('the clock');
  });
});

describe('ids', () => {
  it('are UUIDs of version 7 that sort in the order of their making', () => {
    const made = Array.from({ length: 1_000 }, () => ids.next());
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });
});
