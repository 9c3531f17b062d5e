import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { inChunks } from './chunks.mjs';

const queue = 'bench';

export const open = async ({ server, batch = 1_000, loops = 4 }) => {
  const pool = new pg.Pool({ connectionString: server.url, max: 2 });
  const options = {
    connectionString: server.url,
    max: 20,
    useListenNotify: true,
    cronMonitorIntervalSeconds: 1,
    cronWorkerIntervalSeconds: 1,
  };
  let boss = null;
  const ready = async () => {
    if (boss) return boss;
    boss = new PgBoss(options);
    boss.on('error', (error) => console.error('pg-boss', error.message));
    await boss.start();
    await boss.createQueue(queue, { notify: true, deleteAfterSeconds: 0 }).catch(() => {});
    return boss;
  };
  return {
    historyKept: true,
    reset: async () => {
      await pool.query('drop schema if exists pgboss cascade');
      await ready();
    },
    addNow: async (payloads) => {
      const to = await ready();
      await inChunks(payloads, 1_000, 2, (some) =>
        to.insert(
          queue,
          some.map((data) => ({ data })),
        ),
      );
    },
    addAt: async (jobs) => {
      const to = await ready();
      await inChunks(jobs, 1_000, 1, (some) =>
        to.insert(
          queue,
          some.map(({ due, payload: data }) => ({ data, startAfter: new Date(due) })),
        ),
      );
    },
    addCron: async (jobs) => {
      const to = await ready();
      await inChunks(jobs, 1, 20, ([{ name, expression, payload }]) => to.schedule(queue, expression, payload, { key: name }));
    },
    start: async (handler) => {
      const work = { batchSize: batch, localConcurrency: loops, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true };
      await (await ready()).work(queue, { ...work, notifyPollingIntervalSeconds: 0.5 }, async (jobs) => {
        for (const { data } of jobs) handler(data);
      });
    },
    pending: async () => {
      const { rows } = await pool.query(`select count(*)::int n from pgboss.job where name = $1 and state < 'completed'`, [queue]);
      return rows[0].n;
    },
    close: async () => {
      await pool.end();
      await boss?.stop({ graceful: false, close: true, timeout: 1_000 });
    },
  };
};
