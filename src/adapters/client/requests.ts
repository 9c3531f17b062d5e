import { refused, SchedulerError, type SchedulerErrorCode } from '../../domain/errors.js';

/** Where the service is, and what proves that one may ask it. */
export type Target = { readonly url: string; readonly key?: string };

export type Request = {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly query?: { readonly [name: string]: string | number | readonly string[] | undefined };
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
};

/** Longer than any answer of the service takes. */
const answerMs = 70_000;

/** Asks the service. Throws what the library would have thrown there, and `NOT_AVAILABLE` where nobody answers. */
export const ask = async (target: Target, path: string, request?: Request): Promise<Response> => {
  const response = await reach(target, path, request);
  if (response.ok) return response;
  throw await refusalOf(response, target.url);
};

/** Whatever the answer is. Throws `NOT_AVAILABLE` where there is none. */
export const reach = async ({ url, key }: Target, path: string, request: Request = {}): Promise<Response> => {
  const { method = 'GET', query = {}, body, headers = {}, signal } = request;
  const asked = fetch(`${url}${path}${queryOf(query)}`, {
    method,
    redirect: 'error',
    signal: signal ?? AbortSignal.timeout(answerMs),
    headers: {
      accept: 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return asked.catch((error) => {
    throw new SchedulerError('NOT_AVAILABLE', `no service answers at ${url}: ${reasonOf(error)}`, { cause: error });
  });
};

/** A base without a slash at its end. Throws `INVALID_ARGUMENT` for what is no address of a service. */
export const baseOf = (given: string): string => {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '') {
    const message = 'must be the address of a service, such as http://127.0.0.1:7070';
    throw refused('INVALID_ARGUMENT', [{ path: 'url', message }]);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
};

const queryOf = (query: NonNullable<Request['query']>): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
};

const reasonOf = (error: unknown): string => {
  const { cause, message } = error as Error;
  const { code, message: inner } = Object(cause);
  return String(code ?? inner ?? message).slice(0, 200);
};

const remote: { readonly [code in SchedulerErrorCode]?: true } = {
  JOB_NOT_FOUND: true,
  INVALID_JOB: true,
  INVALID_SCHEDULE: true,
  JOB_ALREADY_RUNNING: true,
  JOB_DELETED: true,
  STORE_UNAVAILABLE: true,
  CONTENDED: true,
  UNAUTHORIZED: true,
  QUOTA_EXCEEDED: true,
  NO_HANDLER: true,
  CALCULATOR_MISSING: true,
  EXECUTION_NOT_FOUND: true,
  ARTIFACT_NOT_FOUND: true,
  VERSION_MISMATCH: true,
  BUFFER_FULL: true,
  STOPPED: true,
  WAIT_TIMEOUT: true,
  INVALID_ARGUMENT: true,
};
const isOfLibrary = (code: unknown): code is SchedulerErrorCode => typeof code === 'string' && Object.hasOwn(remote, code);

const refusalOf = async (response: Response, url: string): Promise<SchedulerError> => {
  const problem: unknown = await response.json().catch(() => null);
  const { code, detail, issues } = Object(problem);
  if (typeof detail !== 'string') return new SchedulerError('NOT_AVAILABLE', `${url} answered ${response.status}, and is no scheduler`);
  const details = Array.isArray(issues) ? { issues } : {};
  if (isOfLibrary(code)) return new SchedulerError(code, detail, details);
  return new SchedulerError(code === 'FORBIDDEN' ? 'UNAUTHORIZED' : 'NOT_AVAILABLE', detail);
};
