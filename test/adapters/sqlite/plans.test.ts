import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/adapters/sqlite/files/driver.js';
import { historyReads, historyWrites } from '../../../src/adapters/sqlite/files/historyQueries.js';
import { jobQueries } from '../../../src/adapters/sqlite/files/jobQueries.js';
import { logReads, logWrites } from '../../../src/adapters/sqlite/files/logFile.js';
import { openLogFile } from '../../../src/adapters/sqlite/files/logSchema.js';
import { openReadFile } from '../../../src/adapters/sqlite/files/readSchema.js';
import { remainsIn } from '../../../src/adapters/sqlite/files/remains.js';
import { rowSaver } from '../../../src/adapters/sqlite/files/saveRows.js';
import { jobStatuses } from '../../../src/domain/job/index.js';
import { at } from '../../contracts/samples.js';
import { newDirectory, removeDirectory } from './directory.js';

let directory: string;
let db: Database;
beforeEach(() => {
  directory = newDirectory();
});
afterEach(() => {
  db.close();
  removeDirectory(directory);
});

/** The plans of all statements that `use` prepares. */
const plansOf = (use: (db: Database) => void): readonly string[] => {
  const statements = new Set<string>();
  const recording: Database = {
    ...db,
    get inTransaction() {
      return db.inTransaction;
    },
    prepare: (sql) => {
      if (/^\s*(SELECT|UPDATE|DELETE)/.test(sql)) statements.add(sql);
      return db.prepare(sql);
    },
  };
  use(recording);
  return [...statements].flatMap((sql) => {
    const values = Array(Math.max(sql.split('?').length - 1, 0)).fill(1);
    return db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(/\?\d/.test(sql) ? values.slice(0, 4) : values)
      .map((row) => `${row[3]}   in ${sql}`);
  });
};

const isFullScan = (plan: string): boolean => /^SCAN (?!k |t |json_each |CONSTANT|\(subquery)/.test(plan);

it('finds everything in the log through an index', () => {
  db = openLogFile(join(directory, 'log.db'), 'write');
  const plans = plansOf((log) => {
    logReads(log);
    logWrites(log);
  });
  expect(plans.length).toBeGreaterThan(8);
  expect(plans.filter(isFullScan)).toEqual([]);
});

it('finds everything in the read models through an index', () => {
  db = openReadFile(join(directory, 'read.db'), 0);
  const plans = plansOf((models) => {
    historyReads(models);
    historyWrites(models, remainsIn(models));
    rowSaver(models, remainsIn(models));
    const { listJobs } = jobQueries(models);
    const filter = { organization: 'acme', now: at(0), limit: 10 };
    listJobs(filter);
    listJobs({ ...filter, statuses: jobStatuses, tag: 'x', search: 'y', jobType: 'z' });
    for (const status of jobStatuses) listJobs({ ...filter, statuses: [status] });
  });
  expect(plans.length).toBeGreaterThan(20);
  // Running streams are read in the order of an index that holds nothing else, up to a limit.
  expect(plans.filter((plan) => isFullScan(plan) && !plan.startsWith('SCAN jobs USING COVERING INDEX jobs_running'))).toEqual([]);
});

it('needs no sorting for a page of jobs or of history', () => {
  db = openReadFile(join(directory, 'read.db'), 0);
  const plans = plansOf((models) => {
    historyReads(models);
    jobQueries(models).listJobs({ organization: 'acme', now: at(0), limit: 1, statuses: ['queued', 'running', 'retrying', 'scheduled'] });
  });
  expect(plans.filter((plan) => plan.includes('TEMP B-TREE') && !plan.includes('json_each'))).toEqual([]);
});

it('writes nothing through a connection that reads', () => {
  openLogFile(join(directory, 'log.db'), 'write').close();
  db = openDatabase(join(directory, 'log.db'), 'read');
  expect(() => db.exec('DELETE FROM commits')).toThrow(/readonly/);
});
