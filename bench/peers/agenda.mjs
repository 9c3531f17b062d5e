import { Agenda } from 'agenda';
import pg from 'pg';
import { inChunks } from './chunks.mjs';

const name = 'bench';

/** On PostgreSQL, or on a server that speaks MongoDB's protocol. It has no call for many jobs at once. */
export const open = async ({ server, concurrency = 50 }) => {
  const pool = server.url ? new pg.Pool({ connectionString: server.url, max: 2 }) : null;
  const backend = async () => {
    if (server.url) {
      const { PostgresBackend } = await import('@agendajs/postgres-backend');
      return new PostgresBackend({ poolConfig: { connectionString: server.url, max: 20 } });
    }
    const { MongoBackend } = await import('@agendajs/mongo-backend');
    return new MongoBackend({ address: `${server.uri}/agenda` });
  };
  let agenda = null;
  const ready = async () => {
    if (agenda) return agenda;
    agenda = new Agenda({ backend: await backend(), processEvery: 1_000, defaultConcurrency: concurrency, maxConcurrency: concurrency });
    agenda.on('error', (error) => console.error('agenda', error.message));
    await agenda.ready;
    return agenda;
  };
  return {
    historyKept: true,
    reset: async () => {
      await pool?.query('drop table if exists agenda_jobs cascade');
      const opened = await ready();
      if (!pool) await opened.cancel({});
    },
    addNow: async (payloads) => {
      const to = await ready();
      await inChunks(payloads, 1, 50, ([payload]) => to.now(name, payload));
    },
    addAt: async (jobs) => {
      const to = await ready();
      await inChunks(jobs, 1, 50, ([{ due, payload }]) => to.schedule(new Date(due), name, payload));
    },
    addCron: async (jobs) => {
      const to = await ready();
      await inChunks(jobs, 1, 50, ([{ expression, payload }]) =>
        to.create(name, payload).repeatEvery(expression, { skipImmediate: true }).save(),
      );
    },
    start: async (handler) => {
      const to = await ready();
      to.define(name, async (job) => handler(job.attrs.data), { concurrency });
      await to.start();
    },
    pending: async () => {
      if (!pool) return 0;
      const { rows } = await pool.query('select count(*)::int n from agenda_jobs where last_finished_at is null');
      return rows[0].n;
    },
    close: async () => {
      await agenda?.stop();
      await pool?.end();
    },
  };
};
