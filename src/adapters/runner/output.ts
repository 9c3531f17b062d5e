import type { Allowance } from './allowance.js';

type Output = Pick<NodeJS.WriteStream, 'write'>;

/** Has what is written to a stream left out where it comes faster than it is taken away, and says how much that was. */
export const limitOutput = (stream: Output, allowance: Allowance): void => {
  const write = stream.write.bind(stream) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
  let lost = 0;
  let isAnswering = false;
  /** At once, for what is put off by whoever never waits is never done; whoever writes more when answered is put off. */
  const answer = (done: unknown): void => {
    if (typeof done !== 'function') return;
    if (isAnswering) return queueMicrotask(() => done());
    isAnswering = true;
    try {
      done();
    } finally {
      isAnswering = false;
    }
  };
  const limited = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const bytes = chunk.length;
    if (!allowance.take(bytes)) {
      lost += bytes;
      answer(rest.at(-1));
      return true;
    }
    if (lost > 0) write(`[about ${lost} bytes of a handler came too fast, and are left out here]\n`);
    lost = 0;
    return write(chunk, ...rest);
  };
  stream.write = limited as Output['write'];
};
