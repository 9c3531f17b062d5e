import { Queue, Worker } from 'bullmq';
import Redis from 'ioredis';
import { inChunks } from './chunks.mjs';

export const open = async ({ server, concurrency = 50 }) => {
  const connection = { host: '127.0.0.1', port: server.port, maxRetriesPerRequest: null };
  const redis = new Redis(connection);
  const queue = new Queue('bench', { connection });
  let worker = null;
  return {
    historyKept: true,
    reset: () => redis.flushall(),
    addNow: (payloads) => inChunks(payloads, 1_000, 2, (some) => queue.addBulk(some.map((data) => ({ name: 'job', data })))),
    addAt: (jobs) =>
      inChunks(jobs, 1_000, 1, (some) =>
        queue.addBulk(some.map(({ due, payload: data }) => ({ name: 'job', data, opts: { delay: Math.max(0, due - Date.now()) } }))),
      ),
    addCron: (jobs) =>
      inChunks(jobs, 1, 200, ([{ name, expression, payload: data }]) =>
        queue.upsertJobScheduler(name, { pattern: expression }, { name: 'job', data }),
      ),
    start: async (handler) => {
      worker = new Worker('bench', async (job) => handler(job.data), { connection, concurrency });
      await worker.waitUntilReady();
    },
    pending: async () => {
      const { wait, active } = await queue.getJobCounts('wait', 'active');
      return wait + active;
    },
    close: async () => {
      await worker?.close(true);
      await queue.close();
      redis.disconnect();
    },
  };
};
