import type { Database } from './driver.js';

export type Transaction = <T>(work: () => T) => T;

/** Runs work in a transaction: all of it is written, or none. */
export const transactionOn = (db: Database): Transaction => {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  return (work) => {
    begin.run([]);
    try {
      const result = work();
      commit.run([]);
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after some errors, a full disk among them.
      if (db.inTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
};
