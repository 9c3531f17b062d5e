// Makes reports of many products, each in a process of its own: node bench/reports.mjs [--products 100000] [--format pdf]
// Prints how long each took, how much of that it computed, and the most memory its process ever had, inventory and scheduler included.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { products: { type: 'string', default: '100000' }, format: { type: 'string', multiple: true }, make: { type: 'string' } },
});
const formats = values.format ?? ['csv', 'html', 'xlsx', 'pdf'];

const stocked = async (directory, count) => {
  const { openEmbeddedInventory } = await import('../dist/adapters/inventory/embedded/index.js');
  const { inventory, close } = await openEmbeddedInventory({ directory, defaultOrganization: 'default' });
  const words = [
    'Galvanised',
    'Stainless',
    'Cordless',
    'Insulated',
    'Compact',
    'bolt M8',
    'drill 18 V',
    'junction box',
    'ball valve',
    'lamp',
  ];
  for (let from = 0; from < count; from += 1_000) {
    const products = Array.from({ length: Math.min(1_000, count - from) }, (_, i) => {
      const n = from + i;
      return {
        sku: `NX-${String(n).padStart(7, '0')}`,
        name: `${words[n % 5]} ${words[5 + ((n % 7) % 5)]} no. ${n % 1_009}`,
        quantity: (n * 7_919) % 400,
        reorderPoint: n % 60,
        category: `Category ${n % 40}`,
        location: `Hall ${'ABC'[n % 3]}-${n % 20}`,
        unitCost: ((n * 31) % 24_000) / 100,
        updatedAt: 1_772_000_000_000 + n,
      };
    });
    await inventory.put('default', products, { reason: 'count', at: 1_772_000_000_000, key: `bench-${from}` });
  }
  await close();
};

const make = async (directory, format) => {
  const { createScheduler } = await import('nexus-scheduler');
  const scheduler = createScheduler({ store: { directory: path.join(directory, format) }, predefined: { directory }, logger: false });
  await scheduler.scheduleJob({
    jobName: `report-${format}`,
    jobType: 'report_generation',
    schedule: { type: 'recurring', cronExpression: '0 8 1 * *' },
    parameters: { reportType: 'inventory_summary', format },
    timeout: 600_000,
    maxAttempts: 1,
  });
  const run = await scheduler.runNow(`report-${format}`);
  await scheduler.stop();
  if (run.status !== 'completed') throw new Error(run.error?.message);
  const { rows, bytes } = run.result;
  const { user, system } = process.cpuUsage();
  process.stdout.write(
    JSON.stringify({
      format,
      rows,
      bytes,
      seconds: run.durationMs / 1_000,
      cpuSeconds: (user + system) / 1e6,
      megabytes: process.resourceUsage().maxRSS / 1_024,
    }),
  );
};

if (values.make !== undefined) await make(values.make, formats[0]);
else {
  const directory = mkdtempSync(path.join(tmpdir(), 'bench-reports-'));
  try {
    await stocked(directory, Number(values.products));
    console.log('format     rows      bytes   seconds  CPU seconds  MiB at most');
    for (const format of formats) {
      const { stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--make', directory, '--format', format], {
        encoding: 'utf8',
      });
      if (!stdout) throw new Error(stderr);
      const { rows, bytes, seconds, cpuSeconds, megabytes } = JSON.parse(stdout);
      const cells = [
        format.padEnd(5),
        String(rows).padStart(9),
        String(bytes).padStart(10),
        seconds.toFixed(1).padStart(9),
        cpuSeconds.toFixed(1).padStart(12),
        megabytes.toFixed(0).padStart(12),
      ];
      console.log(cells.join(' '));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
