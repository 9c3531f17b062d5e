#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readInstant } from '../adapters/calendar/dateValue.js';
import { nextOccurrences } from '../adapters/calendar/index.js';
import { type OpenOptions, processEnvironment, runCli } from '../adapters/cli/index.js';
import { connect } from '../adapters/client/index.js';
import { background } from '../adapters/system/background.js';
import { systemClock } from '../adapters/system/systemClock.js';
import { SchedulerError } from '../domain/errors.js';
import { type Config, readConfig } from './config.js';
import { inlineLess } from './inlineLess.js';
import { jobTypes } from './jobTypes.js';
import { keysIn } from './keys.js';
import { limitsFrom } from './limitsFrom.js';
import { mongoStoreOf, nameOf } from './mongoStore.js';
import { notificationsFrom } from './notificationsFrom.js';
import { openHttp } from './openHttp.js';
import type { SchedulerOptions } from './options.js';
import { predefinedFrom } from './predefinedFrom.js';
import { restoreArchive } from './restore.js';
import { createScheduler } from './scheduler.js';
import { serversOf } from './servers.js';

inlineLess();

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

const consoleDirectory = fileURLToPath(new URL('../adapters/console', import.meta.url));

/** A wrong environment is named before any command runs. */
const configuration = (): Config => {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof SchedulerError)) throw error;
    process.stderr.write(`error: the environment is wrong (${error.code})\n`);
    for (const { path, message } of error.issues ?? []) process.stderr.write(`  ${path}: ${message}\n`);
    process.exit(2);
  }
};

const config = configuration();

const mongo = mongoStoreOf(config);

const urlOf = ({ HOST, PORT }: Config): string => `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`;

/** The servers that the environment names, for commands that ask for the shared store. */
const optionsOf = (store: OpenOptions['store']): Pick<SchedulerOptions, 'store' | 'nats'> => {
  if (store === 'memory') return { store };
  const { readOnly = false } = store;
  const isOurs = 'shared' in store || store.directory === config.DATA_DIR;
  const nats = config.NATS_URL === undefined || readOnly || !isOurs ? {} : { nats: config.NATS_URL };
  if ('directory' in store) return { store, ...nats };
  return { ...(mongo && { store: { ...mongo, readOnly } }), ...nats };
};

process.exitCode = await runCli(
  process.argv.slice(2),
  processEnvironment(process, {
    version,
    config: {
      directory: config.DATA_DIR,
      ...(mongo && { shared: nameOf(mongo) }),
      organization: config.SCHEDULER_ORGANIZATION,
      ...(config.SCHEDULER_HTTP && config.PORT !== 0 && { serviceUrl: urlOf(config) }),
      drainSeconds: config.SCHEDULER_DRAIN_SECONDS,
      logLevel: config.LOG_LEVEL,
      ...(config.SCHEDULER_ACTOR !== undefined && { actor: config.SCHEDULER_ACTOR }),
      ...(config.SCHEDULER_NODE_ID !== undefined && { node: config.SCHEDULER_NODE_ID }),
    },
    now: () => new Date(systemClock.now()),
    after: (delayMs, callback) => background.after(delayMs, callback),
    open: ({ store, ...options }) =>
      createScheduler({
        ...options,
        ...optionsOf(store),
        // A command that is given a directory finds all of its files there.
        predefined: predefinedFrom(config, typeof store === 'object' && 'directory' in store ? store.directory : config.DATA_DIR),
        notifications: notificationsFrom(config),
        concurrency: config.SCHEDULER_CONCURRENCY,
        limits: limitsFrom(config),
        ...(config.SCHEDULER_NODE_ID !== undefined && { nodeId: config.SCHEDULER_NODE_ID }),
      }),
    connect: (url, organization) => {
      const { SCHEDULER_API_KEY: key } = config;
      return connect({
        url,
        background,
        now: () => systemClock.now(),
        ...(key !== undefined && { key }),
        ...(organization !== undefined && { organization }),
      });
    },
    keysIn: (directory) => keysIn(config, directory),
    servers: serversOf(config),
    listen: async (scheduler, { logger, ...place }) =>
      config.SCHEDULER_HTTP ? openHttp({ scheduler, config, version, log: logger, consoleDirectory, ...place }) : null,
    jobTypes,
    restore: (request) =>
      restoreArchive({ ...request, predefined: predefinedFrom(config, config.DATA_DIR), organization: config.SCHEDULER_ORGANIZATION }),
    readInstant,
    nextOccurrences: (schedule, options) => nextOccurrences(schedule, options),
  }),
);
