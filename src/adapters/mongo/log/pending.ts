import type { AppendRequest, AppendResult, Position, Version } from '../../../application/ports/eventStore.js';
import { encodeEvents } from '../../codec/index.js';

type Answer = { readonly resolve: (result: AppendResult) => void; readonly reject: (error: Error) => void };

/** A call of append. Its commit id and its token stay the same through every try. */
export class Pending {
  readonly version: Version;
  readonly data: string;
  readonly bytes: number;
  /** Id of the commit it builds on, null for the first of a stream; undefined until somebody has looked. */
  base: string | null | undefined;
  /** Not answered yet. */
  isOpen = true;
  /** What went wrong with the last try. */
  trouble: unknown;

  constructor(
    readonly request: AppendRequest,
    readonly partition: number,
    readonly token: string,
    private readonly answer: Answer,
  ) {
    this.version = request.expectedVersion + 1;
    this.data = encodeEvents(request.events);
    this.bytes = Buffer.byteLength(this.data);
  }

  placed(outcome: 'appended' | 'already', position: Position): void {
    this.#settle({ outcome, version: this.version, partition: this.partition, position });
  }

  conflict(): void {
    this.#settle({ outcome: 'conflict' });
  }

  fail(error: Error): void {
    this.isOpen = false;
    this.answer.reject(error);
  }

  #settle(result: AppendResult): void {
    this.isOpen = false;
    this.answer.resolve(result);
  }
}
