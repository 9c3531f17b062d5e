import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { StoreUnavailable } from '../../application/ports/eventStore.js';
import type { CallTable, Opening, Reply, Request, Start, WorkerOptions } from './protocol.js';
import { StoreLocked } from './storeLocked.js';

/** The way to a worker thread. */
export type Link<T extends CallTable> = {
  /** Rejects with `StoreUnavailable` where the worker could not do it, or ended before it answered. */
  call<C extends keyof T & string>(call: C, request: T[C]['request']): Promise<T[C]['reply']>;
  /** Everything asked before is answered first. */
  close(): Promise<void>;
};

/** A worker that is getting ready. Opening rejects with `StoreLocked`, or with what else keeps its file from being opened. */
export type StartedLink<T extends CallTable> = { open(start: Start): Promise<Link<T>>; abandon(): Promise<unknown> };

/** Through the package, so that it is found from sources and from the build alike. */
const builtWorker = (): string => createRequire(import.meta.url).resolve('#store-worker');

/** What passes through the thread is short-lived: a small nursery keeps tens of megabytes from lying idle. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

type Pending = { readonly resolve: (reply: never) => void; readonly reject: (error: Error) => void };

/** Starts a worker for a file of a directory. */
export const startLink = <T extends CallTable>(options: WorkerOptions, entry: string | URL = builtWorker()): StartedLink<T> => {
  const worker = new Worker(entry, { workerData: options, execArgv: [], resourceLimits });
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  failed.catch(() => undefined);
  return {
    abandon: () => worker.terminate(),
    open: async (start) => {
      worker.postMessage(start);
      await Promise.race([opened(worker, options.directory), failed]);
      return linkTo(worker);
    },
  };
};

const linkTo = <T extends CallTable>(worker: Worker): Link<T> => {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let ended: StoreUnavailable | null = null;

  worker.on('message', (message: Reply) => {
    const request = pending.get(message.id);
    pending.delete(message.id);
    if (pending.size === 0) worker.unref();
    if ('reply' in message) request?.resolve(message.reply as never);
    else request?.reject(new StoreUnavailable(`The store cannot do this now: ${message.failure.message}`, { cause: message.failure }));
  });
  const end = (cause?: unknown): void => {
    ended ??= new StoreUnavailable('The thread of the store has ended', { cause });
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  worker.on('error', end);
  worker.on('exit', end);
  // An idle store does not keep the process alive; an unanswered request does. (A listener to messages does.)
  worker.unref();

  const call: Link<T>['call'] = (call, request) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      if (pending.size === 0) worker.ref();
      const id = ++lastId;
      pending.set(id, { resolve, reject });
      worker.postMessage({ id, call, request } satisfies Request);
    });

  const endWorker = async (): Promise<void> => {
    const closed = ended ? null : call('close', {} as T['close']['request']);
    ended ??= new StoreUnavailable('The store is closed');
    await closed;
    await worker.terminate();
  };
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= endWorker();
    return closing;
  };
  return { call, close };
};

const opened = (worker: Worker, directory: string): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.once('message', (opening: Opening) => {
      if ('opened' in opening) return resolve();
      reject('failure' in opening ? new StoreUnavailable(opening.failure) : new StoreLocked(directory, opening.lockedBy));
    });
  });
