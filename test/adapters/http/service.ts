import { afterEach } from 'vitest';
import type { z } from 'zod';
import { routes } from '../../../src/adapters/http/app.js';
import { openHttp } from '../../../src/adapters/http/index.js';
import { createKey, type KeyEntry, KeyRing } from '../../../src/adapters/keys/index.js';
import { noLog } from '../../../src/adapters/pino/noLog.js';
import { background as realTime } from '../../../src/adapters/system/background.js';
import { systemClock } from '../../../src/adapters/system/systemClock.js';
import type { Scope } from '../../../src/application/ports/apiKeys.js';
import type { Background } from '../../../src/application/ports/clock.js';
import { createScheduler, type ManualClock, manualClock, type Scheduler, type SchedulerOptions } from '../../../src/bootstrap/index.js';
import { begin } from '../../application/opened.js';

// A real service on a real port, over a scheduler in memory on a manual clock.

export type Answered = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a service answered is whatever the test says it is
  readonly body: any;
  readonly headers: Headers;
};

export type Call = {
  readonly key?: string;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
};

export type Service = {
  readonly url: string;
  readonly scheduler: Scheduler;
  readonly clock: ManualClock;
  readonly ring: KeyRing;
  readonly close: () => Promise<void>;
  readonly call: (method: string, path: string, call?: Call) => Promise<Answered>;
};

const open: Service[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()));
});

type Given = SchedulerOptions & {
  readonly keys?: readonly KeyEntry[];
  readonly consoleDirectory?: string;
  readonly start?: boolean;
  readonly background?: Background;
};

/** Closed after the test. */
export const openService = async (given: Given = {}): Promise<Service> => {
  const service = await openUntilClosed(given);
  open.push(service);
  return service;
};

/** Closed, with its scheduler, by whoever opened it. */
export const openUntilClosed = async ({
  keys = [],
  consoleDirectory = '/nowhere',
  start = true,
  background = realTime,
  ...options
}: Given = {}): Promise<Service> => {
  const clock = manualClock(begin);
  const scheduler = createScheduler({
    store: 'memory',
    clock,
    logger: false,
    nodeId: 'n1',
    predefined: false,
    autoStart: false,
    ...options,
  });
  const ring = new KeyRing(keys);
  const server = await openHttp(
    { scheduler, keys: ring, version: '1.2.3', clock: systemClock, background, log: noLog, consoleDirectory },
    { host: '127.0.0.1', port: 0 },
  );
  const close = async (): Promise<void> => {
    await server.close();
    await scheduler.stop({ drainMs: 0 });
  };
  if (start) await scheduler.start();
  return { url: server.url, scheduler, clock, ring, close, call: (...call) => callTo(server.url, ...call) };
};

const callTo = async (url: string, method: string, path: string, { key, body, headers = {} }: Call = {}): Promise<Answered> => {
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text, headers: response.headers };
};

/** A new key, and the entry that is kept of it. */
export const keyOf = (scope: Scope, organization: string | null, name = `${scope} of ${organization}`) => {
  const { id, key, sha256 } = createKey();
  return { key, entry: { id, name, scope, organization, sha256 } };
};

/** The schema that a route declares for an answer. */
export const schemaOf = (method: string, path: string, status: number): z.ZodType | undefined =>
  routes.find((route) => route.method === method && route.path === path)?.answers[status]?.schema;
