import type { Instant } from '../../../../domain/instant.js';
import type { Database } from './driver.js';

/** Notes what has changed the inventory, for people: in the transaction of the change itself. */
export const auditor = (db: Database): ((organization: string, at: Instant, action: string, detail: string) => void) => {
  const note = db.prepare('INSERT INTO audit_logs (organization, createdAt, action, detail) VALUES (?, ?, ?, ?)');
  return (organization, at, action, detail) => void note.run([organization, at, action, detail]);
};
