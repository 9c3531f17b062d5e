import type { Clock } from '../../application/ports/clock.js';
import { HttpError } from './problem.js';

const windowMs = 60_000;
const mostInWindow = 60;
const mostAddresses = 10_000;

/** Counts wrong keys by address, so that guessing is slow. Right keys from the same address are not held up. */
export class WrongTries {
  readonly #counts = new Map<string, number>();
  #since: number;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {
    this.#since = clock.monotonic();
  }

  /** Throws from the first one that is too many in a minute. */
  count(address: string): void {
    const now = this.clock.monotonic();
    if (now - this.#since >= windowMs || this.#counts.size >= mostAddresses) {
      this.#counts.clear();
      this.#since = now;
    }
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    if (count <= mostInWindow) return;
    const seconds = Math.ceil((this.#since + windowMs - now) / 1_000);
    throw new HttpError(429, 'TOO_MANY_REQUESTS', 'too many wrong keys from this address', { headers: { 'retry-after': String(seconds) } });
  }
}
