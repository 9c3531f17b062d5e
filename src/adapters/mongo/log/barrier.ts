import type { Position } from '../../../application/ports/eventStore.js';
import type { Connection } from '../connect.js';

/**
 * A server on its own shows writes that are not in its journal yet and would be gone after a crash. `passed` makes sure of what was
 * read: it writes something durable after it, and looks whether the server is still the one that was read from. False means: read
 * again. A replica set needs none of it, since reads there ask for what a majority has.
 */
export type Barrier = { passed(partition: number, position: Position): Promise<boolean> };

export const barrier = async ({ hasMajority, db, incarnation: look }: Connection): Promise<Barrier> => {
  if (hasMajority) return { passed: async () => true };
  const meta = db.collection<{ readonly _id: string }>('meta');
  const safe: Position[] = [];
  let incarnation = await look();
  return {
    passed: async (partition, position) => {
      if (position <= (safe[partition] ?? 0)) return true;
      await meta.updateOne({ _id: 'barrier' }, { $inc: { passed: 1 } });
      const now = await look();
      const isSame = now === incarnation;
      incarnation = now;
      if (isSame) safe[partition] = position;
      return isSame;
    },
  };
};
