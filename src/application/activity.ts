/** How much is under way: what a manual clock waits for before it moves on, and what a clean stop waits for. */
export class Activity {
  #operations = 0;
  #handlers = 0;

  get operations(): number {
    return this.#operations;
  }

  get handlers(): number {
    return this.#handlers;
  }

  /** Counts store work and decisions until it is settled. */
  async during<T>(operation: Promise<T>): Promise<T> {
    this.#operations++;
    try {
      return await operation;
    } finally {
      this.#operations--;
    }
  }

  /** The same where a promise more would cost too much: every `began` is followed by one `ended`. */
  began(): void {
    this.#operations++;
  }

  ended(): void {
    this.#operations--;
  }

  enter(): () => void {
    this.#operations++;
    return once(() => this.#operations--);
  }

  handlerBegan(): void {
    this.#handlers++;
  }

  handlerEnded(): void {
    this.#handlers--;
  }
}

const once = (f: () => void): (() => void) => {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    f();
  };
};
