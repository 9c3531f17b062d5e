import type { ServerResponse } from 'node:http';
import type { PublishedEvent } from '../../application/api/types.js';
import type { Background } from '../../application/ports/clock.js';
import { HttpError } from './problem.js';

const mostStreams = 200;
const beatMs = 15_000;
/** A reader that takes nothing for so long is cut off; it goes on later from where it was. */
const slowMs = 30_000;
const retryMs = 2_000;

type Source = (signal: AbortSignal) => AsyncIterable<PublishedEvent>;

/**
 * Events as Server-Sent Events, each with its sequence as its id: a reader that comes back with `Last-Event-ID` misses none and gets none
 * twice. Nothing is kept for a reader but what its connection holds: the log is read as fast as it takes it.
 */
export class EventStreams {
  readonly #open = new Set<AbortController>();

  constructor(
    private readonly background: Background,
    private readonly beat = beatMs,
  ) {}

  get size(): number {
    return this.#open.size;
  }

  /** Throws where there are too many already. */
  check(): void {
    if (this.#open.size >= mostStreams)
      throw new HttpError(503, 'TOO_BUSY', `there are ${mostStreams} readers of events already`, { headers: { 'retry-after': '10' } });
  }

  /** Resolves when the reader is gone, or may not read any more. */
  async send(response: ServerResponse, source: Source, mayRead: () => boolean): Promise<void> {
    const ended = new AbortController();
    const { signal } = ended;
    this.#open.add(ended);
    response.on('close', () => ended.abort()).on('error', () => ended.abort());
    const stopBeat = this.#beats(response, ended, mayRead);
    try {
      response.write(`retry: ${retryMs}\n\n`);
      for await (const event of source(signal)) {
        if (signal.aborted) break;
        if (!response.write(frameOf(event)) && !(await this.#drained(response, signal))) break;
      }
    } finally {
      stopBeat();
      this.#open.delete(ended);
      ended.abort();
      response.end();
      // Whoever did not read what was sent does not read the end of it either.
      if (response.writableLength > 0) response.destroy();
    }
  }

  closeAll(): void {
    for (const ended of this.#open) ended.abort();
  }

  /** A comment now and then: proxies keep the connection, and a reader that went away without a word is noticed. */
  #beats(response: ServerResponse, ended: AbortController, mayRead: () => boolean): () => void {
    let stop = (): void => undefined;
    const arm = (): void => {
      stop = this.background.after(this.beat, () => {
        if (!mayRead()) return ended.abort();
        if (!response.writableNeedDrain) response.write(': \n\n');
        arm();
      });
    };
    arm();
    return () => stop();
  }

  #drained(response: ServerResponse, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (isDrained: boolean) => (): void => {
        stop();
        response.off('drain', onDrain);
        signal.removeEventListener('abort', onEnd);
        resolve(isDrained);
      };
      const [onDrain, onEnd] = [done(true), done(false)];
      const stop = this.background.after(slowMs, onEnd);
      if (signal.aborted) return onEnd();
      response.on('drain', onDrain);
      signal.addEventListener('abort', onEnd);
    });
  }
}

const frameOf = (event: PublishedEvent): string => `id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`;
