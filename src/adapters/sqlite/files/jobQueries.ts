import type { JobFilter } from '../../../application/ports/readModels.js';
import type { JobStatus } from '../../../domain/job/index.js';
import { jobRowColumns } from '../columns.js';
import type { Cells, Handlers } from '../protocol.js';
import { cellsOf, type Database, type Row, type Statement, type Value } from './driver.js';

type JobQueries = Pick<Handlers, 'jobs' | 'listJobs' | 'work' | 'unclaimed' | 'running'>;

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
  const running = db.prepare('SELECT stream FROM jobs WHERE expires_at IS NOT NULL ORDER BY expires_at, stream LIMIT ?');
  const runningAfter = db.prepare(
    `SELECT stream FROM jobs
     WHERE expires_at IS NOT NULL AND (expires_at, stream) > (SELECT expires_at, stream FROM jobs WHERE stream = ?)
     ORDER BY expires_at, stream LIMIT ?`,
  );
  const runs = db.prepare('SELECT 1 FROM jobs WHERE stream = ? AND expires_at IS NOT NULL');
  return {
    jobs: ({ streams }) => cellsOf(byStream.all([JSON.stringify(streams)])),
    listJobs: jobLister(db),
    work: ({ handlerKeys, streams, priority, limit }) =>
      cellsOf(work.all([JSON.stringify(handlerKeys), JSON.stringify(streams), priority, limit])),
    unclaimed: ({ handledKeys, dueBefore, limit }) => cellsOf(unclaimed.all([JSON.stringify(handledKeys), dueBefore, limit])),
    running: ({ limit, after }) =>
      // A stream that has ended meanwhile is no place to go on from: the caller starts over and misses nothing.
      (after !== null && runs.all([after]).length > 0 ? runningAfter.all([after, limit]) : running.all([limit])).map(([s]) => String(s)),
  };
};

/** Rows under which this many jobs are due are sorted; above it, going through the names finds some soon enough. */
const fewDue = 1_000;

const jobLister = (db: Database) => {
  const prepared = new Map<string, Statement>();
  const all = (sql: string, values: readonly Value[]): readonly Row[] => {
    const statement = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, statement);
    return statement.all(values);
  };

  const dueAreFew = (now: number): boolean =>
    Number(all(`SELECT count(*) FROM (SELECT 1 FROM jobs WHERE due_at <= ? LIMIT ${fewDue})`, [now])[0]?.[0]) < fewDue;

  /** Per phase one walk through an index in the order of names; the walks are merged. */
  const sources = (statuses: readonly JobStatus[] | undefined, now: number): readonly Source[] => {
    if (!statuses) return [{ index: 'sqlite_autoindex_jobs_1', where: 'j.phase IS NOT NULL', values: [] }];
    const inPhase = (phase: string): Source => ({ index: 'jobs_by_phase', where: 'j.phase = ?', values: [phase] });
    const wanted = new Set(statuses);
    const whole = [...wanted].filter((status) => status !== 'scheduled').map(inPhase);
    if (wanted.has('scheduled') && wanted.has('queued')) return [...whole, inPhase('scheduled')];
    if (wanted.has('scheduled'))
      return [...whole, { index: 'jobs_by_phase', where: "j.phase = 'scheduled' AND j.due_at > ?", values: [now] }];
    if (!wanted.has('queued')) return whole;
    const index = dueAreFew(now) ? 'jobs_by_due' : 'jobs_by_phase';
    return [...whole, { index, where: "j.phase = 'scheduled' AND j.due_at <= ?", values: [now] }];
  };

  return (filter: JobFilter): Cells => {
    const { organization, now, statuses, limit, after = '' } = filter;
    const range: readonly Value[] = [`${organization}/${after}`, `${organization}0`];
    const [conditions, values] = conditionsOf(filter);
    const rows = sources(statuses, now).flatMap((source) =>
      all(
        `SELECT ${rowColumns} FROM jobs j INDEXED BY ${source.index}
         WHERE ${source.where} AND j.stream > ? AND j.stream < ? ${conditions} ORDER BY j.stream LIMIT ?`,
        [...source.values, ...range, ...values, limit],
      ),
    );
    return cellsOf([...rows].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)).slice(0, limit));
  };
};

type Source = { readonly index: string; readonly where: string; readonly values: readonly Value[] };

const conditionsOf = ({ jobType, tag, search }: JobFilter): readonly [sql: string, values: readonly Value[]] => {
  const conditions: readonly (readonly [string, string | undefined])[] = [
    ['AND j.job_type = ?', jobType],
    ['AND EXISTS (SELECT 1 FROM json_each(j.tags) t WHERE t.value = ?)', tag],
    ['AND instr(j.search, ?) > 0', search?.toLowerCase()],
  ];
  const given = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
  return [given.map(({ sql }) => sql).join(' '), given.map(({ value }) => value)];
};
