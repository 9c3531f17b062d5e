import { type Link, startLink } from './link.js';
import type { LogCalls, ModelCalls } from './protocol.js';

type Links = { readonly log: Link<LogCalls>; readonly models: Link<ModelCalls>; close(): Promise<void> };

/**
 * One thread for the log and one for the read models: a durable append waits for the disk, and must wait for nothing else. Both get
 * ready at the same time; the log is opened first, because who holds its lock owns the directory.
 */
export const openLinks = async (directory: string, mode: 'write' | 'read'): Promise<Links> => {
  const [startedLog, startedModels] = [
    startLink<LogCalls>({ directory, mode, part: 'log' }),
    startLink<ModelCalls>({ directory, mode, part: 'models' }),
  ];
  let log: Link<LogCalls> | null = null;
  try {
    log = await startedLog.open({ head: 0 });
    const models = await startedModels.open({ head: await log.call('head', {}) });
    return { log, models, close: closing(log, models) };
  } catch (error) {
    await log?.close();
    await Promise.all([startedLog.abandon(), startedModels.abandon()]);
    throw error;
  }
};

/** The log last: with it goes the lock. */
const closing = (log: Link<LogCalls>, models: Link<ModelCalls>) => async (): Promise<void> => {
  try {
    await models.close();
  } finally {
    await log.close();
  }
};
