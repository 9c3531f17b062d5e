import { STATUS_CODES } from 'node:http';
import { type Issue, SchedulerError, type SchedulerErrorCode } from '../../domain/errors.js';

/** Codes of what only HTTP can refuse, beside those of the library. */
export type HttpCode =
  | SchedulerErrorCode
  | 'MALFORMED_JSON'
  | 'FORBIDDEN'
  | 'HOST_NOT_ALLOWED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_ACCEPTABLE'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'HEADERS_TOO_LARGE'
  | 'TOO_MANY_REQUESTS'
  | 'TOO_BUSY'
  | 'REQUEST_TIMEOUT'
  | 'BAD_REQUEST'
  | 'INTERNAL';

type Headers = { readonly [name: string]: string };

/** A refusal with its status. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: HttpCode,
    message: string,
    readonly details: { readonly issues?: readonly Issue[]; readonly headers?: Headers } = {},
  ) {
    super(message);
    this.name = 'HttpError';
  }
}

/** RFC 9457, with the `code` and the `issues` of the library's errors. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: HttpCode;
  readonly issues?: readonly Issue[];
};

export type Refusal = { readonly problem: Problem; readonly headers: Headers };

const statuses: { readonly [code in SchedulerErrorCode]: number } = {
  JOB_NOT_FOUND: 404,
  EXECUTION_NOT_FOUND: 404,
  ARTIFACT_NOT_FOUND: 404,
  JOB_DELETED: 410,
  INVALID_JOB: 400,
  INVALID_SCHEDULE: 400,
  INVALID_ARGUMENT: 400,
  CALCULATOR_MISSING: 400,
  ARCHIVE_DAMAGED: 400,
  UNAUTHORIZED: 401,
  JOB_ALREADY_RUNNING: 409,
  NO_HANDLER: 409,
  BUFFER_FULL: 409,
  QUOTA_EXCEEDED: 409,
  VERSION_MISMATCH: 412,
  NOT_AVAILABLE: 501,
  CONTENDED: 503,
  STORE_UNAVAILABLE: 503,
  STORE_LOCKED: 503,
  STOPPED: 503,
  WAIT_TIMEOUT: 504,
};
const retryAfterSeconds = '1';

/** What is told of an error; null where it is not for others to know, and none that a caller could have caused. */
export const refusalOf = (error: unknown): Refusal | null => {
  if (error instanceof SchedulerError) {
    const status = statuses[error.code];
    return refusal(status, error.code, error.message, error.issues, status === 503 ? { 'retry-after': retryAfterSeconds } : {});
  }
  if (error instanceof HttpError) return refusal(error.status, error.code, error.message, error.details.issues, error.details.headers);
  return ofFramework(error);
};

export const internal: Refusal = {
  headers: {},
  problem: problem(500, 'INTERNAL', 'something went wrong here; the log of the service says what'),
};

function problem(status: number, code: HttpCode, detail: string, issues?: readonly Issue[]): Problem {
  const title = STATUS_CODES[status] ?? 'Error';
  const type = `urn:nexus-scheduler:problem:${code.toLowerCase().replaceAll('_', '-')}`;
  return { type, title, status, detail, code, ...(issues && issues.length > 0 && { issues }) };
}

const refusal = (status: number, code: HttpCode, detail: string, issues?: readonly Issue[], headers: Headers = {}): Refusal => ({
  headers,
  problem: problem(status, code, detail, issues),
});

/** What the framework refuses before a route is asked, in our words. */
const ofFramework = (error: unknown): Refusal | null => {
  const { statusCode: status } = Object(error);
  if (typeof status !== 'number' || status < 400 || status >= 600 || status === 500) return null;
  const { code, detail, headers } = known[status] ?? { code: 'BAD_REQUEST', detail: 'the request could not be read' };
  return refusal(status, code, detail, undefined, headers);
};

const known: { readonly [status: number]: { readonly code: HttpCode; readonly detail: string; readonly headers?: Headers } } = {
  408: { code: 'REQUEST_TIMEOUT', detail: 'the request took too long to arrive' },
  413: { code: 'PAYLOAD_TOO_LARGE', detail: 'the body is larger than this service takes: 1 MiB' },
  415: { code: 'UNSUPPORTED_MEDIA_TYPE', detail: 'the body must be application/json' },
  431: { code: 'HEADERS_TOO_LARGE', detail: 'the headers are larger than this service takes: 16 KiB' },
  503: { code: 'TOO_BUSY', detail: 'the answer took too long; try again', headers: { 'retry-after': retryAfterSeconds } },
};
