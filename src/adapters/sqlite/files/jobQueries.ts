import { jobStatuses } from '../../../domain/job/index.js';
import { jobRowColumns } from '../columns.js';
import type { ModelHandlers } from '../protocol.js';
import { cellsOf, type Database } from './driver.js';
import { jobLister } from './jobLister.js';

type JobQueries = Pick<ModelHandlers, 'jobs' | 'listJobs' | 'countJobs' | 'work' | 'unclaimed' | 'running'>;

const phases = JSON.stringify(jobStatuses);
const rowColumns = jobRowColumns.map((column) => `j.${column}`).join();
const itemColumns = 'j.stream, j.handler_key, j.priority, j.work_at';

export const jobQueries = (db: Database): JobQueries => {
  const byStream = db.prepare(`SELECT ${rowColumns} FROM json_each(?) k CROSS JOIN jobs j ON j.stream = k.value`);
  // Per key at most `limit` rows are read, however many wait: a backlog of one key does not slow the others.
  const work = db.prepare(
    `SELECT ${itemColumns} FROM jobs j WHERE j.rowid IN (
       SELECT w.rowid FROM json_each(?1) k CROSS JOIN jobs w ON w.rowid IN (
         SELECT rowid FROM jobs WHERE handler_key = k.value AND priority = ?3 AND work_at IS NOT NULL ORDER BY work_at LIMIT ?4)
       UNION SELECT s.rowid FROM json_each(?2) k CROSS JOIN jobs s ON s.stream = k.value WHERE s.priority = ?3 AND s.work_at IS NOT NULL)
     ORDER BY j.work_at LIMIT ?4`,
  );
  const unclaimed = db.prepare(
    `SELECT ${itemColumns} FROM jobs j
     WHERE j.due_at < ?2 AND j.handler_key NOT IN (SELECT value FROM json_each(?1)) ORDER BY j.due_at LIMIT ?3`,
  );
  const running = db.prepare('SELECT stream FROM jobs WHERE expires_at IS NOT NULL AND stream > ? ORDER BY stream LIMIT ?');
  // Each phase is a part of an index that has all that is asked for.
  const counted = db.prepare(
    `SELECT count(*) FROM json_each(?1) k CROSS JOIN jobs j INDEXED BY jobs_by_phase
     ON j.phase = k.value AND j.stream > ?2 AND j.stream < ?3`,
  );
  return {
    jobs: ({ streams }) => cellsOf(byStream.all([JSON.stringify(streams)])),
    listJobs: jobLister(db),
    countJobs: ({ organization }) => Number(counted.all([phases, `${organization}/`, `${organization}0`])[0]?.[0] ?? 0),
    work: ({ handlerKeys, streams, priority, limit }) =>
      cellsOf(work.all([JSON.stringify(handlerKeys), JSON.stringify(streams), priority, limit])),
    unclaimed: ({ handledKeys, dueBefore, limit }) => cellsOf(unclaimed.all([JSON.stringify(handledKeys), dueBefore, limit])),
    running: ({ after, limit }) => running.all([after, limit]).map(([stream]) => String(stream)),
  };
};
