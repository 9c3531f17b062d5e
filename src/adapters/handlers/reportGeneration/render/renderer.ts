import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Order, Row } from '../document.js';
import type { Source } from '../sources/index.js';
import type { FromRenderer, ToRenderer } from './protocol.js';

const rowsAtOnce = 500;
/** MiB of heap; a report that needs more fails, and nothing else. */
const memoryMb = 384;

export type Steps = {
  /** Called now and then with how many rows were read. */
  readonly onRows: (count: number) => void;
  readonly write: (chunk: Uint8Array) => Promise<void>;
};

/** Draws in a thread of its own, which ends with `signal` wherever it is. Returns how many rows there were. */
export const render = async (order: Order, source: Source, { onRows, write }: Steps, signal: AbortSignal): Promise<number> => {
  signal.throwIfAborted();
  const thread = new RenderThread(order);
  const onAbort = (): void => thread.fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    let batch: Row[] = [];
    let count = 0;
    for await (const row of source.rows) {
      signal.throwIfAborted();
      batch.push(row);
      if (batch.length < rowsAtOnce) continue;
      count += batch.length;
      await thread.taken({ type: 'rows', rows: batch });
      batch = [];
      onRows(count);
    }
    if (batch.length > 0) await thread.taken({ type: 'rows', rows: batch });
    onRows(count + batch.length);
    thread.send({ type: 'end', summary: source.summary() });
    for (;;) {
      const message = await thread.next();
      if (message.type === 'done') return message.rows;
      if (message.type === 'chunk') await write(message.chunk);
      signal.throwIfAborted();
      thread.send({ type: 'more' });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    await thread.end();
  }
};

/** The thread, as a sequence of messages that a failure ends. */
class RenderThread {
  readonly #worker: Worker;
  readonly #messages: FromRenderer[] = [];
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;

  constructor(order: Order) {
    const entry = createRequire(import.meta.url).resolve('#report-worker');
    const resourceLimits = { maxOldGenerationSizeMb: memoryMb };
    this.#worker = new Worker(entry, { name: 'report', workerData: order, execArgv: [], resourceLimits });
    this.#worker.on('message', (message: FromRenderer) => {
      if (message.type === 'failed')
        this.fail(Object.assign(new Error(message.message), message.stack !== undefined && { stack: message.stack }));
      else this.#messages.push(message);
      this.#wake();
    });
    this.#worker.on('error', (error) => this.fail(error));
    this.#worker.on('exit', () => this.fail(new Error('the thread that draws the report ended early')));
  }

  send(message: ToRenderer): void {
    this.#worker.postMessage(message);
  }

  /** Resolves once the thread has taken the rows. */
  async taken(message: ToRenderer): Promise<void> {
    this.send(message);
    await this.next();
  }

  async next(): Promise<FromRenderer> {
    for (;;) {
      const message = this.#messages.shift();
      if (message) return message;
      if (this.#failure) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Whoever waits for a message gets this error. The first counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
