import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Background, Stop } from '../../application/ports/clock.js';
import type { RunOutcome, RunRequest } from '../../application/ports/runner.js';
import type { Millis } from '../../domain/instant.js';
import type { ExecutionError } from '../../domain/job/index.js';
import { Allowance } from './allowance.js';
import { type FromThread, received, type ThreadData, type ToThread } from './messages.js';
import { ReceivedFiles } from './receivedFiles.js';
import { errorOf } from './thrown.js';

/** The thread ended before it had called the handler: nothing has happened, another thread may be asked. */
export type NotStarted = { readonly kind: 'notStarted'; readonly error: ExecutionError };

type Current = {
  readonly request: RunRequest;
  readonly files: ReceivedFiles;
  readonly onStarted: () => void;
  readonly resolve: (outcome: RunOutcome | NotStarted) => void;
  started: boolean;
};

/** Lines of log and words of progress that a thread may say in a moment. */
const wordsAtOnce = 500;
/** Bytes that it may print. */
const outputAtOnce = 1024 * 1024;
/** The moment. */
const heardAfterMs: Millis = 100;

/** A worker thread that runs one handler at a time. While it runs none it does not keep the process alive. */
export class Thread {
  readonly #worker: Worker;
  #run = 0;
  #current: Current | null = null;
  #crash: { readonly error: unknown } | null = null;
  #alive = true;
  readonly #words = Allowance.of(wordsAtOnce);
  readonly #output = Allowance.of(outputAtOnce);
  #heard = { words: 0, output: 0 };
  #hearing: Stop | null = null;

  constructor(
    memoryMb: number,
    private readonly background: Background,
    onExit: () => void,
  ) {
    const entry = createRequire(import.meta.url).resolve('#job-worker');
    const workerData: ThreadData = { words: this.#words.memory, output: this.#output.memory };
    this.#worker = new Worker(entry, { name: 'job handler', resourceLimits: { maxOldGenerationSizeMb: memoryMb }, workerData });
    for (const stream of [this.#worker.stdout, this.#worker.stderr])
      stream.on('data', (chunk: Uint8Array) => this.#hear({ words: 0, output: chunk.length }));
    this.#worker.unref();
    this.#worker.on('message', (message: FromThread) => this.#onMessage(message));
    this.#worker.on('error', (error) => {
      this.#crash = { error };
    });
    this.#worker.on('exit', (exitCode) => {
      this.#alive = false;
      this.#hearing?.();
      onExit();
      this.#end(this.#diedWith(exitCode));
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Never rejects. `onStarted` is called when the module is loaded and the handler is being called. */
  async run(module: string, request: RunRequest, onStarted: () => void): Promise<RunOutcome | NotStarted> {
    const { parameters, info, signal } = request;
    const outcome = new Promise<RunOutcome | NotStarted>((resolve) => {
      const files = new ReceivedFiles(request, (message) => this.#postIfAlive(message));
      this.#current = { request, files, onStarted, resolve, started: false };
    });
    this.#worker.ref();
    this.#post({ type: 'run', run: ++this.#run, module, parameters, info });
    const onAbort = (): void => void this.#abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await outcome;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#worker.unref();
    }
  }

  /** Resolves when the thread is gone. */
  async terminate(): Promise<void> {
    this.#alive = false;
    await this.#worker.terminate();
  }

  /** The handler is told, but not waited for. */
  async #abort(reason: unknown): Promise<void> {
    const current = this.#current;
    if (!current) return;
    this.#current = null;
    current.files.end();
    const error = errorOf(reason);
    this.#post({ type: 'abort', reason: error });
    await this.terminate();
    current.resolve({ kind: 'failed', error, retryable: true });
  }

  /** What was heard may be said again, a moment later: whoever talks without end is heard now and then, and everything else as well. */
  #hear({ words, output }: { readonly words: number; readonly output: number }): void {
    this.#heard = { words: this.#heard.words + words, output: this.#heard.output + output };
    this.#hearing ??= this.background.after(heardAfterMs, () => {
      this.#hearing = null;
      this.#words.give(this.#heard.words);
      this.#output.give(this.#heard.output);
      this.#heard = { words: 0, output: 0 };
      this.#postIfAlive({ type: 'goOn' });
    });
  }

  #onMessage(message: FromThread): void {
    if (message.type === 'log' || message.type === 'progress') this.#hear({ words: 1, output: 0 });
    const current = this.#current;
    if (!current || message.run !== this.#run) return;
    const { request } = current;
    switch (message.type) {
      case 'started':
        current.started = true;
        return current.onStarted();
      case 'log':
        return request.onLog(message.level, message.message);
      case 'progress':
        return request.onProgress(message.fraction, message.message);
      case 'file':
        return void current.files.onFile(message);
      case 'chunk':
        return current.files.onChunk(message);
      case 'ended':
        return this.#end(received(message.outcome));
    }
  }

  #diedWith(exitCode: number): RunOutcome | NotStarted {
    const error = this.#crash ? crashed(this.#crash.error) : exited(exitCode);
    return this.#current?.started ? { kind: 'failed', error, retryable: true } : { kind: 'notStarted', error };
  }

  #end(outcome: RunOutcome | NotStarted): void {
    const current = this.#current;
    this.#current = null;
    current?.files.end();
    current?.resolve(outcome);
  }

  /** A file may be kept after its thread has ended; nobody is left to hear of it. */
  #postIfAlive(message: ToThread): void {
    if (this.#alive) this.#post(message);
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}

const exited = (exitCode: number): ExecutionError => ({
  name: 'WorkerExited',
  message: `the worker thread ended with exit code ${exitCode} before the handler did`,
  code: 'WORKER_EXITED',
});

const crashed = (thrown: unknown): ExecutionError => {
  const error = errorOf(thrown);
  return { code: 'WORKER_CRASHED', ...error, message: `the worker thread crashed: ${error.message}` };
};
