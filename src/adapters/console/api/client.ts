import { type ApiError, noAnswer, problemOf } from './problem.js';
import { key, keyWanted, organization } from './session.js';

type Query = { readonly [name: string]: string | number | readonly string[] | undefined };
export type Ask = {
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
};

/** Relative to where the console is, so that it works behind a proxy's path. */
const root = new URL('.', document.baseURI);

const addressOf = (path: string, query: Query = {}): URL => {
  const address = new URL(path, root);
  // Who holds a key of all organizations says which is meant.
  for (const [name, value] of Object.entries({ organization: organization.value ?? undefined, ...query }))
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined && item !== '') address.searchParams.append(name, String(item));
  return address;
};

/** A path of the API with the parts that come from outside encoded. */
export const api = (parts: TemplateStringsArray, ...values: readonly string[]): string =>
  `api/v1${String.raw(parts, ...values.map(encodeURIComponent))}`;

export const request = async <T>(method: string, path: string, ask: Ask = {}): Promise<T> => {
  const response = await send(method, path, ask);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
};

/** Throws an `ApiError` for every answer that is a refusal, and asks the viewer for a key where one is needed. */
export const send = async (method: string, path: string, { query, body, headers, signal }: Ask = {}): Promise<Response> => {
  const response = await fetch(addressOf(path, query), {
    method,
    headers: {
      ...credentials(),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      accept: 'application/json',
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
    cache: 'no-store',
    credentials: 'same-origin',
  }).catch((cause: unknown): never => {
    throw signal?.aborted ? cause : noAnswer(cause);
  });
  if (response.ok) return response;
  const problem: ApiError = await problemOf(response);
  if (problem.status === 401) keyWanted.value = key.value === null ? 'missing' : 'refused';
  throw problem;
};

const credentials = (): Record<string, string> => (key.value === null ? {} : { authorization: `Bearer ${key.value}` });
