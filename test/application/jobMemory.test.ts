import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openEmbeddedInventory } from '../../src/adapters/inventory/embedded/index.js';
import type { JobMemory } from '../../src/application/ports/jobMemory.js';
import { openNode, sharedMemory } from './node.js';
import { hourly, openScheduler, rejection } from './opened.js';

const check = {
  jobName: 'stock-check',
  jobType: 'low_stock_alert',
  schedule: hourly,
  parameters: { threshold: 10 },
} as const;
const { jobName } = check;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const newDirectory = (): string => {
  const directory = mkdtempSync(path.join(tmpdir(), 'memory-'));
  closing.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};
const openInventory = async (directory: string | null) => {
  const opened = await openEmbeddedInventory({ directory, defaultOrganization: 'default' });
  closing.push(opened.close);
  return opened;
};
const organization = 'default';

describe('what a job remembers', () => {
  it('goes with the job, from the medium too', async () => {
    const directory = newDirectory();
    const { scheduler } = openScheduler({ predefined: { directory } });
    const { inventory, memory } = await openInventory(directory);
    const low = { sku: 'A', name: 'A', quantity: 1, reorderPoint: null, category: null, location: null, unitCost: null };
    await inventory.put('default', [{ ...low, updatedAt: 0 as never }], { reason: 'count', at: 0 as never, key: 'k' });
    await scheduler.scheduleJob(check);
    expect((await scheduler.runNow(jobName)).result).toMatchObject({ alert: true });
    const { jobId } = await scheduler.getJob(jobName);
    const owner = { organization, jobName, jobId };
    expect(await memory.recall(owner)).toMatchObject({ alerted: [['A', expect.any(Number)]] });
    await scheduler.deleteJob(jobName);
    expect(await memory.recall(owner)).toBeNull();
  });

  it('is not looked for where nobody can have kept anything', async () => {
    const directory = newDirectory();
    const { scheduler } = openScheduler({ predefined: { directory }, handlers: { print: () => 'done' } });
    await scheduler.scheduleJob({ ...check, jobType: 'print', parameters: {} });
    await scheduler.deleteJob(jobName);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('goes when the deletion is finished by whoever finds it, and what the next job of that name remembers stays', async () => {
    const storage = sharedMemory();
    const { memory } = await openInventory(null);
    const broken: Pick<JobMemory, 'forget'> = { forget: () => Promise.reject(new Error('the inventory is away')) };
    const given = { storage, handlersByName: { low_stock_alert: () => 'done' } };
    const first = await openNode({ ...given, memory: broken });
    await first.runtime.start();
    await first.jobs.scheduleJob(check);
    const before = { organization, jobName, jobId: (await first.jobs.getJob(jobName)).jobId };
    await memory.remember(before, 'old');
    expect(await rejection(first.jobs.deleteJob(jobName))).toMatchObject({ message: 'the inventory is away' });
    await first.jobs.scheduleJob(check);
    const now = { ...before, jobId: (await first.jobs.getJob(jobName)).jobId };
    await first.runtime.stop(0);

    const second = await openNode({ ...given, memory });
    expect(await memory.recall(before)).toBeNull();
    await memory.remember(now, 'new');
    await second.runtime.stop(0);
    const third = await openNode({ ...given, memory });
    expect(await memory.recall(now)).toBe('new');
    await third.runtime.stop(0);
  });
});
