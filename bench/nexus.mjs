// This scheduler through its public API, beside the peers' adapters.
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** `directory` for the embedded store; a server with a `uri` for one that speaks MongoDB's protocol. */
export const open = async ({ directory, server, database, concurrency = 200, more = {} }) => {
  const { createScheduler } = await import('nexus-scheduler');
  const store = server?.uri ? { mongodb: server.uri, database } : { directory };
  const options = { store, concurrency, logger: false, autoStart: false, ...more };
  const scheduler = createScheduler(options);
  // Unlike those of any process before.
  const mark = Date.now().toString(36);
  let made = 0;
  const schedule = async (jobs) => {
    const results = await scheduler.scheduleJobs(jobs);
    const refused = results.find((result) => result instanceof Error);
    if (refused) throw refused;
  };
  const job = (jobName, scheduleOf, parameters) => ({ jobName, jobType: 'bench', schedule: scheduleOf, parameters });
  return {
    scheduler,
    historyKept: true,
    /** Of the log, and of everything derived from it. */
    storedBytes: () => {
      const sizeOf = (name) =>
        readdirSync(directory).reduce((sum, file) => sum + (file.startsWith(name) ? statSync(path.join(directory, file)).size : 0), 0);
      return { log: sizeOf('log.db'), derived: sizeOf('read.db') };
    },
    reset: async () => {
      if (directory) rmSync(directory, { recursive: true, force: true });
    },
    addNow: (payloads) => {
      const runAt = new Date();
      return schedule(payloads.map((payload) => job(`now-${mark}-${++made}`, { type: 'once', runAt }, payload)));
    },
    addAt: (jobs) => schedule(jobs.map(({ due, payload }) => job(`at-${mark}-${++made}`, { type: 'once', runAt: new Date(due) }, payload))),
    addCron: (jobs) =>
      schedule(
        jobs.map(({ name, expression, payload }) => job(name, { type: 'recurring', cronExpression: expression, timezone: 'UTC' }, payload)),
      ),
    start: async (handler) => {
      scheduler.jobHandlers.set('bench', (parameters) => {
        handler(parameters);
        return { success: true };
      });
      await scheduler.start();
    },
    pending: async () => (await scheduler.getScheduledJobs({ status: ['queued', 'running', 'retrying', 'scheduled'], limit: 1 })).length,
    /** How many runs have ended on any node, as this one has heard. Asking for lists would have everything saved first, each time. */
    watchEnds: () => {
      let ended = 0;
      scheduler.on('ExecutionCompleted', () => ended++);
      return () => ended;
    },
    verify: async () => {
      const { problems } = await scheduler.verify();
      if (problems.length > 0) throw new Error(`verify: ${JSON.stringify(problems.slice(0, 3))}`);
    },
    close: () => scheduler.stop(),
  };
};
