// What the machine, and the driver of the embedded store, can do without a scheduler: the figures that those of W1 and W2 are held against.
import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { usual } from '../definition.mjs';
import { perSecond, quantiles, wall } from '../measure.mjs';

const pageBytes = 4_096;
const padding = 'x'.repeat(600);

const timed = (count, work) =>
  quantiles(
    Array.from({ length: count }, (_, i) => {
      const from = wall();
      work(i);
      return wall() - from;
    }),
  );

/** One page, on the medium when it returns, over and over in the same place. */
const flush = (directory) => {
  const file = openSync(path.join(directory, 'flush'), 'w');
  const page = Buffer.alloc(pageBytes, 1);
  for (let i = 0; i < 100; i++) writeSync(file, page);
  fdatasyncSync(file);
  const times = timed(1_000, (i) => {
    writeSync(file, page, 0, pageBytes, (i % 100) * pageBytes);
    fdatasyncSync(file);
  });
  closeSync(file);
  return times;
};

/** Rows as an execution leaves them, written by the driver alone on the thread that waits for the disk. */
const open = (directory) => {
  const db = new Libsql(pathToFileURL(path.join(directory, 'limits.db')).href);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000');
  db.exec(`CREATE TABLE log (position INTEGER PRIMARY KEY, stream INTEGER, version INTEGER, data TEXT);
    CREATE UNIQUE INDEX by_stream ON log (stream, version);
    CREATE TABLE jobs (stream TEXT NOT NULL UNIQUE, due INTEGER, state TEXT);
    CREATE INDEX by_due ON jobs (due);
    CREATE TABLE executions (id TEXT NOT NULL UNIQUE, stream TEXT, entry TEXT);
    CREATE INDEX of_stream ON executions (stream, id)`);
  return db;
};

const writer = (db) => {
  const [begin, commit] = ['BEGIN IMMEDIATE', 'COMMIT'].map((sql) => db.prepare(sql));
  const log = db.prepare('INSERT INTO log VALUES (?, ?, ?, ?)');
  const job = db.prepare('INSERT INTO jobs VALUES (?, ?, ?) ON CONFLICT (stream) DO UPDATE SET due = excluded.due, state = excluded.state');
  const execution = db.prepare('INSERT INTO executions VALUES (?, ?, ?)');
  let position = 0;
  const keyOf = (i) => `default/now-${String((i * 7_919) % 1_000_003).padStart(7, '0')}`;
  const inOne = (work) => {
    begin.run();
    work();
    commit.run();
  };
  return {
    append: (i, version) => log.run(++position, i, version, padding),
    job: (i, due) => job.run(keyOf(i), due, padding),
    execution: (i) => execution.run(`0198f0d0-1111-7222-8333-${String(i).padStart(12, '0')}`, keyOf(i), padding),
    inOne,
  };
};

const grouped = (jobs, group, inOne, each) => {
  const from = wall();
  for (let i = 0; i < jobs; i += group)
    inOne(() => {
      for (let k = i; k < Math.min(jobs, i + group); k++) each(k);
    });
  return perSecond(jobs, wall() - from);
};

/** A timer of Node, and then one durable insert: nothing that is due can start sooner. */
const timerAndInsert = async ({ append, inOne }) => {
  const late = [];
  const first = Math.ceil(wall()) + 50;
  for (let i = 0; i < 300; i++) {
    const due = first + i * 10;
    while (wall() < due) await sleep(Math.ceil(due - wall()));
    inOne(() => append(1_000_000 + i, 1));
    late.push(wall() - due);
  }
  return quantiles(late);
};

/** What becomes of jobs that run once: of each step its events, and the rows after it. */
const livesOf = async (jobs) => {
  const [{ jobDecider }, { project, blankRow }, { ids }] = await Promise.all([
    import('../../dist/domain/job/index.js'),
    import('../../dist/application/projections/project.js'),
    import('../../dist/adapters/system/ids.js'),
  ]);
  // They run once: nothing follows.
  const decider = jobDecider({ calendar: { next: () => null }, organization: 'default' });
  const now = Date.now();
  return Array.from({ length: jobs }, (_, i) => {
    const executionId = ids.next();
    const commands = [
      { type: 'ScheduleJob', now, newJobId: ids.next(), definition: { ...usual, parameters: { i, pad: 'x'.repeat(80) } } },
      { type: 'Wake', now, watchedSince: now, node: 'limits', slots: 1, newExecutionId: () => executionId },
      { type: 'CompleteAttempt', now, executionId, attempt: 1, durationMs: 0, result: { success: true } },
    ];
    let row = blankRow(`default/now-${i}`, now);
    return commands.map((command) => {
      const { events } = decider.decide(command, row.state);
      const request = { stream: row.stream, expectedVersion: row.version, commitId: ids.next(), at: now, events };
      const projected = project(row, { ...request, version: row.version + 1, partition: 0, position: 1 });
      row = projected.row;
      return { request, row, executions: projected.executions };
    });
  });
};

const slots = 200;
const rowsTogether = 500;

/**
 * The same records and rows as a run leaves, through the store's own threads: encoded on this one, durable when answered, rows written
 * beside. They are made beforehand, and nothing is decided, due, or called.
 */
const throughStore = async (directory, jobs) => {
  const lives = await livesOf(jobs);
  const { openSqlite } = await import('../../dist/adapters/sqlite/index.js');
  const { store, readModels, close } = await openSqlite({ directory, node: 'limits' });
  const measured = async (lifeSteps) => {
    const from = wall();
    let next = 0;
    let saving = Promise.resolve();
    let done = [];
    const save = () => {
      const steps = done;
      done = [];
      const changes = {
        jobs: steps.map(({ row }) => row),
        executions: steps.flatMap(({ executions }) => executions),
        checkpoints: new Map(),
      };
      saving = saving.then(() => readModels.save(changes));
    };
    const work = async () => {
      while (next < lives.length) {
        const steps = lifeSteps(lives[next++]);
        for (const { request } of steps) await store.append(request);
        done.push(steps.at(-1));
        if (done.length === rowsTogether) save();
      }
    };
    await Promise.all(Array.from({ length: slots }, work));
    save();
    await saving;
    return perSecond(lives.length, wall() - from);
  };
  const schedulePerSecond = await measured(([scheduled]) => [scheduled]);
  const executePerSecond = await measured(([, claimed, ended]) => [claimed, ended]);
  const times = [];
  for (let i = 0; i < 1_000; i++) {
    const [{ request }] = lives[i];
    const from = wall();
    await store.append({ ...request, stream: `default/one-${i}`, commitId: `one-${i}` });
    times.push(wall() - from);
  }
  await close();
  return { schedulePerSecond, executePerSecond, oneByOneMs: quantiles(times) };
};

export const limits = async (_, { jobs, open: { directory } }) => {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const flushMs = flush(directory);
  const db = open(directory);
  const store = writer(db);
  const schedulePerSecond = grouped(jobs, 128, store.inOne, (i) => {
    store.append(i, 1);
    store.job(i, 1);
  });
  const executePerSecond = grouped(jobs, 128, store.inOne, (i) => {
    store.append(i, 2);
    store.append(i, 3);
    store.execution(i);
    store.job(i, null);
  });
  const oneByOne = timed(1_000, (i) => store.inOne(() => store.append(2_000_000 + i, 1)));
  const timerMs = await timerAndInsert(store);
  db.close();
  const threads = await throughStore(path.join(directory, 'threads'), jobs);
  return { jobs, flushMs, schedulePerSecond, executePerSecond, oneByOneMs: oneByOne, timerMs, threads };
};
