// Handlers by name, for `nexus-scheduler serve --handlers examples/handlers.mjs`.
// A handler takes the job's parameters and a context; what it returns is kept in the history.
import { statfs } from 'node:fs/promises';
import { freemem, loadavg, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const mib = (bytes) => Math.round(bytes / 2 ** 20);
const percent = (part, whole) => Math.round((1000 * part) / whole) / 10;

export default {
  /** How the process and its machine feel, from a short sample. Stops early when the run is cancelled or times out. */
  heartbeat: async ({ sampleMs = 200 }, { signal }) => {
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    await sleep(sampleMs, undefined, { signal });
    delay.disable();
    return {
      rssMiB: mib(process.memoryUsage().rss),
      freeMemoryPercent: percent(freemem(), totalmem()),
      load: Math.round(loadavg()[0] * 100) / 100,
      eventLoopDelayMs: Math.round(delay.percentile(99) / 1e4) / 100,
    };
  },

  /** Its first attempt always fails, as a network might: the scheduler tries again after the job's back-off. */
  'flaky-example': async (_parameters, { attempt, maxAttempts, log }) => {
    log.info(`this is attempt ${attempt} of ${maxAttempts}`);
    if (attempt === 1) throw new Error('the first attempt always fails');
    return { succeededOnAttempt: attempt };
  },

  /** One at a time is enough to look at a disk. */
  'disk-space': {
    concurrency: 1,
    handler: async ({ path = '.', minimumFreePercent = 1 }, { progress }) => {
      const { bsize, blocks, bavail } = await statfs(path);
      const freePercent = percent(bavail, blocks);
      progress(1, `${freePercent} % free`);
      if (freePercent < minimumFreePercent) return { success: false, message: `only ${freePercent} % of ${resolve(path)} is free` };
      return { path: resolve(path), freePercent, freeMiB: mib(bavail * bsize) };
    },
  },
};
