import type { Logger } from '../../application/ports/logger.js';
import { SchedulerError } from '../../domain/errors.js';
import { loggableFields, loggableText } from './loggable.js';

const levels = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof levels)[number];

/** A logger of the user's own, of pino's shape: `info(fields, message)`. It is told no secrets, and its mistakes stop no job. */
export const userLogger = (logger: unknown): Logger => {
  if (!isLogger(logger)) {
    const message = 'logger must be false or have the methods debug, info, warn and error, each called with (fields, message)';
    throw new SchedulerError('INVALID_ARGUMENT', message, { issues: [{ path: 'logger', message }] });
  }
  const at =
    (level: Level): Logger[Level] =>
    (fields, message) => {
      try {
        logger[level](loggableFields(fields), loggableText(message));
      } catch {
        // There is nobody left to tell.
      }
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

const isLogger = (value: unknown): value is Logger =>
  typeof value === 'object' && value !== null && levels.every((level) => typeof Reflect.get(value, level) === 'function');
