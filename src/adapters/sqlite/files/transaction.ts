import type { Steps } from '../protocol.js';
import type { Database } from './driver.js';

export type Transaction = {
  /** Runs work in a transaction: all of it is written, or none. */
  <T>(work: () => T): T;
  /** The same for work in steps. What is read between them sees what they have written so far. */
  inSteps<T>(work: () => Steps<T>): Steps<T>;
};

export const transactionOn = (db: Database): Transaction => {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  // SQLite has rolled back by itself after some errors, a full disk among them.
  const rollBack = (): void => {
    if (db.inTransaction) db.exec('ROLLBACK');
  };
  const atOnce = <T>(work: () => T): T => {
    begin.run([]);
    try {
      const result = work();
      commit.run([]);
      return result;
    } catch (error) {
      rollBack();
      throw error;
    }
  };
  function* inSteps<T>(work: () => Steps<T>): Steps<T> {
    begin.run([]);
    try {
      const result = yield* work();
      commit.run([]);
      return result;
    } catch (error) {
      rollBack();
      throw error;
    }
  }
  return Object.assign(atOnce, { inSteps });
};
