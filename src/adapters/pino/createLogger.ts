import { createRequire } from 'node:module';
import type { Logger } from '../../application/ports/logger.js';
import { loggableFields, loggableText } from './loggable.js';
import { prettyLines } from './prettyLines.js';

/** Loaded with the first logger, not with this module, so that importing the library stays quick. */
const loadPino = (): typeof import('pino') => createRequire(import.meta.url)('pino');

/** Takes whole lines, each with its line break. */
export type Output = { write(line: string): unknown };

type Options = {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Lines for people at a terminal instead of JSON. */
  readonly pretty?: boolean;
  /** Standard output unless given. */
  readonly output?: Output;
};

/** One event is one line, whatever the texts in it hold. Fields that are named like secrets are redacted. */
export const createLogger = ({ level, pretty = false, output }: Options): Logger => {
  const { pino } = loadPino();
  const plain = output ?? pino.destination(1);
  const lines = pretty ? prettyLines(plain) : plain;
  const format = { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) } };
  const logger = pino({ level, ...format }, { write: (line) => void lines.write(line) });
  const at =
    (name: keyof Logger): Logger[keyof Logger] =>
    (fields, message) => {
      if (logger.isLevelEnabled(name)) logger[name](loggableFields(fields), loggableText(message));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};
