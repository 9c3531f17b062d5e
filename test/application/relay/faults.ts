import type { Ports } from './world.js';

/** What becomes of a call. A relay that dies in it never hears of it, nor of anything else. */
export type Fault = 'none' | 'failBefore' | 'failAfter' | 'failHalfway' | 'dieBefore' | 'dieAfter' | 'dieHalfway';
export const faults: readonly Fault[] = ['failBefore', 'failAfter', 'failHalfway', 'dieBefore', 'dieAfter', 'dieHalfway'];

/** `fault` and `delay` (in turns of the microtask queue) are asked for every call. */
export type Fate = { fault(): Fault; delay(): number };

export class Failing {
  #isDead = false;
  #mayPublish = true;

  constructor(private readonly fate: Fate) {}

  get isDead(): boolean {
    return this.#isDead;
  }

  kill(): void {
    this.#isDead = true;
  }

  /** As a broker does that went down: until it is asked where the stream stands, it takes nothing. */
  disconnect(): void {
    this.#mayPublish = false;
  }

  between = ({ feed, publisher, leases, cursors }: Ports): Ports => ({
    feed: {
      partitions: feed.partitions,
      head: (p) => this.#call(() => feed.head(p)),
      after: (...args) => this.#call(() => feed.after(...args)),
    },
    publisher: {
      prepare: (p) => this.#call(() => publisher.prepare(p)),
      standing: (p) => {
        this.#mayPublish = true;
        return this.#call(() => publisher.standing(p));
      },
      publish: async (p, events, after) => {
        if (!this.#mayPublish) return { outcome: 'fenced' };
        return this.#call(
          () => publisher.publish(p, events, after),
          () => publisher.publish(p, events.slice(0, events.length / 2), after),
        );
      },
      purge: (...args) => this.#call(() => publisher.purge(...args)),
      close: () => publisher.close(),
    },
    leases: { hold: (name) => this.#call(() => leases.hold(name)), release: (name) => this.#call(() => leases.release(name)) },
    cursors: { load: (name) => this.#call(() => cursors.load(name)), save: (...args) => this.#call(() => cursors.save(...args)) },
  });

  async #call<T>(whole: () => Promise<T>, half: () => Promise<unknown> = whole): Promise<T> {
    const [fault, delay] = [this.fate.fault(), this.fate.delay()];
    await turns(delay);
    if (this.#isDead) return this.#die();
    switch (fault) {
      case 'none':
        return this.#answer(await whole(), delay);
      case 'failBefore':
        throw new Error('failed before it took effect');
      case 'failHalfway':
        await half();
        throw new Error('failed when half of it had taken effect');
      case 'failAfter':
        await whole();
        throw new Error('failed after it took effect');
      case 'dieBefore':
        return this.#die();
      case 'dieHalfway':
        await half();
        return this.#die();
      case 'dieAfter':
        await whole();
        return this.#die();
    }
  }

  async #answer<T>(answer: T, delay: number): Promise<T> {
    await turns(delay);
    return this.#isDead ? this.#die() : answer;
  }

  #die(): Promise<never> {
    this.#isDead = true;
    return new Promise(() => undefined);
  }
}

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await null;
};
