import type { Position } from '../../../application/ports/eventStore.js';
import type { Connection } from '../connect.js';

type Placed = { readonly p: number; readonly n: Position };

/**
 * A server on its own shows writes that are not in its journal yet and would be gone after a crash. What is read through the barrier
 * stays: something durable is written after the reading, and the server must still be the one that was read from, otherwise it is read
 * again. A replica set needs none of it, since reads there ask for what a majority has.
 */
export type Barrier = { kept<T extends Placed>(read: () => Promise<readonly T[]>): Promise<readonly T[]> };

/** What is read is taken as it is. */
export const noBarrier: Barrier = { kept: (read) => read() };

export const barrier = async ({ hasMajority, db, incarnation: look }: Connection): Promise<Barrier> => {
  if (hasMajority) return noBarrier;
  const meta = db.collection<{ readonly _id: string }>('meta');
  /** By partition: what is there up to this position was there after something durable. */
  const safe: Position[] = [];
  let incarnation = await look();
  return {
    kept: async (read) => {
      for (;;) {
        const before = incarnation;
        const found = await read();
        if (found.every(({ p, n }) => n <= (safe[p] ?? 0))) return found;
        await meta.updateOne({ _id: 'barrier' }, { $inc: { passed: 1 } });
        incarnation = await look();
        if (incarnation !== before) continue;
        for (const { p, n } of found) safe[p] = Math.max(safe[p] ?? 0, n);
        return found;
      }
    },
  };
};
