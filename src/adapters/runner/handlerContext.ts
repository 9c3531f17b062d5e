import { format } from 'node:util';
import type { RunInfo, RunRequest } from '../../application/ports/runner.js';
import type { LogLevel } from '../../application/ports/runRecords.js';

type Log = (message: unknown, ...details: readonly unknown[]) => void;

/** What a handler gets beside its parameters. */
export type HandlerContext = Omit<RunInfo, 'scheduledFor'> & {
  readonly scheduledFor: Date;
  /** Aborts at the time-out, on cancellation and on shutdown. */
  readonly signal: AbortSignal;
  readonly log: { readonly [level in LogLevel]: Log };
  /** How far the work is, from 0 to 1. */
  readonly progress: (fraction: number, message?: string) => void;
};

/** Where the handler's words go, and what tells it to stop: the signal is only made once somebody looks at it. */
export type Line = Pick<RunRequest, 'onLog' | 'onProgress' | 'signal'>;

export const handlerContext = (info: RunInfo, line: Line): HandlerContext => {
  const logAt =
    (level: LogLevel): Log =>
    (message, ...details) =>
      line.onLog(level, textOf(message, details));
  return {
    // Written out: spreading costs more than all the rest of a short run.
    jobName: info.jobName,
    jobId: info.jobId,
    jobType: info.jobType,
    organization: info.organization,
    executionId: info.executionId,
    attempt: info.attempt,
    maxAttempts: info.maxAttempts,
    fencingToken: info.fencingToken,
    idempotencyKey: info.idempotencyKey,
    scheduledFor: new Date(info.scheduledFor),
    get signal() {
      return line.signal;
    },
    log: { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') },
    progress: (fraction, message) => line.onProgress(Number(fraction), message === undefined ? undefined : String(message)),
  };
};

/** As `console.log` would print it. */
const textOf = (message: unknown, details: readonly unknown[]): string => {
  if (typeof message === 'string' && details.length === 0) return message;
  try {
    return format(message, ...details);
  } catch {
    return '[a value that cannot be printed]';
  }
};
