import type { Artifact } from '../../application/ports/artifacts.js';
import type { ArtifactContent } from '../../application/ports/runner.js';
import type { FromThread, ToThread } from './messages.js';
import { errorOf } from './thrown.js';

type Waiting = {
  readonly chunks: AsyncIterator<Uint8Array>;
  readonly resolve: (artifact: Artifact) => void;
  readonly reject: (error: Error) => void;
};

/** The thread's end of files on their way to be kept: it gives the next piece when it is asked for. */
export class SentFiles {
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  constructor(
    private readonly run: number,
    private readonly send: (message: FromThread) => void,
  ) {}

  keep({ name, mediaType, chunks }: ArtifactContent): Promise<Artifact> {
    const file = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(file, { chunks: chunks[Symbol.asyncIterator](), resolve, reject });
      // What a handler gives as a name may be anything, also what cannot be sent.
      this.send({ run: this.run, type: 'file', file, name: String(name), mediaType: String(mediaType) });
    });
  }

  async on(message: Exclude<ToThread, { type: 'run' | 'goOn' | 'abort' }>): Promise<void> {
    const waiting = this.#waiting.get(message.file);
    if (!waiting) return;
    if (message.type === 'pull') return this.#give(message.file, waiting);
    this.#waiting.delete(message.file);
    if (message.type === 'kept') return waiting.resolve(message.artifact);
    await waiting.chunks.return?.();
    waiting.reject(Object.assign(new Error(message.error.message), message.error));
  }

  async #give(file: number, { chunks }: Waiting): Promise<void> {
    try {
      const { done, value } = await chunks.next();
      this.send({ run: this.run, type: 'chunk', file, chunk: done ? null : value });
    } catch (error) {
      this.send({ run: this.run, type: 'chunk', file, chunk: null, error: errorOf(error) });
    }
  }
}
