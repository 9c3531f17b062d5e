import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instant } from '../src/domain/instant.js';

// Every call of scheduleJob in the user's own description of the service, as printed: only the import is added and comments that
// stand for something are filled in. The service is configured from the environment, as it would be in their application.

const directory = mkdtempSync(path.join(tmpdir(), 'seed-'));
process.env.DATA_DIR = directory;
const { SchedulerService } = await import('../src/bootstrap/index.js');

const performCustomTask = async (parameters: unknown) => ({ performed: parameters });
const printed: unknown[][] = [];
const print = console.log;
beforeAll(() => {
  console.log = (...line: unknown[]) => void printed.push(line);
});
afterAll(async () => {
  console.log = print;
  await SchedulerService.stop({ drainMs: 0 });
  rmSync(directory, { recursive: true, force: true });
});

describe("the user's document", () => {
  it('registers and schedules a custom job', async () => {
    // Register a custom handler
    SchedulerService.jobHandlers.set('my-custom-job', async (parameters: unknown) => {
      // Your custom logic here
      console.log('Executing custom job with parameters:', parameters);

      // Perform your job logic
      const result = await performCustomTask(parameters);

      return {
        success: true,
        message: 'Custom job completed',
        data: result,
      };
    });

    // Schedule a job with the custom handler
    await SchedulerService.scheduleJob({
      jobName: 'my-custom-job',
      jobType: 'custom',
      schedule: {
        type: 'recurring',
        interval: { value: 1, unit: 'hours' },
      },
      handler: SchedulerService.jobHandlers.get('my-custom-job'),
      parameters: {
        depth: 1,
      },
    });

    const outcome = await SchedulerService.runNow('my-custom-job', { breadth: 2 });
    expect(outcome).toMatchObject({
      status: 'completed',
      attempts: 1,
      result: { success: true, message: 'Custom job completed', data: { performed: { depth: 1, breadth: 2 } } },
    });
    expect(printed).toEqual([['Executing custom job with parameters:', { depth: 1, breadth: 2 }]]);
  });

  it('schedules the monthly report', async () => {
    await SchedulerService.scheduleJob({
      jobName: 'monthly-inventory-report',
      jobType: 'report_generation',
      schedule: {
        type: 'recurring',
        cronExpression: '0 8 1 * *', // First day of month at 8 AM
        timezone: 'UTC',
      },
      parameters: {
        reportType: 'inventory_summary',
        format: 'pdf',
        emailRecipients: ['management@example.com'],
      },
      priority: 'high',
    });
    const job = await SchedulerService.getJob('monthly-inventory-report');
    expect(job).toMatchObject({ status: 'scheduled', priority: 'high', maxAttempts: 3 });
    expect(job.nextRunAt?.toISOString()).toMatch(/-01T08:00:00\.000Z$/);
  });

  it('schedules the weekly clean-up and the hourly stock check', async () => {
    await SchedulerService.scheduleJob({
      jobName: 'weekly-log-cleanup',
      jobType: 'data_cleanup',
      schedule: {
        type: 'recurring',
        interval: { value: 1, unit: 'weeks' },
      },
      parameters: {
        retentionDays: 30,
        tables: ['audit_logs', 'error_logs'],
      },
      priority: 'normal',
    });
    await SchedulerService.scheduleJob({
      jobName: 'hourly-stock-check',
      jobType: 'low_stock_alert',
      schedule: {
        type: 'recurring',
        interval: { value: 1, unit: 'hours' },
      },
      parameters: {
        threshold: 10,
        products: ['critical_items'],
      },
      priority: 'high',
    });
    const jobs = await SchedulerService.getScheduledJobs();
    expect(jobs.map(({ jobName, status }) => [jobName, status])).toEqual([
      ['hourly-stock-check', 'scheduled'],
      ['monthly-inventory-report', 'scheduled'],
      ['my-custom-job', 'scheduled'],
      ['weekly-log-cleanup', 'scheduled'],
    ]);
  });

  it('checks the stock: an alert for exactly the low items', async () => {
    const { openEmbeddedInventory } = await import('../src/adapters/inventory/embedded/index.js');
    const { inventory, close } = await openEmbeddedInventory({ directory, defaultOrganization: 'default' });
    const item = (sku: string, quantity: number) => ({
      sku,
      name: sku,
      quantity,
      reorderPoint: 100,
      category: null,
      location: null,
      unitCost: 1,
      updatedAt: instant(0),
    });
    const stock = [item('LOW', 3), item('JUST', 10), item('ENOUGH', 11), item('NOT-CRITICAL', 1)];
    await inventory.put('default', stock, { reason: 'count', at: instant(0), key: 'first' });
    await inventory.putList('default', 'critical_items', ['LOW', 'JUST', 'ENOUGH']);
    await close();
    expect(await SchedulerService.runNow('hourly-stock-check')).toMatchObject({
      status: 'completed',
      result: { alert: true, checked: 3, newlyLow: ['JUST', 'LOW'], items: [{ sku: 'JUST' }, { sku: 'LOW' }] },
    });
    expect((await SchedulerService.runNow('hourly-stock-check')).result).toMatchObject({ alert: false, low: 2, newlyLow: [] });
  });

  it('describes every method as it answers', async () => {
    expect(await SchedulerService.jobHistory('my-custom-job')).toMatchObject([{ status: 'completed', trigger: 'manual' }]);
    expect(await SchedulerService.getJobStats('my-custom-job')).toMatchObject({ totalExecutions: 1, completed: 1, successRate: 1 });
    expect(await SchedulerService.toggleJob('weekly-log-cleanup', false)).toMatchObject({ status: 'paused', enabled: false });
    expect(await SchedulerService.toggleJob('weekly-log-cleanup', true)).toMatchObject({ status: 'scheduled', enabled: true });
    await SchedulerService.deleteJob('weekly-log-cleanup');
    await expect(SchedulerService.getJob('weekly-log-cleanup')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  });

  it('shows schedules that are understood as they stand', () => {
    const cron = { type: 'recurring', cronExpression: '0 9 * * 1', timezone: 'UTC' } as const; // Every Monday at 9 AM
    const [monday] = SchedulerService.previewSchedule(cron, { count: 1 });
    expect([monday?.occurrence.getUTCDay(), monday?.occurrence.getUTCHours()]).toEqual([1, 9]);
    const interval = { type: 'recurring', interval: { value: 2, unit: 'hours' }, timezone: 'UTC' } as const;
    const [first, second] = SchedulerService.previewSchedule(interval, { count: 2 });
    expect((second?.occurrence.getTime() ?? 0) - (first?.occurrence.getTime() ?? 0)).toBe(7_200_000);
  });
});
