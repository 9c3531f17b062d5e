import { type AppendRequest, type AppendResult, StoreUnavailable, type StreamKey } from '../../../application/ports/eventStore.js';
import type { Millis } from '../../../domain/instant.js';
import { batchWriter } from './batchWriter.js';
import type { LogContext } from './context.js';
import { deadlines } from './deadlines.js';
import { Pending } from './pending.js';

/** More documents than this in one insert are not written in order by every server. */
const mostCommits = 100;
const mostBytes = 8 * 1024 * 1024;
const tokenLength = 16;

export type AppendQueue = {
  append(request: AppendRequest): Promise<AppendResult>;
  /** Resolves when everything asked so far is answered; what is asked later is refused. */
  close(): Promise<void>;
};

/**
 * Group commit of one partition: one batch is on its way at a time, and what is asked meanwhile goes into the next. Of each stream one
 * commit at most is under way, since nothing may build on a commit that is not acknowledged.
 */
export const appendQueue = (context: LogContext, partition: number, patienceMs: Millis): AppendQueue => {
  const { background, clock, ids } = context;
  const write = batchWriter(context, partition);
  /** Per stream with work: the first is in the queue or on its way, the others wait for its verdict. */
  const lines = new Map<StreamKey, Pending[]>();
  let queue: Pending[] = [];
  let working: Promise<void> | null = null;
  let isClosed = false;

  const expiry = deadlines<Pending>(clock, background, patienceMs, (pending) => {
    const message = `MongoDB has not answered within ${patienceMs} ms; the append may have happened or not`;
    pending.fail(new StoreUnavailable(message, { cause: pending.trouble }));
  });

  const enter = (pending: Pending): void => {
    const line = lines.get(pending.request.stream);
    if (line) line.push(pending);
    else {
      lines.set(pending.request.stream, [pending]);
      queue.push(pending);
    }
    expiry.add(pending);
    // Whoever else appends before control returns to the event loop shares the first batch.
    working ??= Promise.resolve().then(work);
  };

  /** An answered append makes way for the next one of its stream. */
  const leave = (pending: Pending): void => {
    const { request } = pending;
    expiry.remove(pending);
    const line = (lines.get(request.stream) ?? []).slice(1).filter((waiting) => waiting.isOpen);
    const [next] = line;
    if (!next) lines.delete(request.stream);
    else {
      lines.set(request.stream, line);
      queue.push(next);
    }
  };

  const take = (): readonly Pending[] => {
    let bytes = 0;
    let count = 0;
    for (const pending of queue) {
      bytes += pending.bytes;
      if (count > 0 && (count === mostCommits || bytes > mostBytes)) break;
      count++;
    }
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    return batch;
  };

  const work = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = take();
      const pauseMs = await write(batch.filter((pending) => pending.isOpen));
      const open = batch.filter((pending) => pending.isOpen);
      for (const pending of batch) if (!pending.isOpen) leave(pending);
      queue = [...open, ...queue];
      if (open.length > 0 && pauseMs > 0) await new Promise<void>((resolve) => background.after(pauseMs, resolve, 'keepAlive'));
    }
    working = null;
  };

  return {
    append: (request) => {
      if (isClosed) return Promise.reject(new StoreUnavailable('The store is closed'));
      const token = ids.next().replaceAll('-', '').slice(-tokenLength);
      return new Promise((resolve, reject) => enter(new Pending(request, partition, token, { resolve, reject })));
    },
    close: async () => {
      isClosed = true;
      while (working) await working;
    },
  };
};
