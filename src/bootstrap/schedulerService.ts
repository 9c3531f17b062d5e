import { createLogger } from '../adapters/pino/createLogger.js';
import type { JobMap } from '../application/api/types.js';
import { type Config, readConfig } from './config.js';
import { limitsFrom } from './limitsFrom.js';
import { mongoStoreOf } from './mongoStore.js';
import { notificationsFrom } from './notificationsFrom.js';
import type { SchedulerOptions } from './options.js';
import { predefinedFrom } from './predefinedFrom.js';
import { lazyScheduler, type Scheduler } from './scheduler.js';

/** Options as the environment names them. */
const optionsFrom = (config: Config): SchedulerOptions => ({
  store: mongoStoreOf(config) ?? { directory: config.DATA_DIR },
  ...(config.NATS_URL !== undefined && { nats: config.NATS_URL }),
  ...(config.SCHEDULER_NODE_ID !== undefined && { nodeId: config.SCHEDULER_NODE_ID }),
  ...(config.SCHEDULER_ACTOR !== undefined && { actor: config.SCHEDULER_ACTOR }),
  predefined: predefinedFrom(config, config.DATA_DIR),
  notifications: notificationsFrom(config),
  organization: config.SCHEDULER_ORGANIZATION,
  concurrency: config.SCHEDULER_CONCURRENCY,
  limits: limitsFrom(config),
  logger: createLogger({ level: config.LOG_LEVEL, pretty: config.SCHEDULER_PRETTY_LOG, output: process.stderr }),
});

let options: SchedulerOptions | undefined;

/** The ready-made scheduler, configured from the environment and started on first use. */
export const SchedulerService: Scheduler<JobMap> = lazyScheduler(() => {
  options ??= optionsFrom(readConfig(process.env));
  return options;
});
