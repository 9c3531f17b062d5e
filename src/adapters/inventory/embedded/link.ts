import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { TableRefused } from '../../../application/ports/dataTables.js';
import { InventoryUnavailable } from '../../../application/ports/inventory.js';
import type { Answer, Arguments, Call, Failure, Opening, Reply, Request, WorkerOptions } from './protocol.js';

/** The way to the thread that owns the file. */
export type Link = {
  /** Rejects with `TableRefused`, and with `InventoryUnavailable` where the file cannot be used or the thread has ended. */
  call<C extends Call>(call: C, ...given: Arguments<C>): Promise<Answer<C>>;
  /** Everything asked before is answered first. */
  close(): Promise<void>;
};

/** Through the package, so that it is found from sources and from the build alike. */
const builtWorker = (): string => createRequire(import.meta.url).resolve('#inventory-worker');
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

type Pending = { readonly resolve: (answer: never) => void; readonly reject: (error: Error) => void };

export const openLink = async (options: WorkerOptions): Promise<Link> => {
  const worker = new Worker(builtWorker(), { workerData: options, execArgv: [], resourceLimits });
  await opened(worker);

  const pending = new Map<number, Pending>();
  let lastId = 0;
  let ended: InventoryUnavailable | null = null;

  // An idle inventory does not keep the process alive; an unanswered request does.
  worker.unref();
  worker.on('message', (reply: Reply) => {
    const request = pending.get(reply.id);
    pending.delete(reply.id);
    if (pending.size === 0) worker.unref();
    if ('answer' in reply) request?.resolve(reply.answer as never);
    else request?.reject(errorOf(reply.failure));
  });
  const end = (cause?: unknown): void => {
    ended ??= new InventoryUnavailable('The thread of the inventory has ended', { cause });
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  worker.on('error', end);
  worker.on('exit', end);

  const call: Link['call'] = (call, ...given) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      if (pending.size === 0) worker.ref();
      const id = ++lastId;
      pending.set(id, { resolve, reject });
      worker.postMessage({ id, call, given } satisfies Request);
    });

  const endWorker = async (): Promise<void> => {
    const closed = ended ? null : call('close');
    ended ??= new InventoryUnavailable('The inventory is closed');
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

const errorOf = ({ message, refused }: Failure): Error =>
  refused ? new TableRefused(message) : new InventoryUnavailable(`The inventory cannot do this now: ${message}`);

const opened = (worker: Worker): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (opening: Opening) => {
      worker.off('error', reject);
      if ('opened' in opening) resolve();
      else reject(new InventoryUnavailable(`The inventory cannot be opened: ${opening.failure.message}`));
    });
  });
