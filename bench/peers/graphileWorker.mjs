import { Logger, makeWorkerUtils, parseCronItems, run } from 'graphile-worker';
import pg from 'pg';
import { inChunks } from './chunks.mjs';

const task = 'bench';

/** With its local queue and batched completions: several times faster than one job per round trip. It deletes what is done. */
export const open = async ({ server, concurrency = 24 }) => {
  const base = { connectionString: server.url, logger: new Logger(() => () => {}) };
  const pool = new pg.Pool({ connectionString: server.url, max: 2 });
  let utils = null;
  let runner = null;
  let cron = [];
  const ready = async () => {
    utils ??= await makeWorkerUtils(base);
    return utils;
  };
  return {
    historyKept: false,
    reset: async () => {
      await pool.query('drop schema if exists graphile_worker cascade');
      await (await ready()).migrate();
    },
    addNow: async (payloads) => {
      const to = await ready();
      await inChunks(payloads, 5_000, 1, (some) => to.addJobs(some.map((payload) => ({ identifier: task, payload }))));
    },
    addAt: async (jobs) => {
      const to = await ready();
      await inChunks(jobs, 1_000, 1, (some) =>
        to.addJobs(some.map(({ due, payload }) => ({ identifier: task, payload, runAt: new Date(due) }))),
      );
    },
    /** Its crontab lives in code: there is nothing to store before the start. */
    addCron: async (jobs) => {
      cron = parseCronItems(jobs.map(({ name, expression, payload }) => ({ task, match: expression, identifier: name, payload })));
    },
    start: async (handler) => {
      const batching = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
      const worker = { ...base, concurrentJobs: concurrency, maxPoolSize: concurrency + 2, pollInterval: 1_000, ...batching };
      runner = await run({
        ...base,
        noHandleSignals: true,
        parsedCronItems: cron,
        taskList: { [task]: async (payload) => handler(payload) },
        preset: { worker },
      });
    },
    pending: async () => {
      const { rows } = await pool.query('select count(*)::int n from graphile_worker._private_jobs');
      return rows[0].n;
    },
    close: async () => {
      await runner?.stop();
      await utils?.release();
      await pool.end();
    },
  };
};
