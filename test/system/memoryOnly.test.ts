import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

it('a scheduler in memory, for which nobody has named a directory, makes no file', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'memory-only-'));
  const argv = [path.resolve('test/fixtures/memoryOnly.mjs'), pathToFileURL(path.resolve('dist/bundle/index.js')).href];
  const { PATH } = process.env;
  const out = execFileSync(process.execPath, argv, { cwd: home, env: { PATH }, encoding: 'utf8' });
  expect(JSON.parse(out)).toEqual({
    low_stock_alert: 'the inventory of default has no products; an inventory_sync job can fill it',
    data_cleanup: 'completed',
    report_generation: 'completed',
    backup: 'no directory is configured below which jobs may use files: set SCHEDULER_FILE_ROOTS',
  });
  expect(readdirSync(home)).toEqual([]);
  rmSync(home, { recursive: true });
});
