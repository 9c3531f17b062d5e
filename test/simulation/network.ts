import type { Kernel } from './kernel.js';
import type { Machine } from './machine.js';
import type { Random } from './random.js';

/**
 * What may become of a call. `lostRequest` never arrives, `lostReply` is done without an answer, `late` is done after the caller has
 * given up, `refused` is answered at once with an error, `failed` is done and answered with an error, `twice` is done again later,
 * `partly` is done in part and answered with an error.
 */
export const fates = ['well', 'lostRequest', 'lostReply', 'late', 'refused', 'failed', 'twice', 'partly'] as const;
export type Fate = (typeof fates)[number];

export type Call = {
  readonly from: Machine;
  /** Such as `store.append`. */
  readonly name: string;
  /** What it is about, for the story. */
  readonly about: string;
};

/** Decides what becomes of a call. */
export type Fortune = (call: Call) => Fate;

export type Remote<T> = Call & {
  /** Does it; a promise settles without waiting for events. */
  readonly apply: () => Promise<T>;
  /** Does part of it, where that is possible. */
  readonly applyPartly?: () => Promise<unknown>;
  readonly failure: (message: string) => Error;
  /** So long the caller waits. */
  readonly patienceMs: number;
};

/** Told of every call at the moment when it is sent, is done, and is answered. */
export type Watcher = (call: Call, stage: 'sent' | 'done' | 'answered', fate: Fate) => void;

/** Calls of a machine to something outside: three events, the request, its effect, and the reply. */
export class Network {
  constructor(
    private readonly kernel: Kernel,
    private readonly random: Random,
    private readonly fortune: Fortune,
    private readonly latencyMs: number,
    private readonly watch: Watcher,
  ) {}

  call<T>(remote: Remote<T>): Promise<T> {
    const { from, name, about, failure, patienceMs } = remote;
    const fate = this.fortune(remote);
    this.watch(remote, 'sent', fate);
    return new Promise((resolve, reject) => {
      // A machine that dies in this very turn may not have sent it.
      if (!from.isAlive) return;
      const label = `${from.name} ${name} ${about}`;
      const reply = (settle: () => void): void =>
        void this.kernel.post(this.#latency(), `${label} is answered`, () =>
          from.deliver(() => {
            this.watch(remote, 'answered', fate);
            settle();
          }),
        );
      const fail = (why: string) => (): void => reject(failure(`${name}: ${why}`));
      const arrive = (delayMs: number, work: () => void): void => void this.kernel.post(delayMs, `${label} ${fate}`, work);
      const apply = (then: (result: Promise<T>) => void): void => {
        const result = remote.apply();
        this.watch(remote, 'done', fate);
        then(result);
      };
      const answer = (result: Promise<T>): void =>
        void result.then(
          (value) => reply(() => resolve(value)),
          (error) => reply(() => reject(error)),
        );
      const givesUp = (): void => void this.kernel.post(patienceMs, `${label} is given up`, () => from.deliver(fail('no answer')));
      const ignore = (result: Promise<unknown>): void => void result.catch(() => undefined);
      switch (fate) {
        case 'well':
          return arrive(this.#latency(), () => apply(answer));
        case 'lostRequest':
          return givesUp();
        case 'lostReply':
          arrive(this.#latency(), () => apply(ignore));
          return givesUp();
        case 'late':
          arrive(patienceMs + this.random.wait(4 * patienceMs), () => apply(ignore));
          return givesUp();
        case 'refused':
          return arrive(this.#latency(), () => reply(fail('refused')));
        case 'failed':
          return arrive(this.#latency(), () =>
            apply((result) => {
              ignore(result);
              reply(fail('failed after it was done'));
            }),
          );
        case 'twice':
          arrive(this.#latency(), () => apply(answer));
          return arrive(this.random.wait(2 * patienceMs), () => ignore(remote.apply()));
        case 'partly':
          return arrive(this.#latency(), () => {
            ignore(remote.applyPartly?.() ?? Promise.resolve());
            reply(fail('broke off'));
          });
      }
    });
  }

  #latency(): number {
    return 1 + this.random.wait(this.latencyMs);
  }
}
