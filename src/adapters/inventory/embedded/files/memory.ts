import type { MemoryOwner } from '../../../../application/ports/jobMemory.js';
import type { Database } from './driver.js';
import { textOrNull } from './products.js';

export const memoryQueries = (db: Database) => {
  const recall = db.prepare('SELECT value FROM job_memory WHERE organization = ? AND jobName = ? AND jobId = ?');
  const remember = db.prepare('INSERT OR REPLACE INTO job_memory (organization, jobName, jobId, value) VALUES (?, ?, ?, ?)');
  const forget = db.prepare('DELETE FROM job_memory WHERE organization = ? AND jobName = ? AND jobId IS NOT ?');
  return {
    recall: ({ organization, jobName, jobId }: MemoryOwner): string | null =>
      textOrNull(recall.all([organization, jobName, jobId])[0]?.[0]),
    remember: ({ organization, jobName, jobId }: MemoryOwner, value: string): null => {
      remember.run([organization, jobName, jobId, value]);
      return null;
    },
    forget: (organization: string, jobName: string, jobId: string | null): null => {
      forget.run([organization, jobName, jobId]);
      return null;
    },
  };
};
