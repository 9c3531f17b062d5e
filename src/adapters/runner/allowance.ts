/** A store of what a thread may still send: the thread takes from it, whoever hears puts back. Shared memory: a thread that never waits is bound by it too. */
export class Allowance {
  readonly #left: Int32Array;

  constructor(readonly memory: SharedArrayBuffer) {
    this.#left = new Int32Array(memory);
  }

  static of(amount: number): Allowance {
    const allowance = new Allowance(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    allowance.give(amount);
    return allowance;
  }

  /** False where nothing is left. What is left may be less than what is taken. */
  take(amount: number): boolean {
    if (this.isEmpty) return false;
    Atomics.sub(this.#left, 0, amount);
    return true;
  }

  give(amount: number): void {
    Atomics.add(this.#left, 0, amount);
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#left, 0) <= 0;
  }
}
