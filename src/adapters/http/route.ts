import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { JobsApi, PublishedEvent } from '../../application/api/types.js';
import type { Access, Scope } from '../../application/ports/apiKeys.js';
import type { HttpDependencies } from './service.js';

type Shape = z.ZodObject;
type Read<S> = S extends z.ZodType ? z.output<S> : undefined;

/** A request whose parts have been read as its route declares them. */
export type Asked<P = unknown, Q = unknown, B = unknown> = {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly headers: IncomingHttpHeaders;
  readonly access: Access;
  /** The API of the organization that is asked about, for whoever asks. */
  readonly jobs: JobsApi;
  /** That organization; null where none was named. */
  readonly organization: string | null;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Whether the answer is wanted as a stream of events. */
  readonly takesStream: boolean;
  readonly dependencies: HttpDependencies;
};

export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  /** In place of a body: a file, as it is read. */
  readonly content?: AsyncIterable<Uint8Array>;
  /** In place of a body: events, until the signal aborts. */
  readonly events?: (ended: AbortSignal) => AsyncIterable<PublishedEvent>;
  readonly headers?: { readonly [name: string]: string };
};

/** The header that leads whoever asked to a thing: to that of an organization where their key alone would not say which. */
export const locationOf = (path: string, { access, organization }: Pick<Asked, 'access' | 'organization'>) => ({
  location: access.organization === null && organization !== null ? `${path}?organization=${organization}` : path,
});

/** `mediaType` is JSON unless it says otherwise. */
export type AnswerDoc = { readonly description: string; readonly schema?: z.ZodType; readonly mediaType?: string };

/** What the document says of a route. */
export type RouteDoc = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** With `{name}` where a parameter stands. */
  readonly path: string;
  /** What a key must allow; null where none is needed. */
  readonly scope: Scope | null;
  readonly summary: string;
  readonly description?: string;
  readonly tag: 'jobs' | 'executions' | 'schedules' | 'events' | 'service';
  readonly params?: Shape;
  readonly query?: Shape;
  readonly headers?: Shape;
  readonly body?: z.ZodType;
  /** What a body looks like, where `body` leaves it to the scheduler to read it. */
  readonly bodyDoc?: z.ZodType;
  /** A media type that it answers with beside JSON, if it is asked for by name. */
  readonly produces?: string;
  /** It answers with a file instead of JSON. */
  readonly file?: boolean;
  /** A request without a body is one with an empty object. */
  readonly bodyOptional?: boolean;
  readonly answers: { readonly [status: number]: AnswerDoc };
  /** Codes of problems that this route answers with, beside those that any of the API does. */
  readonly problems: readonly number[];
};

/** All there is to know of a route of the API: what the server registers, and what the document says of it. */
export type Route = RouteDoc & {
  readonly scope: Scope;
  /** How many requests may be under way at once; more are told to come again. For what takes the process's time. */
  readonly atOnce?: number;
  readonly handle: (asked: Asked) => Promise<Answer>;
};

type Declared<P, Q, B> = Omit<Route, 'params' | 'query' | 'body' | 'handle'> & {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly handle: (asked: Asked<Read<P>, Read<Q>, Read<B>>) => Promise<Answer>;
};

/** Declares a route; what `handle` gets is what the schemas read. */
export const route = <
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  declared: Declared<P, Q, B>,
): Route => declared as unknown as Route;
