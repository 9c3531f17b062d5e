import type { LogLevel } from '../../application/ports/runRecords.js';
import type { Allowance } from './allowance.js';
import type { FromThread } from './messages.js';

/** As many as are kept of an execution: of more, the last. */
const mostHeld = 1_000;
const longest = 4 * 1024;

type Line = { readonly level: LogLevel; readonly message: string };
type Progress = { readonly fraction: number; readonly message?: string };

/**
 * What a handler in a thread says, told at once as long as it is heard. A handler that talks faster than that would fill the memory of
 * everybody: then its last lines and its last progress wait.
 */
export class Words {
  #lines: Line[] = [];
  #progress: Progress | null = null;
  #lost = 0;

  constructor(
    private readonly run: number,
    private readonly allowance: Allowance,
    private readonly send: (message: FromThread) => void,
  ) {}

  line(level: LogLevel, message: string): void {
    this.#lines.push({ level, message: message.slice(0, longest) });
    this.goOn();
    if (this.#lines.length <= mostHeld) return;
    this.#lines.shift();
    this.#lost++;
  }

  progress(progress: Progress): void {
    this.#progress = progress;
    this.goOn();
  }

  /** Tells what waits, as far as it is heard. */
  goOn(): void {
    while (this.#waits && this.allowance.take(1)) this.#tellNext();
  }

  /** Tells what waits in any case: it is little, and nothing comes after it. */
  end(): void {
    while (this.#waits) {
      this.allowance.take(1);
      this.#tellNext();
    }
  }

  get #waits(): boolean {
    return this.#lines.length > 0 || this.#progress !== null;
  }

  #tellNext(): void {
    const { run } = this;
    if (this.#lost > 0) {
      this.send({ run, type: 'log', level: 'warn', message: `${this.#lost} lines came too fast, and are left out here` });
      this.#lost = 0;
      return;
    }
    const line = this.#lines.shift();
    if (line) return this.send({ run, type: 'log', ...line });
    if (this.#progress) this.send({ run, type: 'progress', ...this.#progress });
    this.#progress = null;
  }
}
