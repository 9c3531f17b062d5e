export type SchedulerErrorCode =
  | 'JOB_NOT_FOUND'
  | 'INVALID_JOB'
  | 'INVALID_SCHEDULE'
  | 'JOB_ALREADY_RUNNING'
  | 'JOB_DELETED'
  | 'STORE_UNAVAILABLE'
  | 'STORE_LOCKED'
  | 'CONTENDED'
  | 'UNAUTHORIZED'
  | 'QUOTA_EXCEEDED'
  | 'NO_HANDLER'
  | 'CALCULATOR_MISSING'
  | 'EXECUTION_NOT_FOUND'
  | 'ARTIFACT_NOT_FOUND'
  | 'ARCHIVE_DAMAGED'
  | 'NOT_AVAILABLE'
  | 'VERSION_MISMATCH'
  | 'BUFFER_FULL'
  | 'STOPPED'
  | 'WAIT_TIMEOUT'
  | 'INVALID_ARGUMENT';

/** One thing wrong with an input: where, such as `schedule.interval.value`, and what to write instead. */
export type Issue = { readonly path: string; readonly message: string };

/** What the library throws at its users. `code` is stable, `message` is for people; refused input lists every `issue`. */
export class SchedulerError extends Error {
  readonly code: SchedulerErrorCode;
  readonly issues?: readonly Issue[];

  constructor(code: SchedulerErrorCode, message: string, details: { readonly issues?: readonly Issue[]; readonly cause?: unknown } = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = 'SchedulerError';
    this.code = code;
    if (details.issues !== undefined) this.issues = details.issues;
  }
}

/** Of input that is wrong: the message is made of the issues. */
export const refused = (code: SchedulerErrorCode, issues: readonly Issue[]): SchedulerError =>
  new SchedulerError(code, issues.map(({ path, message }) => `${path}: ${message}`).join('; '), {
    issues: issues.map(({ path, message }) => ({ path, message })),
  });
