import type { RunRequest } from '../../application/ports/runner.js';
import type { FromThread, ToThread } from './messages.js';
import { errorOf } from './thrown.js';

type FileMessage = Extract<FromThread, { type: 'file' }>;
type ChunkMessage = Extract<FromThread, { type: 'chunk' }>;

/** This end of files that a handler in a thread gives to be kept. Those of a thread that ends fail, and nothing is kept of them. */
export class ReceivedFiles {
  #ended = false;
  readonly #pulling = new Map<number, { readonly resolve: (message: ChunkMessage) => void; readonly reject: (error: Error) => void }>();

  constructor(
    private readonly request: RunRequest,
    private readonly post: (message: ToThread) => void,
  ) {}

  async onFile({ run, file, name, mediaType }: FileMessage): Promise<void> {
    try {
      const artifact = await this.request.onArtifact({ name, mediaType, chunks: this.#chunks(run, file) });
      this.post({ run, type: 'kept', file, artifact });
    } catch (error) {
      this.post({ run, type: 'notKept', file, error: errorOf(error) });
    }
  }

  onChunk(message: ChunkMessage): void {
    this.#pulling.get(message.file)?.resolve(message);
    this.#pulling.delete(message.file);
  }

  /** The thread gives nothing more. */
  end(): void {
    this.#ended = true;
    for (const { reject } of this.#pulling.values()) reject(endedEarly());
    this.#pulling.clear();
  }

  async *#chunks(run: number, file: number): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#ended) throw endedEarly();
      const { chunk, error } = await new Promise<ChunkMessage>((resolve, reject) => {
        this.#pulling.set(file, { resolve, reject });
        this.post({ run, type: 'pull', file });
      });
      if (error) throw Object.assign(new Error(error.message), error);
      if (chunk === null) return;
      yield chunk;
    }
  }
}

const endedEarly = (): Error => new Error('the thread ended before its file did');
