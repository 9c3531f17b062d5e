import { createLogger } from '../adapters/pino/createLogger.js';
import { noLog } from '../adapters/pino/noLog.js';
import { userLogger } from '../adapters/pino/userLogger.js';
import type { Logger } from '../application/ports/logger.js';

/** Silence, the user's own, or warnings to standard error: standard output belongs to the application. */
export const chooseLogger = (logger: Logger | false | undefined): Logger =>
  logger === false ? noLog : logger === undefined ? createLogger({ level: 'warn', output: process.stderr }) : userLogger(logger);
