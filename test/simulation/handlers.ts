import type { HandlerContext } from '../../src/application/api/types.js';
import type { HandlerRef } from '../../src/application/ports/runner.js';
import type { Machine } from './machine.js';

export const deeds = ['quick', 'slow', 'fail', 'flaky', 'hang', 'deaf'] as const;
export type Deed = (typeof deeds)[number];

/** How many milliseconds of work each is. */
const workMs: { readonly [deed in Deed]: number } = { quick: 40, slow: 6_000, fail: 15, flaky: 300, hang: 0, deaf: 0 };

const sleep = (machine: Machine, ms: number): Promise<void> => new Promise((resolve) => void machine.after(ms, resolve));

/** Does what its parameters say, in the time of its machine. */
export const handlerOn =
  (machine: Machine): HandlerRef =>
  async ({ does }: { readonly does: Deed }, context: HandlerContext) => {
    if (does === 'slow') context.progress(0.5, 'half-way');
    await sleep(machine, workMs[does]);
    switch (does) {
      case 'fail':
        throw new Error('on purpose');
      case 'flaky':
        if (context.attempt === 1) throw new Error('only once');
        return { attempt: context.attempt };
      case 'hang':
        return new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)));
      case 'deaf':
        return new Promise(() => undefined);
      default:
        return { did: does };
    }
  };
